/** Sends messages, and waits for what confirms or refuses them. */
import { errorMessage } from "@seabird-chat/runtime";
import { type Clock, pause, Refused, Unconfirmed } from "@seabird-chat/sdk/backend";
import { StanzaCut, StanzaError, type StanzaSender } from "../connection/hooks.ts";
import { attributeOf, childOf } from "../inbound/read-stanza.ts";
import type { Address } from "../outbound.ts";
import { NS, type Stanza, xml } from "../stanza.ts";
import { refusalOf } from "./refusal.ts";

/** Messages that wait at once; one more is refused. */
export const MAX_WAITING = 1_000;
/** Milliseconds for the other server's answer; then it is enough that the bot's own has the message. */
const OTHER_SERVER_MS = 3_000;

interface Waiting {
  /** The bare address that may answer. */
  readonly from: string;
  readonly resolve: (answer: Stanza) => void;
  readonly reject: (reason: Error) => void;
}

/**
 * A message to a room is confirmed by the room, which sends it to everybody (XEP-0045, 7.4). A message to a
 * person is confirmed by nobody; but a refusal comes as an error with its id (RFC 6120, 8.3), and before the
 * answer to a ping that was sent to the same server behind it (RFC 6120, 10.1: stanzas keep their order).
 */
export class Deliveries {
  readonly #sender: StanzaSender;
  readonly #clock: Clock;
  readonly #waiting = new Map<string, Waiting>();

  constructor(sender: StanzaSender, clock: Clock) {
    this.#sender = sender;
    this.#clock = clock;
  }

  /**
   * Resolves with the message as the room sent it, or nothing for one to a person. Rejects with Refused and
   * the reason, and with Unconfirmed when the session is over or the signal aborted.
   */
  async send(address: Address, stanza: Stanza, signal: AbortSignal): Promise<Stanza | undefined> {
    if (this.#waiting.size >= MAX_WAITING) {
      throw new Refused(`${MAX_WAITING} messages wait for the network already`);
    }
    const id = String(stanza.attrs["id"]);
    const { promise: answer, resolve, reject } = Promise.withResolvers<Stanza>();
    answer.catch(() => undefined);
    const onAbort = () => reject(new Unconfirmed(NOTHING_CAME));
    signal.addEventListener("abort", onAbort, { once: true });
    if (signal.aborted) onAbort();
    this.#waiting.set(id, { from: bareOf(address.to), resolve, reject });
    const over = new AbortController();
    try {
      await sendNow(this.#sender, stanza);
      if (address.type === "groupchat") return await answer;
      await Promise.race([answer, this.#passed(domainOf(address.to), over.signal)]);
      return undefined;
    } finally {
      over.abort();
      this.#waiting.delete(id);
      signal.removeEventListener("abort", onAbort);
    }
  }

  /** Takes a message that came, which may be the answer to one. */
  receive(stanza: Stanza): void {
    const { id = "", from = "", type } = stanza.attrs as Record<string, string | undefined>;
    // Some rooms send a message on under an id of their own (XEP-0359, 3).
    const originId = attributeOf(childOf(stanza, "origin-id", NS.ids), "id");
    const waiting = this.#waiting.get(id) ?? this.#waiting.get(originId);
    if (waiting === undefined || bareOf(from) !== waiting.from) return;
    if (type === "error") waiting.reject(new Refused(refusalOf(stanza)));
    else if (type === "groupchat") waiting.resolve(stanza);
  }

  /** The session is over, and what it carried may be lost: what waits is refused. */
  lost(reason: string): void {
    for (const { reject } of this.#waiting.values()) reject(new Unconfirmed(reason));
  }

  /** Resolves when both servers have taken all that was sent before. */
  async #passed(domain: string, signal: AbortSignal): Promise<void> {
    const own = domainOf(this.#sender.address);
    const pings = [this.#ping(own, signal)];
    if (domain !== own) {
      const late = pause(this.#clock, OTHER_SERVER_MS, signal);
      pings.push(Promise.race([late, this.#ping(domain, signal)]));
    }
    await Promise.all(pings);
  }

  /** Any answer will do: what a server cannot do it refuses. */
  async #ping(to: string, signal: AbortSignal): Promise<void> {
    const ping = xml("iq", { type: "get", to }, xml("ping", { xmlns: NS.ping }));
    try {
      await this.#sender.request(ping, signal);
    } catch (reason) {
      if (reason instanceof StanzaError || signal.aborted) return;
      throw new Unconfirmed(`${errorMessage(reason)}; the message may or may not have been sent`);
    }
  }
}

/** Sends without waiting for an answer. Rejects with Refused where there is no session, or it ends. */
export async function sendNow(sender: StanzaSender, stanza: Stanza): Promise<void> {
  try {
    await sender.send(stanza);
  } catch (cause) {
    const message = errorMessage(cause);
    if (cause instanceof StanzaCut) throw new Unconfirmed(`${message}; ${MAYBE_SENT}`);
    throw new Refused(message);
  }
}

const MAYBE_SENT = "it may or may not have been sent";
const NOTHING_CAME = `the network did not confirm it in time; ${MAYBE_SENT}`;

function bareOf(address: string): string {
  return address.split("/", 1)[0] ?? "";
}

function domainOf(address: string): string {
  return bareOf(address).replace(/^[^@]*@/, "");
}
