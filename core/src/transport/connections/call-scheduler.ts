/**
 * Starts calls in turn: round robin over connections, within a budget of each turn of the event
 * loop, authenticated connections first.
 *
 * A call that finds nobody waiting and something left of the budget starts at once. The others
 * wait, with nothing but their stream and header, and HTTP/2's limit of streams bounds how many a
 * peer can have. Between two turns the event loop goes on, so neither thousands of calls at once
 * nor those of peers without a token delay the others' messages.
 */
import type { Clock } from "../../broker/clock.ts";
import type { TransportLimits } from "../limits.ts";
import type { TickScheduler } from "./tick-scheduler.ts";

/** A call that has not been started. */
export interface PendingCall {
  readonly arrivedAtMs: number;
  /** Its caller has gone while it waited. */
  readonly gone: boolean;
  /** Called when it does not start at once. */
  wait(): void;
  /** Must not throw. */
  start(): void;
}

/** Which calls are started first. Each kind has its own budget, so none waits for ever. */
export type CallPriority = "authenticated" | "health" | "unauthenticated";

/** The waiting calls of one connection, or of one client of a proxy. */
export class CallQueue {
  priority: CallPriority;
  /** In its scheduler's ring. */
  listed = false;
  readonly #calls: PendingCall[] = [];
  #next = 0;

  constructor(priority: CallPriority) {
    this.priority = priority;
  }

  get isEmpty(): boolean {
    return this.#next === this.#calls.length;
  }

  push(call: PendingCall): void {
    this.#calls.push(call);
  }

  /** The next one whose caller is still there. */
  shift(): PendingCall | undefined {
    while (this.#next < this.#calls.length) {
      const call = this.#calls[this.#next] as PendingCall;
      this.#next += 1;
      if (this.#next === this.#calls.length || this.#next >= MAX_TAKEN) {
        this.#calls.splice(0, this.#next);
        this.#next = 0;
      }
      if (!call.gone) return call;
    }
    return undefined;
  }
}

/** Taken entries of a queue that are removed together. */
const MAX_TAKEN = 256;

/** What one priority may still spend in this turn. */
interface Share {
  readonly priority: CallPriority;
  readonly maxMs: number;
  readonly maxCalls: number;
  readonly ring: CallQueue[];
  calls: number;
  spentMs: number;
}

export class CallScheduler {
  readonly #clock: Clock;
  readonly #ticks: Pick<TickScheduler, "current">;
  readonly #shares: Readonly<Record<CallPriority, Share>>;
  readonly #inOrder: readonly Share[];
  #tick = -1;
  #tickBeganAtMs = 0;
  #woken = false;
  /** The share whose call was started last in this turn, and when. */
  #running: Share | undefined;
  #runningSinceMs = 0;

  constructor(limits: TransportLimits, clock: Clock, ticks: Pick<TickScheduler, "current">) {
    this.#clock = clock;
    this.#ticks = ticks;
    const { maxStartMsPerTick, maxUnauthenticatedStartsPerTick } = limits;
    const share = (priority: CallPriority, maxMs: number, maxCalls: number): Share => {
      return { priority, maxMs, maxCalls, ring: [], calls: 0, spentMs: 0 };
    };
    const few = [maxStartMsPerTick / 4, maxUnauthenticatedStartsPerTick] as const;
    this.#shares = {
      authenticated: share("authenticated", maxStartMsPerTick, Infinity),
      health: share("health", ...few),
      unauthenticated: share("unauthenticated", ...few),
    };
    this.#inOrder = Object.values(this.#shares);
  }

  /** Starts the call now, or in its queue's turn. Calls of one queue start in their order. */
  submit(queue: CallQueue, call: PendingCall): void {
    const share = this.#shares[queue.priority];
    if (share.ring.length === 0 && this.#hasBudget(share, call.arrivedAtMs)) {
      share.calls += 1;
      call.start();
      return;
    }
    queue.push(call);
    call.wait();
    this.#list(queue);
  }

  /** The queue has got another priority, with all that waits in it. */
  changePriority(queue: CallQueue, priority: CallPriority): void {
    if (queue.priority === priority) return;
    queue.priority = priority;
    // Where it was listed, it is passed over.
    queue.listed = false;
    if (!queue.isEmpty) this.#list(queue);
  }

  #list(queue: CallQueue): void {
    if (queue.listed) return;
    queue.listed = true;
    this.#shares[queue.priority].ring.push(queue);
    this.#wake();
  }

  /** Of a call that arrives in the middle of a tick; reads no clock. */
  #hasBudget(share: Share, nowMs: number): boolean {
    const tick = this.#ticks.current();
    if (tick !== this.#tick) {
      this.#tick = tick;
      this.#tickBeganAtMs = nowMs;
      for (const each of this.#inOrder) each.calls = 0;
    }
    return share.calls < share.maxCalls && nowMs - this.#tickBeganAtMs < share.maxMs;
  }

  #wake(): void {
    if (this.#woken) return;
    this.#woken = true;
    setImmediate(this.#turn);
  }

  readonly #turn = () => {
    this.#woken = false;
    this.#running = undefined;
    for (const share of this.#inOrder) {
      share.calls = 0;
      share.spentMs = 0;
    }
    this.#step();
  };

  /** Starts one call, and the next one after what this one does at once: reading its message. */
  readonly #step = () => {
    const nowMs = this.#clock.now();
    if (this.#running !== undefined) this.#running.spentMs += nowMs - this.#runningSinceMs;
    this.#runningSinceMs = nowMs;
    for (const share of this.#inOrder) {
      if (share.calls >= share.maxCalls || share.spentMs >= share.maxMs) continue;
      const call = nextCall(share);
      if (call === undefined) continue;
      share.calls += 1;
      this.#running = share;
      process.nextTick(this.#step);
      call.start();
      return;
    }
    this.#running = undefined;
    if (this.#inOrder.some(({ ring }) => ring.length > 0)) this.#wake();
  };
}

/** The first call of the ring's next queue, which goes to the ring's end if it has more. */
function nextCall({ ring, priority }: Share): PendingCall | undefined {
  for (let queue = ring.shift(); queue !== undefined; queue = ring.shift()) {
    if (!queue.listed || queue.priority !== priority) continue;
    const call = queue.shift();
    if (queue.isEmpty) queue.listed = false;
    else ring.push(queue);
    if (call !== undefined) return call;
  }
  return undefined;
}
