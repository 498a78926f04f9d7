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
import { classOf, type EventFilter, isOptional } from "./event-filter.ts";
import { EventLog } from "./event-log.ts";
import { EventStream, fellBehind } from "./event-stream.ts";
import type { EventView } from "./event-view.ts";
import { IngestBackpressure } from "./ingest-backpressure.ts";
import type { SourceEnd } from "./source.ts";
import { StreamGroup, type StreamGroupOwner } from "./stream-group.ts";

export interface EventBusDeps {
  readonly options: ResolvedBrokerOptions;
  readonly clock: Clock;
  readonly observer: BrokerObserver;
  /** Called once for each stream that has ended, with the reason. */
  readonly onEnded: (stream: EventStream, end: SourceEnd | "left") => void;
  /** Called before an event with files of a backend is published. Default: nothing. */
  readonly onFiles?: (event: EncodedEvent) => void;
}

export class EventBus implements StreamGroupOwner {
  readonly #options: ResolvedBrokerOptions;
  readonly #clock: Clock;
  readonly #observer: BrokerObserver;
  readonly #onEnded: EventBusDeps["onEnded"];
  readonly #onFiles: EventBusDeps["onFiles"];
  readonly #log = new EventLog();
  readonly #backpressure: IngestBackpressure;
  /** Every stream not closed yet, those that have ended included. */
  readonly #streams = new Set<EventStream>();
  /** How many of them each token has. */
  readonly #byToken = new Map<string, number>();
  #live = 0;
  #opened = 0;
  /** The same streams by what they see of the log; publishing costs the number of groups. */
  #groups: readonly StreamGroup[] = [];
  /** By class: the groups that get its events, once it was asked for. */
  #groupsByClass: (readonly StreamGroup[] | undefined)[] = [];
  /** No stream can exceed the log's bound before the log has so many bytes. */
  #nextLogCheckBytes = Number.POSITIVE_INFINITY;

