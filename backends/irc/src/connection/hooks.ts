/** What a connection reports to whoever opened it. */
import type { IrcEvent } from "../state/irc-event.ts";
import type { Endpoint } from "./sts.ts";
import type { ChannelCounts } from "./wanted-channel.ts";

export type ConnectionStatus =
  | {
      readonly status: "connecting";
      readonly attempt: number;
      readonly port: number;
      readonly tls: boolean;
    }
  /** The server requires TLS (STS); no password and no nick were sent without it. */
  | { readonly status: "upgrading"; readonly port: number }
  | { readonly status: "logged_in"; readonly account: string }
  /** The login (SASL) failed and is not required. */
  | { readonly status: "login_failed"; readonly reason: string }
  | { readonly status: "welcomed"; readonly nick: string }
  /** Every channel was joined or refused, or waits, or 10 s are over. At most once per connection. */
  | ({ readonly status: "settled" } & ChannelCounts)
  /** A channel that was refused, or waited, was joined after all. */
  | ({ readonly status: "joined_late"; readonly channel: string } & ChannelCounts)
  /** NickServ refused the password; the channels are joined without. */
  | { readonly status: "identify_refused"; readonly reason: string }
  | {
      readonly status: "join_refused";
      readonly channel: string;
      readonly reason: string;
      /** Undefined: it is not tried again, or not before the bot leaves a channel. */
      readonly retryInMs: number | undefined;
    }
  /** A defect, or a file that cannot be read or written; the connection goes on. */
  | { readonly status: "problem"; readonly reason: string }
  /** No attempt succeeds until a person changes the setting: the connection is given up. */
  | { readonly status: "failed"; readonly reason: string; readonly setting: string }
  | {
      readonly status: "lost";
      readonly reason: string;
      readonly retryInMs: number;
      /** The address that works, such as `irc://host:6667`: the server speaks the other scheme. */
      readonly suggestion?: string | undefined;
    };

export interface ConnectionHooks {
  event(event: IrcEvent): void;
  status(status: ConnectionStatus): void;
  /** Capabilities or rules of the server have changed since its welcome. */
  offersChanged?(): void;
  /** Each line, for the log's debug level; secrets are replaced by `***`. */
  line(direction: "in" | "out", line: string): void;
}

/** The end of one connection to the server. */
export interface SessionEnd {
  readonly reason: string;
  /** Where to connect with TLS instead: the server requires it (STS), and nothing was sent yet. */
  readonly upgrade: Endpoint | undefined;
  /** The server refused the password or the bot itself: an early retry does not help. */
  readonly isRefusal: boolean;
  /** The setting without whose change no attempt succeeds, such as `nick`. */
  readonly setting: string | undefined;
}
