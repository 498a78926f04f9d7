/** Login to an account during registration (IRCv3 SASL): PLAIN and EXTERNAL. Pure. */

import { plainReason } from "../formatting/codes.ts";
import type { IrcMessage } from "../message/irc-message.ts";
import type { SaslOptions } from "../options.ts";

/** undefined: not finished. */
export type SaslOutcome =
  | undefined
  | { readonly is: "in" }
  | {
      readonly is: "refused";
      readonly reason: string;
      /** The server itself refused: an early retry does not help. */
      readonly isFinal: boolean;
    };

/** Longest piece of an AUTHENTICATE, in characters of base64 (IRCv3 SASL 3.1). */
const CHUNK = 400;

const RPL_SASLSUCCESS = "903";
const ERR_SASLALREADY = "907";
/** Nick locked, failed, too long, aborted. */
const FAILURES = new Set(["902", "904", "905", "906"]);
const RPL_SASLMECHS = "908";

export class SaslLogin {
  readonly #options: SaslOptions;
  readonly #send: (line: string) => void;
  #isAsked = false;
  #mechanisms: string | undefined;

  constructor(options: SaslOptions, send: (line: string) => void) {
    this.#options = options;
    this.#send = send;
  }

  /** `offered`: the value of the capability `sasl`, the mechanisms; "" if the server does not list them. */
  start(offered: string): SaslOutcome {
    const { mechanism } = this.#options;
    const mechanisms = offered.toUpperCase().split(",");
    if (offered !== "" && !mechanisms.includes(mechanism)) {
      return refused(`the server takes ${mechanisms.join(", ")}, not ${mechanism}`, true);
    }
    this.#send(`AUTHENTICATE ${mechanism}`);
    return undefined;
  }

  receive({ command, params }: IrcMessage): SaslOutcome {
    if (command === "AUTHENTICATE") return this.#challenged(params[0] ?? "");
    if (command === RPL_SASLSUCCESS || command === ERR_SASLALREADY) return { is: "in" };
    if (command === RPL_SASLMECHS) this.#mechanisms = params[1];
    if (!FAILURES.has(command)) return undefined;
    const reason = plainReason(params.at(-1) ?? "") || "refused";
    const others = this.#mechanisms === undefined ? "" : `; it takes ${this.#mechanisms}`;
    return refused(`${reason} (${command})${others}`, true);
  }

  /** Both mechanisms have one challenge only, an empty one. */
  #challenged(challenge: string): SaslOutcome {
    if (challenge !== "+" || this.#isAsked) {
      this.#send("AUTHENTICATE *");
      return refused("the server asks what this mechanism does not answer", true);
    }
    this.#isAsked = true;
    for (const chunk of chunksOf(responseOf(this.#options))) this.#send(`AUTHENTICATE ${chunk}`);
    return undefined;
  }
}

function refused(reason: string, isFinal: boolean): SaslOutcome {
  return { is: "refused", reason, isFinal };
}

function responseOf({ mechanism, account, password = "" }: SaslOptions): string {
  if (mechanism === "EXTERNAL") return account;
  return `${account}\0${account}\0${password}`;
}

/** Base64 in chunks of 400 characters; after a full last chunk comes `+` (IRCv3 SASL 3.1). */
function chunksOf(response: string): string[] {
  const encoded = Buffer.from(response, "utf8").toString("base64");
  const chunks: string[] = [];
  for (let at = 0; at < encoded.length; at += CHUNK) chunks.push(encoded.slice(at, at + CHUNK));
  if (encoded.length % CHUNK === 0) chunks.push("+");
  return chunks;
}
