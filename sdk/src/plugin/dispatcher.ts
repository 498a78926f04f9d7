/**
 * Decides when handlers run: one at a time per channel, in the order of the events; over all
 * channels several at once, up to a limit, round robin.
 */
import { type Clock, nextTurn } from "../link/clock.ts";
import type { SeabirdError } from "../link/errors.ts";
import type { SdkLimits } from "../link/limits.ts";
import { Deadlines } from "./deadlines.ts";
import { HandlerSlot, type SlotDeps } from "./handler-slot.ts";

/** What a plugin's handlers are doing. */
export interface Activity {
  /** Events that wait to be handled. */
  readonly queued: number;
  /** Handlers that run. */
  readonly running: number;
  /** Handlers that wait in `ask`, `confirm` or `sleep`. */
  readonly waiting: number;
}

/**
 * A handler's work. Undefined: it has ended already. Reports its own failures: what it rejects with
 * is ignored, and it does not throw.
 */
export type Task = (slot: HandlerSlot) => Promise<void> | undefined;

/** Work of one channel or private conversation, which runs in order. */
interface Queue {
  readonly key: string;
  readonly tasks: Task[];
  /** Handlers that waited and continue, ahead of all tasks. */
  readonly resuming: (() => void)[];
  isBusy: boolean;
  isReady: boolean;
}

type DispatcherLimits = Pick<
  SdkLimits,
  "maxHandlersAtOnce" | "handlerTimeoutMs" | "maxQueuedPerChannel" | "maxQueuedInChannels"
>;

/**
 * Events that are read one after the other while some wait for their channel; then handlers get a
 * turn of the event loop, so that a burst does not fill the queue of a channel with quick handlers.
 */
const MAX_READ_IN_TURN = 64;

export class Dispatcher {
  readonly #limits: DispatcherLimits;
  readonly #slotDeps: SlotDeps;
  readonly #queues = new Map<string, Queue>();
  readonly #ready: Queue[] = [];
  readonly #slots = new Set<HandlerSlot>();
  readonly #watchers = new Set<() => void>();
  #queued = 0;
  #resuming = 0;
  #running = 0;
  #waiting = 0;
  #readInTurn = 0;
  #isPumping = false;
  #isStopped = false;

