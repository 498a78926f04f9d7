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
  /** Called once for each stream that has ended, with the reason. */
  readonly onEnded: (stream: EventStream, end: SourceEnd | "left") => void;
}

export class EventBus implements EventStreamOwner {
  readonly #options: ResolvedBrokerOptions;
  readonly #clock: Clock;
  readonly #observer: BrokerObserver;
  readonly #onEnded: EventBusDeps["onEnded"];
  readonly #log = new EventLog();
  readonly #backpressure: IngestBackpressure;
  /** Every stream not closed yet, those that have ended included. */
  readonly #streams = new Set<EventStream>();
  #live = 0;
  #opened = 0;
  /** Streams to wake: by any event, and by public ones only. */
  #starvingForAny = new Set<EventStream>();
  #starvingForPublic = new Set<EventStream>();
  /** No stream can exceed its bounds before the log has reached one of these. */
  #nextCheckEvents = Number.POSITIVE_INFINITY;
  #nextCheckBytes = Number.POSITIVE_INFINITY;

  constructor(deps: EventBusDeps) {
    this.#options = deps.options;
    this.#clock = deps.clock;
    this.#observer = deps.observer;
    this.#onEnded = deps.onEnded;
    this.#backpressure = new IngestBackpressure(deps.options, deps.clock, deps.observer);
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
  get retainedBytes(): number {
    let most = 0;
    for (const { cursor } of this.#streams) most = Math.max(most, cursor.retainedBytes);
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
    if (events >= this.#nextCheckEvents || bytes >= this.#nextCheckBytes) this.#endStreamsBehind();
    this.#wake(event.isPrivate);
    return sequence;
  }

  /** Set while backends' events should wait for streams that are behind; resolves by itself. */
  pause(): Promise<void> | undefined {
    return this.#backpressure.pause(this.#log.all, this.#streams);
  }

  /** All streams end, each after what waits for it. */
  finishAll(error: BrokerError): void {
    for (const stream of this.#streams) stream.finish({ error });
  }

  taken(stream: EventStream, events: number, bytes: number): void {
    this.#observer.eventsDelivered(events, bytes);
    this.#backpressure.progress(stream, this.#log.all.events);
  }

  starving(stream: EventStream): void {
    const starving = stream.caller.mayPrivate ? this.#starvingForAny : this.#starvingForPublic;
    starving.add(stream);
  }

  ended(stream: EventStream, end: SourceEnd | "left"): void {
    this.#live--;
    this.#starvingForAny.delete(stream);
    this.#starvingForPublic.delete(stream);
    this.#backpressure.forget(stream);
    this.#observer.eventStreamClosed(end === "left" ? "left" : (end.error?.code ?? "left"));
    this.#onEnded(stream, end);
  }

  closed(stream: EventStream): void {
    this.#streams.delete(stream);
  }

  /** Ends the streams that exceed their bounds, and plans the next check. */
  #endStreamsBehind(): void {
    this.#nextCheckEvents = Number.POSITIVE_INFINITY;
    this.#nextCheckBytes = Number.POSITIVE_INFINITY;
    for (const stream of this.#streams) this.#checkOrPlan(stream);
  }

  #checkOrPlan(stream: EventStream): void {
    const { maxQueuedEventsPerStream, maxQueuedBytesPerStream, maxEventLogBytes } = this.#options;
    const { cursor } = stream;
    cursor.settle();
    const leftEvents = maxQueuedEventsPerStream - cursor.waitingEvents;
    const leftBytes = maxQueuedBytesPerStream - cursor.waitingBytes;
    const leftInLog = maxEventLogBytes - cursor.retainedBytes;
    // A stream beyond the log's bounds is furthest behind, so it ends before all others.
    if (leftEvents < 0 || leftBytes < 0 || leftInLog < 0) {
      this.#observer.eventsLost(stream.cut(fellBehind()));
    } else {
      this.#checkAfter(leftEvents, Math.min(leftBytes, leftInLog));
    }
  }

  #checkAfter(events: number, bytes: number): void {
    const { all } = this.#log;
    this.#nextCheckEvents = Math.min(this.#nextCheckEvents, all.events + events + 1);
    this.#nextCheckBytes = Math.min(this.#nextCheckBytes, all.bytes + bytes + 1);
  }

  /** Wakes the streams that found nothing; each wakes again only after it finds nothing again. */
  #wake(onlyPrivate: boolean): void {
    if (this.#starvingForAny.size > 0) {
      const woken = this.#starvingForAny;
      this.#starvingForAny = new Set();
      for (const stream of woken) stream.onReady?.();
    }
    if (onlyPrivate || this.#starvingForPublic.size === 0) return;
    const woken = this.#starvingForPublic;
    this.#starvingForPublic = new Set();
    for (const stream of woken) stream.onReady?.();
  }
}
