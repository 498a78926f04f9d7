/**
 * Who waits for which answer of which backend, and until when. Each request is settled exactly
 * once: by an answer of the backend that was asked, by its deadline, by its caller going away,
 * or by its backend going away; after that nothing of it is left, here or in the queue.
 */
import type { ChatEvent } from "@seabird-chat/protocol";
import type { Cancellable } from "../caller.ts";
import type { Clock } from "../clock.ts";
import { BrokerError, cancelled, timedOut } from "../errors.ts";
import { Deadlines } from "./deadlines.ts";

/** One request as it goes into the table. */
export interface Asking {
  readonly id: string;
  /** By the broker's clock. */
  readonly deadlineMs: number;
  readonly call: Cancellable;
  readonly answered: (event: ChatEvent) => void;
  readonly failed: (error: BrokerError) => void;
}

/** What a wait holds until it is over. */
interface Waiting {
  readonly asking: Asking;
  /** Calls its deadline off. */
  readonly callOff: () => void;
  /** Takes it back while it is not sent. */
  readonly withdraw: () => void;
}

/**
 * A place in the table, emptied when the wait is over. A Map moves to new storage again and
 * again, and what it has left stays in memory until a full collection of garbage: with it would
 * everything that thousands of settled actions held, which makes every smaller collection slow.
 */
interface Pending {
  waiting: Waiting | undefined;
}

/** The requests to one backend. */
export class BackendRequests {
  readonly #pending = new Map<string, Pending>();
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
   * Waits for the answer. `withdraw` is called whenever the wait is over, to take back a request
   * not sent yet.
   */
  wait(asking: Asking, withdraw: () => void): void {
    const { id, deadlineMs, call } = asking;
    if (this.#closed !== undefined) {
      withdraw();
      asking.failed(this.#closed);
      return;
    }
    call.onCancelled = () => this.fail(id, cancelled());
    const callOff = this.#owner.deadlines.add(deadlineMs, () => this.fail(id, timedOut()));
    this.#pending.set(id, { waiting: { asking, callOff, withdraw } });
    this.#owner.added();
  }

  /** Settles the request of this id with its answer; false if none waits. */
  answer(id: string, event: ChatEvent): boolean {
    const asking = this.#settle(id);
    asking?.answered(event);
    return asking !== undefined;
  }

  /** The backend has gone: all that wait fail, and so does whoever comes. */
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

  /** Nothing waits for this request any more; returns who did. */
  #settle(id: string): Asking | undefined {
    const pending = this.#pending.get(id);
    const waiting = pending?.waiting;
    if (pending === undefined || waiting === undefined) return undefined;
    pending.waiting = undefined;
    this.#pending.delete(id);
    this.#owner.settled();
    waiting.callOff();
    waiting.asking.call.onCancelled = undefined;
    waiting.withdraw();
    return waiting.asking;
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
  readonly #idlers = new Set<() => void>();
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
    else this.#idlers.add(then);
    return () => this.#idlers.delete(then);
  }

  added(): void {
    this.#size++;
  }

  settled(): void {
    this.#size--;
    if (this.#size > 0) return;
    for (const then of this.#idlers) then();
    this.#idlers.clear();
  }
}

/** An answer of a kind that the action does not accept. */
export function unexpectedAnswer(): BrokerError {
  return new BrokerError("unexpected_answer", "unexpected chat event");
}