  constructor({ clock, limits }: { readonly clock: Clock; readonly limits: DispatcherLimits }) {
    this.#limits = limits;
    this.#slotDeps = {
      clock,
      deadlines: new Deadlines(clock),
      timeoutMs: limits.handlerTimeoutMs,
      // A queue lives as long as it is busy or has work, so it is looked up each time.
      positions: {
        finish: (key) => this.#release(this.#queue(key)),
        release: (key) => {
          this.#waiting += 1;
          this.#release(this.#queue(key));
        },
        reacquire: (key, then) => {
          this.#waiting -= 1;
          this.#resuming += 1;
          const queue = this.#queue(key);
          queue.resuming.push(then);
          this.#offer(queue);
        },
        abandon: () => {
          this.#waiting -= 1;
          this.#changed();
        },
      },
    };
  }

  activity(): Activity {
    const queued = this.#queued + this.#resuming;
    return { queued, running: this.#running, waiting: this.#waiting };
  }

  /** Calls back synchronously after each change of the activity; returns the undo. */
  onActivity(callback: () => void): () => void {
    this.#watchers.add(callback);
    return () => this.#watchers.delete(callback);
  }

  /** Returns false, without taking the task, if the queue of this key is full. */
  add(key: string, task: Task): boolean {
    if (this.#isStopped) return true;
    const queue = this.#queue(key);
    if (queue.tasks.length >= this.#limits.maxQueuedPerChannel) return false;
    queue.tasks.push(task);
    this.#queued += 1;
    this.#offer(queue);
    return true;
  }

  /** Puts tasks ahead of all others of the queue, for a task that turned out to be several. */
  addNext(key: string, tasks: readonly Task[]): void {
    if (this.#isStopped) return;
    const queue = this.#queue(key);
    queue.tasks.unshift(...tasks);
    this.#queued += tasks.length;
    this.#offer(queue);
  }

  get hasCapacity(): boolean {
    return this.#queued < this.#limits.maxQueuedInChannels;
  }

  /**
   * To be called after each event that was added, before the next is read. Undefined: go on; else
   * when the promise resolves.
   */
  pauseReading(signal: AbortSignal): Promise<void> | undefined {
    if (!this.hasCapacity) return this.until(() => this.hasCapacity, signal);
    this.#readInTurn = this.#queued > 0 ? this.#readInTurn + 1 : 0;
    if (this.#readInTurn < MAX_READ_IN_TURN) return undefined;
    this.#readInTurn = 0;
    return nextTurn();
  }

  /** Resolves when the condition holds, which is checked after each change. */
  async until(condition: (activity: Activity) => boolean, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted || condition(this.activity())) return;
    await new Promise<void>((resolve) => {
      const done = () => {
        stop();
        signal?.removeEventListener("abort", done);
        resolve();
      };
      const stop = this.onActivity(() => {
        if (condition(this.activity())) done();
      });
      signal?.addEventListener("abort", done, { once: true });
    });
  }

  /** Starts nothing more: drops queued tasks and ignores new ones. */
  stop(): void {
    this.#isStopped = true;
    for (const queue of this.#queues.values()) queue.tasks.length = 0;
    this.#queued = 0;
    this.#changed();
  }

  /** Aborts the signal of every handler. */
  abort(reason: SeabirdError): void {
    for (const slot of this.#slots) slot.abort(reason);
  }

  #queue(key: string): Queue {
    const found = this.#queues.get(key);
    if (found !== undefined) return found;
    const queue: Queue = { key, tasks: [], resuming: [], isBusy: false, isReady: false };
    this.#queues.set(key, queue);
    return queue;
  }

  /** Marks the queue as ready if it has work and none of it runs; else forgets it if it is empty. */
  #offer(queue: Queue): void {
    const hasWork = queue.tasks.length + queue.resuming.length > 0;
    if (queue.isBusy || queue.isReady) {
      this.#changed();
    } else if (hasWork) {
      queue.isReady = true;
      this.#ready.push(queue);
      this.#pump();
    } else {
      this.#queues.delete(queue.key);
      this.#changed();
    }
  }

  /** Not nested: what a task releases before it returns, the outer call begins. */
  #pump(): void {
    if (this.#isPumping) return;
    this.#isPumping = true;
    try {
      while (this.#running < this.#limits.maxHandlersAtOnce) {
        const queue = this.#ready.shift();
        if (queue === undefined) break;
        queue.isReady = false;
        this.#begin(queue);
      }
    } finally {
      this.#isPumping = false;
    }
    this.#changed();
  }

  #begin(queue: Queue): void {
    const resume = queue.resuming.shift();
    const task = resume === undefined ? queue.tasks.shift() : undefined;
    if (resume === undefined && task === undefined) {
      this.#offer(queue);
      return;
    }
    queue.isBusy = true;
    this.#running += 1;
    if (resume !== undefined) {
      this.#resuming -= 1;
      resume();
    } else if (task !== undefined) {
      this.#queued -= 1;
      this.#run(queue.key, task);
    }
  }

  #run(key: string, task: Task): void {
    const slot = new HandlerSlot(this.#slotDeps, key);
    const work = task(slot);
    if (work === undefined) {
      slot.end();
      return;
    }
    this.#slots.add(slot);
    const end = () => {
      this.#slots.delete(slot);
      slot.end();
    };
    // It rejects only if a custom log throws.
    work.then(end, end);
  }

  #release(queue: Queue): void {
    queue.isBusy = false;
    this.#running -= 1;
    this.#offer(queue);
    this.#pump();
  }

  #changed(): void {
    if (this.#watchers.size === 0) return;
    for (const watcher of [...this.#watchers]) watcher();
  }
}
