/**
 * Decides when handlers run: one at a time per channel, in the order of the events; over all
 * channels several at once, up to a limit, round robin.
 */
import type { Clock } from "../link/clock.ts";
import type { SeabirdError } from "../link/errors.ts";
import type { SdkLimits } from "../link/limits.ts";
import { HandlerSlot, type QueuePosition, type Slot } from "./handler-slot.ts";

/** What a plugin's handlers are doing. */
export interface Activity {
  /** Events that wait to be handled. */
  readonly queued: number;
  /** Handlers that run. */
  readonly running: number;
  /** Handlers that wait in `ask`, `confirm` or `sleep`. */
  readonly waiting: number;
}

/** Reports its own failures: what it rejects with is ignored. */
export type Task = (slot: Slot) => Promise<void>;

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

export class Dispatcher {
  readonly #clock: Clock;
  readonly #limits: DispatcherLimits;
  readonly #queues = new Map<string, Queue>();
  readonly #ready: Queue[] = [];
  readonly #slots = new Set<HandlerSlot>();
  readonly #watchers = new Set<() => void>();
  #queued = 0;
  #resuming = 0;
  #running = 0;
  #waiting = 0;
  #isStopped = false;

  constructor(options: { readonly clock: Clock; readonly limits: DispatcherLimits }) {
    this.#clock = options.clock;
    this.#limits = options.limits;
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

  #pump(): void {
    while (this.#running < this.#limits.maxHandlersAtOnce) {
      const queue = this.#ready.shift();
      if (queue === undefined) break;
      queue.isReady = false;
      this.#begin(queue);
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
    const { handlerTimeoutMs } = this.#limits;
    const position = this.#positionIn(key);
    const slot = new HandlerSlot({ clock: this.#clock, timeoutMs: handlerTimeoutMs, position });
    this.#slots.add(slot);
    const end = () => {
      this.#slots.delete(slot);
      slot.end();
    };
    // It rejects only if a custom log throws.
    task(slot).then(end, end);
  }

  /** A queue lives as long as it is busy or has work, so it is looked up each time. */
  #positionIn(key: string): QueuePosition {
    return {
      finish: () => this.#release(this.#queue(key)),
      release: () => {
        this.#waiting += 1;
        this.#release(this.#queue(key));
      },
      reacquire: (then) => {
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
    };
  }

  #release(queue: Queue): void {
    queue.isBusy = false;
    this.#running -= 1;
    this.#offer(queue);
    this.#pump();
  }

  #changed(): void {
    for (const watcher of [...this.#watchers]) watcher();
  }
}
