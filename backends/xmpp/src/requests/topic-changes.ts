/** Changes of topics that the room has not answered. */
import { randomUUID } from "node:crypto";
import { Refused } from "@seabird-chat/sdk/backend";
import { xmlText } from "../formatting/xml-text.ts";
import { attributeOf, parseAddress } from "../inbound/read-stanza.ts";
import { type Stanza, xml } from "../stanza.ts";
import { refusalOf } from "./refusal.ts";

interface Waiting {
  readonly room: string;
  readonly topic: string;
  readonly resolve: () => void;
  readonly reject: (reason: Error) => void;
}

/** Servers end the stream of who sends too much; everybody who joins gets it. */
const MAX_TOPIC_BYTES = 8_192;

/** Bounded by the requests that core has under way. */
export class TopicChanges {
  readonly #waiting = new Map<string, Waiting>();

  /** Resolves when the room has told everybody (XEP-0045, 8.1). Rejects with Refused. */
  async set(
    room: string,
    given: string,
    send: (stanza: Stanza) => Promise<void>,
    signal: AbortSignal,
  ): Promise<void> {
    const id = randomUUID();
    const bytes = Buffer.byteLength(given);
    if (bytes > MAX_TOPIC_BYTES) {
      throw new Refused(`the topic is ${bytes} bytes; at most ${MAX_TOPIC_BYTES} fit on XMPP`);
    }
    // As a parser of XML gives it back.
    const topic = xmlText(given).replace(/\r\n?/g, "\n");
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    promise.catch(() => undefined);
    const abort = () => reject(new Refused("the room did not confirm it in time"));
    this.#waiting.set(id, { room, topic, resolve, reject });
    signal.addEventListener("abort", abort, { once: true });
    if (signal.aborted) abort();
    try {
      await send(xml("message", { to: room, type: "groupchat", id }, xml("subject", {}, topic)));
      await promise;
    } finally {
      this.#waiting.delete(id);
      signal.removeEventListener("abort", abort);
    }
  }

  /** A message that came. */
  receive(stanza: Stanza): void {
    if (this.#waiting.size === 0) return;
    const { id, type } = stanza.attrs;
    const bare = parseAddress(attributeOf(stanza, "from"))?.bare;
    const refused = this.#waiting.get(String(id));
    if (type === "error" && refused !== undefined && refused.room === bare) {
      refused.reject(new Refused(refusalOf(stanza)));
    }
    const subject = type === "groupchat" ? stanza.getChildText("subject") : null;
    if (subject === null || subject === undefined) return;
    for (const { room, topic, resolve } of this.#waiting.values()) {
      if (room === bare && topic === subject) resolve();
    }
  }

  lost(reason: string): void {
    for (const { reject } of this.#waiting.values()) reject(new Refused(reason));
  }
}
