/** The load on NATS: what a core delivers, published to one subject, and its subscribers. */
import type { Shape } from "../shapes/shape.ts";
import { ENVELOPE_BYTES } from "../wire/envelopes.ts";
import { NatsConnection } from "../wire/nats-connection.ts";
import type { EventSource, EventStream } from "./event-source.ts";
import type { Peer } from "./peer.ts";
import type { SubscriberHandlers } from "./subscriber.ts";

const SUBJECT = "bench";
const UNAVAILABLE = 14;

export async function openNatsSource(peer: Peer, shape: Shape): Promise<EventSource> {
  const source = { end: undefined as EventSource["end"] };
  const connection = await NatsConnection.open(peer.url, {
    ended: (message) => {
      source.end = { code: UNAVAILABLE, message };
    },
  });
  const event = shape.event("recorded").subarray(ENVELOPE_BYTES);
  return {
    get end() {
      return source.end;
    },
    get unsentBytes() {
      return connection.unsentBytes;
    },
    encode: () => NatsConnection.publication(SUBJECT, event),
    send: (events) => connection.write(events),
    close: () => connection.close(),
  };
}

/** Its subscription is sent, and may not be known to the server yet. */
export async function openNatsStream(
  peer: Peer,
  handlers: SubscriberHandlers,
): Promise<EventStream> {
  const stream = {
    total: 0,
    end: undefined as EventStream["end"],
    close: () => connection.close(),
  };
  const connection = await NatsConnection.open(peer.url, {
    messages: (count) => {
      stream.total += count;
      handlers.events?.(count, stream.total);
    },
    ended: (message) => {
      stream.end = { code: UNAVAILABLE, message };
    },
  });
  connection.subscribe(SUBJECT);
  return stream;
}
