/**
 * Publish and subscribe. Publishing appends to the log and wakes the streams that wait; it never
 * waits for a stream. A stream that falls behind its bounds ends, and its memory is free at
 * that moment (protocol: "Liveness").
 */

import type { CallContext } from "../caller.ts";
import type { Clock } from "../clock.ts";
import type { EncodedEvent } from "../codec/encode-event.ts";
import { BrokerError } from "../errors.ts";
import type { BrokerObserver } from "../observer.ts";
import type { ResolvedBrokerOptions } from "../options.ts";
import { EventLog } from "./event-log.ts";
import { EventStream, type EventStreamOwner, fellBehind } from "./event-stream.ts";
import { IngestBackpressure } from "./ingest-backpressure.ts";
import type { SourceEnd } from "./source.ts";

export interface EventBusDeps {
  readonly options: ResolvedBrokerOptions;
  readonly clock: Clock;
  readonly observer: BrokerObserver;
  /** Told once of each stream that is over, with why. */
  readonly onEnded: (stream: EventStream, end: SourceEnd | "left") => void;
}

export class EventBus implements EventStreamOwner {
  readonly #options: ResolvedBrokerOptions;
  readonly #clock: Clock;
  readonly #observer: BrokerObserver;
  readonly #onEnded: EventBusDeps["onEnded"];
  readonly #log = new EventLog();
  readonly #holds: IngestBackpressure;
  /** Every stream not closed yet, those that have ended included. */
  readonly #streams = new Set<EventStream>();
  #live = 0;
  #opened = 0;
  /** Streams to wake: by any event, and by one that is not private. */
  #starvingForAny = new Set<EventStream>();
  #starvingForOpen = new Set<EventStream>();
  /** No stream can be out of bounds before the log has come to both. */
  #nextCheckEvents = Number.POSITIVE_INFINITY;
  #nextCheckBytes = Number.POSITIVE_INFINITY;

  constructor(deps: EventBusDeps) {
    this.#options = deps.options;
    this.#clock = deps.clock;
    this.#observer = deps.observer;
    this.#onEnded = deps.onEnded;
    this.#holds = new IngestBackpressure(deps.options, deps.clock, deps.observer);
    this.#log.onSlab = () => {
      for (const stream of this.#streams) stream.cursor.settle();
    };
  }

  /** Streams that have not ended. */
  get size(): number {
    return this.#live;
  }

  get lastSequence(): number {
    return this.#log.all.events;
  }

  /** Bytes of the events that some stream has yet to take. */
  get heldBytes(): number {
    let most = 0;
    for (const { cursor } of this.#streams) most = Math.max(most, cursor.heldBytes);
    return most;
  }

  get mostQueuedEvents(): number {
    let most = 0;
    for (const { cursor } of this.#streams) most = Math.max(most, cursor.waitingEvents);
    return most;
  }

  all(): Iterable<EventStream> {
    return this.#streams;
  }

  /** The stream of this id, if it has not ended. */
  get(id: string): EventStream | undefined {
    for (const stream of this.#streams) {
      if (stream.id === id && stream.end === undefined) return stream;
    }
    return undefined;
  }

  /** A stream of all events from now on. Throws `too_many_streams`. */
  subscribe(call: CallContext, commands: readonly string[]): EventStream {
    const { caller, peer } = call;
    if (this.#streams.size >= this.#options.maxEventStreams) {
      const most = this.#options.maxEventStreams;
      throw new BrokerError("too_many_streams", `too many event streams, limit ${most}`);
    }
    const cursor = this.#log.cursor(caller.mayPrivate);
    const connectedAtMs = this.#clock.wallMs();
    const id = `s${++this.#opened}`;
    const stream = new EventStream({ id, caller, peer, commands, connectedAtMs, cursor }, this);
    this.#streams.add(stream);
    this.#live++;
    this.#checkOrPlan(stream);
    this.#observer.eventStreamOpened();
    return stream;
  }

  /** Puts an event into the log; every stream gets it. Returns its sequence number. */
  publish(event: EncodedEvent): number {
    const sequence = this.#log.append(event.message, event.isPrivate);
    this.#observer.eventPublished(event.message.length);
    const { events, bytes } = this.#log.all;
    if (events >= this.#nextCheckEvents || bytes >= this.#nextCheckBytes) this.#endThoseBehind();
    this.#wake(event.isPrivate);
    return sequence;
  }

  /** Set while backends' events should wait for readers that are behind; resolves by itself. */
  hold(): Promise<void> | undefined {
    return this.#holds.hold(this.#log.all, this.#streams);
  }

  /** All streams end, each after what waits for it. */
  finishAll(error: BrokerError): void {
    for (const stream of this.#streams) stream.finish({ error });
  }

  taken(stream: EventStream, events: number, bytes: number): void {
    this.#observer.eventsDelivered(events, bytes);
    this.#holds.progress(stream, this.#log.all.events);
  }

  starving(stream: EventStream): void {
    const starving = stream.caller.mayPrivate ? this.#starvingForAny : this.#starvingForOpen;
    starving.add(stream);
  }

  ended(stream: EventStream, end: SourceEnd | "left"): void {
    this.#live--;
    this.#starvingForAny.delete(stream);
    this.#starvingForOpen.delete(stream);
    this.#holds.forget(stream);
    this.#observer.eventStreamClosed(end === "left" ? "left" : (end.error?.code ?? "left"));
    this.#onEnded(stream, end);
  }

  closed(stream: EventStream): void {
    this.#streams.delete(stream);
  }

  /** Ends the streams that are out of bounds, and finds out when to look again. */
  #endThoseBehind(): void {
    this.#nextCheckEvents = Number.POSITIVE_INFINITY;
    this.#nextCheckBytes = Number.POSITIVE_INFINITY;
    for (const stream of this.#streams) this.#checkOrPlan(stream);
  }

  #checkOrPlan(stream: EventStream): void {
    const { maxQueuedEventsPerStream, maxQueuedBytesPerStream, maxEventLogBytes } = this.#options;
    const { cursor } = stream;
    cursor.settle();
    const roomEvents = maxQueuedEventsPerStream - cursor.waitingEvents;
    const roomBytes = maxQueuedBytesPerStream - cursor.waitingBytes;
    const roomLog = maxEventLogBytes - cursor.heldBytes;
    // Whoever is out of the log's bounds is furthest behind, so ends before all others.
    if (roomEvents < 0 || roomBytes < 0 || roomLog < 0) {
      this.#observer.eventsLost(stream.cut(fellBehind()));
    } else {
      this.#checkAfter(roomEvents, Math.min(roomBytes, roomLog));
    }
  }

  #checkAfter(events: number, bytes: number): void {
    const { all } = this.#log;
    this.#nextCheckEvents = Math.min(this.#nextCheckEvents, all.events + events + 1);
    this.#nextCheckBytes = Math.min(this.#nextCheckBytes, all.bytes + bytes + 1);
  }

  /** Wakes those that found nothing; each is woken again only after it has found nothing again. */
  #wake(onlyPrivate: boolean): void {
    if (this.#starvingForAny.size > 0) {
      const woken = this.#starvingForAny;
      this.#starvingForAny = new Set();
      for (const stream of woken) stream.onReady?.();
    }
    if (onlyPrivate || this.#starvingForOpen.size === 0) return;
    const woken = this.#starvingForOpen;
    this.#starvingForOpen = new Set();
    for (const stream of woken) stream.onReady?.();
  }
}
