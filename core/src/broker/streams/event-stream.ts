/** One open event stream: a cursor into the event log, and the stream's end. */
import type { Caller, Peer } from "../caller.ts";
import { BrokerError } from "../errors.ts";
import type { EventStreamStatus } from "../status/status.ts";
import type { Cursor } from "./event-log.ts";
import type { Source, SourceEnd } from "./source.ts";

export interface EventStreamDeps {
  readonly id: string;
  readonly caller: Caller;
  readonly peer: Peer;
  readonly commands: readonly string[];
  readonly connectedAtMs: number;
  readonly cursor: Cursor;
}

/** Callbacks of a stream. */
export interface EventStreamOwner {
  /** The reader took something. */
  taken(stream: EventStream, events: number, bytes: number): void;
  /** The reader found nothing and waits to be woken. */
  starving(stream: EventStream): void;
  /** The stream gets no new events from now on; called once, with the reason. */
  ended(stream: EventStream, end: SourceEnd | "left"): void;
  /** The stream holds nothing more; called once, after `ended`. */
  closed(stream: EventStream): void;
}

export class EventStream implements Source {
  onReady: (() => void) | undefined;
  readonly id: string;
  readonly caller: Caller;
  readonly cursor: Cursor;
  readonly #deps: EventStreamDeps;
  readonly #owner: EventStreamOwner;
  readonly #firstEvent: number;
  #end: SourceEnd | undefined;
  #closed = false;

  constructor(deps: EventStreamDeps, owner: EventStreamOwner) {
    this.id = deps.id;
    this.caller = deps.caller;
    this.cursor = deps.cursor;
    this.#deps = deps;
    this.#owner = owner;
    this.#firstEvent = deps.cursor.taken.events;
  }

  get end(): SourceEnd | undefined {
    return this.#end;
  }

  take(maxBytes: number): Uint8Array | undefined {
    const { taken } = this.cursor;
    const eventsBefore = taken.events;
    const run = this.cursor.take(maxBytes);
    if (run === undefined) {
      if (this.#end === undefined && !this.#closed) this.#owner.starving(this);
      return undefined;
    }
    this.#owner.taken(this, taken.events - eventsBefore, run.length);
    return run;
  }

  /** Ends the stream after what waits for it. */
  finish(end: SourceEnd): void {
    if (this.#end !== undefined || this.#closed) return;
    this.cursor.stopHere();
    this.#endWith(end);
  }

  /** Ends the stream now, dropping what waits; returns how many events that were. */
  cut(error: BrokerError): number {
    if (this.#closed) return 0;
    const lost = this.cursor.drop();
    if (this.#end === undefined) this.#endWith({ error });
    else this.#end = { error };
    return lost;
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.onReady = undefined;
    this.cursor.drop();
    if (this.#end === undefined) this.#owner.ended(this, "left");
    this.#owner.closed(this);
  }

  status(): EventStreamStatus {
    const { id, caller, peer, commands, connectedAtMs } = this.#deps;
    return {
      id,
      tokenName: caller.name,
      peer: peer.address,
      commands,
      kinds: this.cursor.view.filter.kinds,
      connectedAtMs,
      eventsSent: this.cursor.taken.events - this.#firstEvent,
      queuedEvents: this.cursor.waitingEvents,
      queuedBytes: this.cursor.waitingBytes,
    };
  }

  #endWith(end: SourceEnd): void {
    this.#end = end;
    this.#owner.ended(this, end);
    this.onReady?.();
  }
}

/** The error of a stream whose reader is too slow (protocol: "Liveness"). */
export function fellBehind(): BrokerError {
  return new BrokerError("fell_behind", "client fell too far behind");
}
