/** The bot's own `nick!user@host`, which the server puts before its lines for others. Pure. */
import type { IrcMessage } from "../message/irc-message.ts";

/** Bytes of user and host to assume until the server has shown them; inspircd has hosts of 64. */
const MAX_USER_BYTES = 11;
const MAX_HOST_BYTES = 64;

/** Bytes of user, or of host, that are counted at most: longer ones would leave no space for text. */
const MAX_PART_BYTES = 128;

const RPL_HOSTHIDDEN = "396";

export class OwnMask {
  #user: string | undefined;
  #host: string | undefined;
  #userBytes = MAX_USER_BYTES;
  #hostBytes = MAX_HOST_BYTES;

  /** A line of the bot itself, such as its JOIN. */
  learn({ user, host }: Pick<IrcMessage, "user" | "host">): void {
    if (user === "" || host === "") return;
    this.#set(user, host);
  }

  /** `CHGHOST user host` for the bot. */
  changed({ params: [user = "", host = ""] }: Pick<IrcMessage, "params">): void {
    if (user !== "" && host !== "") this.#set(user, host);
  }

  /** 396 `nick host :is now your displayed host`; some servers send `user@host`. */
  hidden({ command, params }: Pick<IrcMessage, "command" | "params">): void {
    if (command !== RPL_HOSTHIDDEN) return;
    const [, shown = ""] = params;
    const at = shown.lastIndexOf("@");
    const host = shown.slice(at + 1);
    const user = at > 0 ? shown.slice(0, at) : this.#user;
    if (host === "" || /\s/.test(shown)) return;
    if (user === undefined) this.#hostBytes = Math.max(this.#hostBytes, partBytes(host));
    else this.#set(user, host);
  }

  /** `nick!user@host`; undefined until it is known. */
  text(nick: string): string | undefined {
    if (this.#user === undefined || this.#host === undefined) return undefined;
    return `${nick}!${this.#user}@${this.#host}`;
  }

  /** Bytes of `:nick!user@host `; the assumed maximum until it is known. */
  bytes(nick: string): number {
    return Buffer.byteLength(`:${nick}!@ `) + this.#userBytes + this.#hostBytes;
  }

  #set(user: string, host: string): void {
    this.#user = user;
    this.#host = host;
    this.#userBytes = partBytes(user);
    this.#hostBytes = partBytes(host);
  }
}

function partBytes(part: string): number {
  return Math.min(Buffer.byteLength(part), MAX_PART_BYTES);
}
