/** What a connection to an XMPP server reports. */
import type { Stanza } from "../stanza.ts";

export type ConnectionStatus =
  | { readonly status: "connecting"; readonly attempt: number }
  /** A new session: nothing of an older one is left, rooms have to be joined again. */
  | { readonly status: "online"; readonly address: string }
  /** The session goes on where it was cut (XEP-0198): nothing was lost, and rooms are still joined. */
  | { readonly status: "resumed"; readonly address: string }
  /** Cut, and one attempt to resume it follows at once; its outcome comes next. */
  | { readonly status: "interrupted"; readonly reason: string }
  | {
      readonly status: "lost";
      readonly reason: string;
      readonly retryInMs: number;
      /** Whether the server may still take up the session, with what it had to send. */
      readonly canResume: boolean;
    }
  /** No later attempt can succeed either, such as with a wrong password. */
  | { readonly status: "failed"; readonly reason: string; readonly setting: string };

export interface ConnectionHooks {
  /** A `message` or `presence`. */
  stanza(stanza: Stanza): void;
  status(status: ConnectionStatus): void;
}

/** What a server or a room answered instead of doing what it was asked. */
export class StanzaError extends Error {
  override readonly name = "StanzaError";
  /** As in RFC 6120, section 8.3.3: `forbidden`, `item-not-found`, `not-acceptable`, … */
  readonly condition: string;
  /** `auth`, `cancel`, `continue`, `modify` or `wait`. */
  readonly type: string;

  constructor(condition: string, type: string, text: string) {
    super(text === "" ? condition.replaceAll("-", " ") : text);
    this.condition = condition;
    this.type = type;
  }
}

/** The connection ended while a stanza was written, which a resumed session sends again (XEP-0198, 5). */
export class StanzaCut extends Error {
  override readonly name = "StanzaCut";
}

/** How stanzas are sent. What rejects because there is no session has "not connected" in its words. */
export interface StanzaSender {
  /** The bot's own full address in this session; empty without one. */
  readonly address: string;
  /** Sends without waiting for anything. Rejects if there is no session, with StanzaCut if it ended then. */
  send(stanza: Stanza): Promise<void>;
  /** Sends an `iq` and resolves with its result. Rejects with StanzaError, or when time is up. */
  request(iq: Stanza, signal: AbortSignal): Promise<Stanza>;
}