  constructor(deps: EventBusDeps) {
    this.#options = deps.options;
    this.#clock = deps.clock;
    this.#observer = deps.observer;
    this.#onEnded = deps.onEnded;
    this.#onFiles = deps.onFiles;
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

  /** The sequence number that the next published event gets. */
  get nextSequence(): number {
    return this.#log.all.events + 1;
  }

  /** Different filters that open streams have. */
  get views(): number {
    return this.#log.views;
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

  /** A stream of what the filter includes, from now on. Throws `too_many_streams`. */
  subscribe(call: CallContext, commands: readonly string[], filter: EventFilter): EventStream {
    const { caller, peer } = call;
    this.#checkRoomFor(filter, caller.tokenId);
    const cursor = this.#log.cursor(filter);
    const connectedAtMs = this.#clock.wallMs();
    const id = `s${++this.#opened}`;
    const group = this.#groupOf(cursor.view);
    const stream = new EventStream({ id, caller, peer, commands, connectedAtMs, cursor }, group);
    group.streams.add(stream);
    this.#streams.add(stream);
    this.#countToken(caller.tokenId, 1);
    this.#live++;
    this.#checkOrPlan(stream, group);
    this.#observer.eventStreamOpened();
    return stream;
  }

  /**
   * Puts an event into the log, for every stream whose filter includes it. Returns its number;
   * `undefined`: it is of a kind that streams have to name, and none has.
   */
  publish(event: EncodedEvent): number | undefined {
    if (event.hasFiles) this.#onFiles?.(event);
    const eventClass = classOf(event);
    if (!this.#isWanted(eventClass)) return undefined;
    const sequence = this.#log.append(event.message, eventClass);
    this.#observer.eventPublished(event.message.length);
    if (this.#log.all.bytes >= this.#nextLogCheckBytes) this.#endStreamsBehindLog();
    for (const group of this.#groupsWith(eventClass)) {
      if (group.needsCheck) this.#endStreamsBehind(group);
      group.wake();
    }
    return sequence;
  }

  /** Whether an event would be kept; if not, it need not be encoded. */
  isWanted(event: Pick<EncodedEvent, "kind" | "isPrivate">): boolean {
    return this.#isWanted(classOf(event));
  }

  #isWanted(eventClass: number): boolean {
    return !isOptional(eventClass) || this.#log.viewsWith(eventClass).length > 0;
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
    this.#backpressure.progress(stream);
  }

  ended(stream: EventStream, end: SourceEnd | "left"): void {
    this.#live--;
    this.#backpressure.forget(stream);
    this.#observer.eventStreamClosed(end === "left" ? "left" : (end.error?.code ?? "left"));
    this.#onEnded(stream, end);
  }

  closed(stream: EventStream): void {
    this.#streams.delete(stream);
    this.#countToken(stream.caller.tokenId, -1);
    if (this.#groups.some(({ streams }) => streams.size === 0)) {
      this.#setGroups(this.#groups.filter(({ streams }) => streams.size > 0));
    }
  }

  #countToken(tokenId: string, more: number): void {
    const count = (this.#byToken.get(tokenId) ?? 0) + more;
    if (count === 0) this.#byToken.delete(tokenId);
    else this.#byToken.set(tokenId, count);
  }

  /** The token with most streams loses its newest, unless that only turns the tables. */
  #makesRoomFor(tokenId: string): boolean {
    let [mostId, most] = ["", 0];
    for (const [id, count] of this.#byToken) if (count > most) [mostId, most] = [id, count];
    if (most <= (this.#byToken.get(tokenId) ?? 0) + 1) return false;
    const theirs = [...this.#streams].filter(({ caller }) => caller.tokenId === mostId);
    const newest = theirs.findLast(({ end }) => end === undefined);
    if (newest === undefined) return false;
    this.#observer.eventsLost(newest.cut(tooMany("event streams, and most of this token")));
    return true;
  }

  #checkRoomFor(filter: EventFilter, tokenId: string): void {
    const { maxEventStreams, maxEventViews } = this.#options;
    if (this.#streams.size >= maxEventStreams && !this.#makesRoomFor(tokenId)) {
      throw tooMany(`event streams, limit ${maxEventStreams}`);
    }
    if (filter.isCommon || this.#log.views < maxEventViews) return;
    if (this.#log.viewOf(filter) === undefined) {
      throw tooMany(`different lists of kinds, limit ${maxEventViews}`);
    }
  }

  #groupOf(view: EventView): StreamGroup {
    const known = this.#groups.find((group) => group.view === view);
    if (known !== undefined) return known;
    const group = new StreamGroup(view, this);
    this.#setGroups([...this.#groups, group]);
    return group;
  }

  #groupsWith(eventClass: number): readonly StreamGroup[] {
    const known = this.#groupsByClass[eventClass];
    if (known !== undefined) return known;
    const groups = this.#groups.filter(({ view }) => view.filter.includes(eventClass));
    this.#groupsByClass[eventClass] = groups;
    return groups;
  }

  #setGroups(groups: readonly StreamGroup[]): void {
    this.#groups = groups;
    this.#groupsByClass = [];
  }

  /** Ends the streams of a group that exceed their bounds, and plans the next check. */
  #endStreamsBehind(group: StreamGroup): void {
    group.beginCheck();
    for (const stream of group.streams) this.#checkOrPlan(stream, group);
  }

  /** The same for the bound of the log. */
  #endStreamsBehindLog(): void {
    this.#nextLogCheckBytes = Number.POSITIVE_INFINITY;
    for (const group of this.#groups) this.#endStreamsBehind(group);
  }

  #checkOrPlan(stream: EventStream, group: StreamGroup): void {
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
      group.checkAfter(leftEvents, leftBytes);
      const nextBytes = this.#log.all.bytes + leftInLog + 1;
      this.#nextLogCheckBytes = Math.min(this.#nextLogCheckBytes, nextBytes);
    }
  }
}

function tooMany(what: string): BrokerError {
  return new BrokerError("too_many_streams", `too many ${what}`);
}
