/**
 * The requests that wait for a backend's answer. Each is settled exactly once: by an answer of the
 * backend that was asked, by its deadline, by its caller's cancellation, or by the end of its
 * backend's stream. After that nothing of it is kept, here or in the queue. A request without a
 * deadline can be left open instead: its answer is still of use, and nobody waits for it.
 */
import type { ChatEvent } from "@seabird-chat/protocol";
import type { Cancellable } from "../caller.ts";
import type { Clock } from "../clock.ts";
import { BrokerError, cancelled, timedOut } from "../errors.ts";
import { Deadlines } from "./deadlines.ts";
import type { Withdraw } from "./request-queue.ts";

/** One request, and the callbacks that settle it. */
export interface PendingRequest {
  readonly id: string;
  /** When the wait ends, and whose cancellation ends it; default: `leaveOpen` does. */
  readonly limit?: RequestLimit;
  readonly answered: (event: ChatEvent) => void;
  /** `isUnknown`: the backend may have carried it out; it was sent, and no answer of it was read. */
  readonly failed: (error: BrokerError, isUnknown: boolean) => void;
}

export interface RequestLimit {
  /** By the broker's clock. */
  readonly deadlineMs: number;
  readonly call: Cancellable;
}

/** A request that waits, and what undoes the wait. */
interface Waiting {
  readonly request: PendingRequest;
  readonly clearDeadline: () => void;
  /** Removes it from the queue, while it is not sent. */
  readonly withdraw: Withdraw;
  /** Known when the wait is over. */
  wasSent: boolean;
}

/**
 * An entry of the table, emptied when the wait is over. A Map that grows leaves its old storage to
 * the next full garbage collection; without this, the storage would keep alive what thousands of
 * settled requests held, and slow down every minor collection.
 */
interface Entry {
  waiting: Waiting | undefined;
}

const UNLIMITED = (): void => {};

/** The requests to one backend. */
export class BackendRequests {
  readonly #pending = new Map<string, Entry>();
  /** Those that were left open. */
  readonly #open = new Map<string, Entry>();
  readonly #owner: RequestsOwner;
  #closed: BrokerError | undefined;

  constructor(owner: RequestsOwner) {
    this.#owner = owner;
  }

  /** Requests that wait for an answer. */
  get size(): number {
    return this.#pending.size;
  }

  /**
   * Waits for the answer. `withdraw` is called when the wait is over, in case the request is not
   * sent yet.
   */
  wait(request: PendingRequest, withdraw: Withdraw): void {
    const { id, limit } = request;
    if (this.#closed !== undefined) {
      withdraw();
      request.failed(this.#closed, false);
      return;
    }
    let clearDeadline = UNLIMITED;
    if (limit !== undefined) {
      limit.call.onCancelled = () => this.fail(id, cancelled());
      clearDeadline = this.#owner.deadlines.add(limit.deadlineMs, () => this.fail(id, timedOut()));
    }
    this.#pending.set(id, { waiting: { request, clearDeadline, withdraw, wasSent: false } });
    this.#owner.added();
  }

  /** Settles the request of this id with its answer; false if none waits or was left open. */
  answer(id: string, event: ChatEvent): boolean {
    const waiting = this.#settle(id);
    waiting?.request.answered(event);
    return waiting !== undefined;
  }

  /** The backend has gone: all that wait or were left open fail, and so do later requests. */
  close(error: BrokerError): void {
    this.#closed = error;
    for (const id of [...this.#pending.keys(), ...this.#open.keys()]) {
      const waiting = this.#settle(id);
      waiting?.request.failed(error, waiting.wasSent);
    }
  }

  /** Fails the request of this id, if it waits or was left open. */
  fail(id: string, error: BrokerError, isUnknown = false): void {
    this.#settle(id)?.request.failed(error, isUnknown);
  }

  /**
   * Nobody waits for this request any more. Returns whether it was sent: then its answer, or the
   * backend's end, still settles it, but it is not in flight any more. If not, it is withdrawn.
   */
  leaveOpen(id: string): boolean {
    if (this.#open.has(id)) return true;
    const waiting = this.#settle(id);
    if (waiting === undefined || !waiting.wasSent) return false;
    this.#open.set(id, { waiting });
    return true;
  }

  /** Nothing is kept of this request. */
  forget(id: string): void {
    this.#settle(id);
  }

  /** Ends the wait for this request; returns it, if it was waiting or left open. */
  #settle(id: string): Waiting | undefined {
    const isPending = this.#pending.has(id);
    const entries = isPending ? this.#pending : this.#open;
    const entry = entries.get(id);
    const waiting = entry?.waiting;
    if (entry === undefined || waiting === undefined) return undefined;
    entry.waiting = undefined;
    entries.delete(id);
    waiting.clearDeadline();
    const { limit } = waiting.request;
    if (limit !== undefined) limit.call.onCancelled = undefined;
    waiting.wasSent = !waiting.withdraw();
    if (isPending) this.#owner.settled();
    return waiting;
  }
}

interface RequestsOwner {
  readonly deadlines: Deadlines;
  added(): void;
  settled(): void;
}

/** The requests to all backends: how many there are, and one queue of their deadlines. */
export class Requests implements RequestsOwner {
  readonly deadlines: Deadlines;
  readonly #idleCallbacks = new Set<() => void>();
  #size = 0;

  constructor(clock: Clock) {
    this.deadlines = new Deadlines(clock);
  }

  get size(): number {
    return this.#size;
  }

  forBackend(): BackendRequests {
    return new BackendRequests(this);
  }

  /** Calls `then` once when nothing waits any more, at once if that is so; returns the undo. */
  onIdle(then: () => void): () => void {
    if (this.#size === 0) then();
    else this.#idleCallbacks.add(then);
    return () => this.#idleCallbacks.delete(then);
  }

  added(): void {
    this.#size++;
  }

  settled(): void {
    this.#size--;
    if (this.#size > 0) return;
    for (const then of this.#idleCallbacks) then();
    this.#idleCallbacks.clear();
  }
}

/** An answer of a kind that the action does not accept. */
export function unexpectedAnswer(): BrokerError {
  return new BrokerError("unexpected_answer", "unexpected chat event");
}

/** An answer beyond a bound. The code is that of requests, the text says that it is the answer. */
export function answerTooLarge(why: string): BrokerError {
  return new BrokerError("message_too_large", `the backend's answer is refused: ${why}`);
}
