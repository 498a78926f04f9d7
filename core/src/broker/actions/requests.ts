/**
 * The requests that wait for a backend's answer. Each is settled exactly once: by an answer of the
 * backend that was asked, by its deadline, by its caller's cancellation, or by the end of its
 * backend's stream. After that nothing of it is kept, here or in the queue.
 */
import type { ChatEvent } from "@seabird-chat/protocol";
import type { Cancellable } from "../caller.ts";
import type { Clock } from "../clock.ts";
import { BrokerError, cancelled, timedOut } from "../errors.ts";
import { Deadlines } from "./deadlines.ts";

/** One request, and the callbacks that settle it. */
export interface PendingRequest {
  readonly id: string;
  /** By the broker's clock. */
  readonly deadlineMs: number;
  readonly call: Cancellable;
  readonly answered: (event: ChatEvent) => void;
  readonly failed: (error: BrokerError) => void;
}

/** A request that waits, and what undoes the wait. */
interface Waiting {
  readonly request: PendingRequest;
  /** Clears its deadline. */
  readonly clearDeadline: () => void;
  /** Removes it from the queue, while it is not sent. */
  readonly withdraw: () => void;
}

/**
 * An entry of the table, emptied when the wait is over. A Map that grows leaves its old storage to
 * the next full garbage collection; without this, the storage would keep alive what thousands of
 * settled requests held, and slow down every minor collection.
 */
interface Entry {
  waiting: Waiting | undefined;
}

/** The requests to one backend. */
export class BackendRequests {
  readonly #pending = new Map<string, Entry>();
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
  wait(request: PendingRequest, withdraw: () => void): void {
    const { id, deadlineMs, call } = request;
    if (this.#closed !== undefined) {
      withdraw();
      request.failed(this.#closed);
      return;
    }
    call.onCancelled = () => this.fail(id, cancelled());
    const clearDeadline = this.#owner.deadlines.add(deadlineMs, () => this.fail(id, timedOut()));
    this.#pending.set(id, { waiting: { request, clearDeadline, withdraw } });
    this.#owner.added();
  }

  /** Settles the request of this id with its answer; false if none waits. */
  answer(id: string, event: ChatEvent): boolean {
    const request = this.#settle(id);
    request?.answered(event);
    return request !== undefined;
  }

  /** The backend has gone: all that wait fail, and so do later requests. */
  close(error: BrokerError): void {
    this.#closed = error;
    this.failAll(error);
  }

  /** All that wait fail. */
  failAll(error: BrokerError): void {
    for (const id of [...this.#pending.keys()]) this.fail(id, error);
  }

  /** Fails the request of this id, if it waits. */
  fail(id: string, error: BrokerError): void {
    this.#settle(id)?.failed(error);
  }

  /** Ends the wait for this request; returns it, if it was waiting. */
  #settle(id: string): PendingRequest | undefined {
    const pending = this.#pending.get(id);
    const waiting = pending?.waiting;
    if (pending === undefined || waiting === undefined) return undefined;
    pending.waiting = undefined;
    this.#pending.delete(id);
    this.#owner.settled();
    waiting.clearDeadline();
    waiting.request.call.onCancelled = undefined;
    waiting.withdraw();
    return waiting.request;
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
