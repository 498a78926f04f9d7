/** A connection as those see it who speak over it: lines in, lines out, and what the server can. */
import type { IrcMessage } from "../message/irc-message.ts";

export interface SendOptions {
  /** Sent as the tag `label` where the server answers labels (labeled-response), else left out. */
  readonly label?: string;
}

export interface NetworkLink {
  /** The capabilities (IRCv3) that are on at the moment, in the server's spelling. */
  readonly caps: ReadonlySet<string>;
  /** `nick!user@host`, as others see us; undefined until the server has shown it. */
  readonly ourPrefix: string | undefined;
  /** The account that services know us by; undefined when we are not logged in. */
  readonly account: string | undefined;
  /**
   * Each line of the server as it came, `BATCH` and tags included, after the network's state has
   * taken it in. Returns its undo.
   */
  onLine(handler: (message: IrcMessage) => void): () => void;
  /** Writes a line at once. One that is no line of IRC is left out, which the log tells. */
  send(line: string, options?: SendOptions): void;
}
