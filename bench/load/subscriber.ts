/** One event stream of the load, which counts what comes. */
import { ClientConnection, type ConnectionOptions } from "../wire/client-connection.ts";
import type { CallEnd } from "../wire/client-stream.ts";
import { EnvelopeCounter, envelope } from "../wire/envelopes.ts";
import { callHeaders, PATHS, type Peer, within } from "./peer.ts";

const OPEN_TIMEOUT_MS = 30_000;
const NO_COMMANDS = envelope(new Uint8Array(0));

export interface SubscriberHandlers {
  /** So many events came at once; `total` with all before them. */
  events?(count: number, total: number): void;
  ended?(end: CallEnd): void;
}

export class Subscriber {
  /** Events received. */
  total = 0;
  end: CallEnd | undefined;
  readonly #counter = new EnvelopeCounter();
  readonly #opened = Promise.withResolvers<void>();

  private constructor(connection: ClientConnection, peer: Peer, handlers: SubscriberHandlers) {
    connection.call(
      callHeaders(peer, PATHS.streamEvents),
      {
        opened: () => this.#opened.resolve(),
        data: (bytes, start, end) => {
          const count = this.#counter.count(bytes, start, end);
          if (count === 0) return;
          this.total += count;
          handlers.events?.(count, this.total);
        },
        ended: (end) => {
          this.end = end;
          this.#opened.reject(new Error(`an event stream ended: ${end.code} ${end.message}`));
          handlers.ended?.(end);
        },
      },
      NO_COMMANDS,
    );
    this.#opened.promise.catch(() => undefined);
  }

  /** Opens an event stream on a connection; resolves when its headers are there. */
  static async open(
    connection: ClientConnection,
    peer: Peer,
    handlers: SubscriberHandlers = {},
  ): Promise<Subscriber> {
    const subscriber = new Subscriber(connection, peer, handlers);
    await within(OPEN_TIMEOUT_MS, "event stream", subscriber.#opened.promise);
    return subscriber;
  }
}

/** Opens `count` connections, a few at a time. */
export async function openConnections(
  peer: Peer,
  count: number,
  options?: ConnectionOptions,
): Promise<ClientConnection[]> {
  const connections: ClientConnection[] = [];
  while (connections.length < count) {
    const next = Math.min(50, count - connections.length);
    const opening = Array.from({ length: next }, () => ClientConnection.open(peer.url, options));
    connections.push(...(await Promise.all(opening)));
  }
  return connections;
}
