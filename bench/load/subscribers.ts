/**
 * One backend and its event streams, ready: every stream has shown that it gets the backend's
 * events. Knows of each event whether all streams have it.
 */

import type { Shape } from "../shapes/shape.ts";
import { Backend } from "./backend.ts";
import type { EventSource, EventStream } from "./event-source.ts";
import { openNatsSource, openNatsStream } from "./nats.ts";
import type { Peer } from "./peer.ts";
import { pause } from "./stopwatch.ts";
import { openConnections, Subscriber, type SubscriberHandlers } from "./subscriber.ts";

const READY_TIMEOUT_MS = 60_000;
const QUIET_MS = 50;
/** More events than this are never outstanding where it matters. */
const MOST_OUTSTANDING = 1_024;

export class Subscribers {
  /** Events received, by all streams together. */
  deliveries = 0;
  /** Events that all streams have. */
  complete = 0;
  sent = 0;
  /** Called with the number of an event that has just reached one more stream. */
  onDelivery: ((event: number) => void) | undefined;
  /** Called when all streams have one more event. */
  onComplete: (() => void) | undefined;
  readonly source: EventSource;
  readonly line: Buffer;
  readonly #streams: EventStream[] = [];
  readonly #have = new Uint32Array(MOST_OUTSTANDING);
  #ready = false;
  /** What each stream had received when it was ready. */
  readonly #before: number[] = [];

  private constructor(source: EventSource) {
    this.source = source;
    this.line = source.encode();
  }

  /** `count` event streams, each on a connection of its own. */
  static async open(peer: Peer, count: number, shape: Shape): Promise<Subscribers> {
    const isNats = peer.url.protocol === "nats:";
    const subscribers = new Subscribers(
      isNats
        ? await openNatsSource(peer, shape)
        : await Backend.connect(peer, { shape, answers: true }),
    );
    const openStream = isNats ? openNatsStream : openGrpcStream;
    for (let index = 0; index < count; index++) {
      const events = (n: number, total: number) => subscribers.#received(index, n, total);
      subscribers.#streams.push(await openStream(peer, { events }));
    }
    await subscribers.#becomeReady();
    return subscribers;
  }

  /** Why the first stream ended, if one has. */
  get ended(): string | undefined {
    const over = this.#streams.filter((stream) => stream.end !== undefined);
    const end = over[0]?.end ?? this.source.end;
    return (
      end && `${over.length} of ${this.#streams.length} streams ended: ${end.code} ${end.message}`
    );
  }

  /** Sends `count` events. */
  send(events: Uint8Array, count: number): void {
    this.sent += count;
    this.source.send(events);
  }

  async close(): Promise<void> {
    for (const stream of this.#streams) stream.close();
    this.source.close();
    await pause(QUIET_MS);
  }

  async #becomeReady(): Promise<void> {
    const lateAt = performance.now() + READY_TIMEOUT_MS;
    while (this.#streams.some((stream) => stream.total === 0)) {
      if (performance.now() > lateAt) throw new Error("not every stream gets events");
      this.source.send(this.line);
      await pause(20);
    }
    let before = -1;
    while (before !== this.#allReceived()) {
      before = this.#allReceived();
      await pause(QUIET_MS);
    }
    for (const stream of this.#streams) this.#before.push(stream.total);
    this.#ready = true;
  }

  #allReceived(): number {
    return this.#streams.reduce((sum, stream) => sum + stream.total, 0);
  }

  #received(index: number, count: number, total: number): void {
    if (!this.#ready) return;
    this.deliveries += count;
    const last = total - (this.#before[index] ?? 0);
    for (let event = last - count; event < last; event++) {
      this.onDelivery?.(event);
      const place = event % MOST_OUTSTANDING;
      const have = (this.#have[place] ?? 0) + 1;
      if (have < this.#streams.length) this.#have[place] = have;
      else {
        this.#have[place] = 0;
        this.complete++;
        this.onComplete?.();
      }
    }
  }
}

async function openGrpcStream(peer: Peer, handlers: SubscriberHandlers): Promise<EventStream> {
  const [connection] = await openConnections(peer, 1);
  if (connection === undefined) throw new Error("no connection");
  const subscriber = await Subscriber.open(connection, peer, handlers);
  return {
    get total() {
      return subscriber.total;
    },
    get end() {
      return subscriber.end;
    },
    close: () => connection.close(),
  };
}
