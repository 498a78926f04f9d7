/**
 * Gives each handler its turn: one at a time in a channel, in the order of the events; several
 * at once over all channels, up to a limit, each channel in its turn.
 */
import type { Clock } from "../link/clock.ts";
import type { SeabirdError } from "../link/errors.ts";
import type { SdkLimits } from "../link/limits.ts";
import type { Activity } from "./start-plugin.ts";
import { HandlerTurn, type Place, type Turn } from "./turn.ts";

/** What it rejects with is nobody's: it tells of its failures itself. */
export type Task = (turn: Turn) => Promise<void>;

/** A channel, or a private conversation: what has an order. */
interface Lane {
  readonly key: string;
  readonly queued: Task[];
  /** Handlers that have waited and go on; before everything that is queued. */
  readonly returning: (() => void)[];
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
  readonly #lanes = new Map<string, Lane>();
  readonly #ready: Lane[] = [];
  readonly #turns = new Set<HandlerTurn>();
  readonly #watchers = new Set<() => void>();
  #queued = 0;
  #returning = 0;
  #running = 0;
  #waiting = 0;
  #isStopped = false;

  constructor(options: { readonly clock: Clock; readonly limits: DispatcherLimits }) {
    this.#clock = options.clock;
    this.#limits = options.limits;
  }

  activity(): Activity {
    const queued = this.#queued + this.#returning;
    return { queued, running: this.#running, waiting: this.#waiting };
  }

  /** Calls back at once whenever the activity has changed; returns the undo. */
  onActivity(callback: () => void): () => void {
    this.#watchers.add(callback);
    return () => this.#watchers.delete(callback);
  }

  /** False if the lane's queue is full, and the task is not taken. */
  add(key: string, task: Task): boolean {
    if (this.#isStopped) return true;
    const lane = this.#lane(key);
    if (lane.queued.length >= this.#limits.maxQueuedPerChannel) return false;
    lane.queued.push(task);
    this.#queued += 1;
    this.#offer(lane);
    return true;
  }

  /** Puts tasks before all others of the lane; for a task of it that turned out to be several. */
  addNext(key: string, tasks: readonly Task[]): void {
    if (this.#isStopped) return;
    const lane = this.#lane(key);
    lane.queued.unshift(...tasks);
    this.#queued += tasks.length;
    this.#offer(lane);
  }

  get hasRoom(): boolean {
    return this.#queued < this.#limits.maxQueuedInChannels;
  }

  /** Resolves when the condition holds; looks at it after each change. */
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

  /** Begins nothing more: drops what is queued, and takes nothing new. */
  stop(): void {
    this.#isStopped = true;
    for (const lane of this.#lanes.values()) lane.queued.length = 0;
    this.#queued = 0;
    this.#changed();
  }

  /** Tells every handler that its time is up. */
  abort(reason: SeabirdError): void {
    for (const turn of this.#turns) turn.abort(reason);
  }

  #lane(key: string): Lane {
    const found = this.#lanes.get(key);
    if (found !== undefined) return found;
    const lane: Lane = { key, queued: [], returning: [], isBusy: false, isReady: false };
    this.#lanes.set(key, lane);
    return lane;
  }

  /** The lane may have something to do: it waits for one of the places. */
  #offer(lane: Lane): void {
    const hasWork = lane.queued.length + lane.returning.length > 0;
    if (lane.isBusy || lane.isReady) {
      this.#changed();
    } else if (hasWork) {
      lane.isReady = true;
      this.#ready.push(lane);
      this.#pump();
    } else {
      this.#lanes.delete(lane.key);
      this.#changed();
    }
  }

  #pump(): void {
    while (this.#running < this.#limits.maxHandlersAtOnce) {
      const lane = this.#ready.shift();
      if (lane === undefined) break;
      lane.isReady = false;
      this.#begin(lane);
    }
    this.#changed();
  }

  #begin(lane: Lane): void {
    const goOn = lane.returning.shift();
    const task = goOn === undefined ? lane.queued.shift() : undefined;
    if (goOn === undefined && task === undefined) {
      this.#offer(lane);
      return;
    }
    lane.isBusy = true;
    this.#running += 1;
    if (goOn !== undefined) {
      this.#returning -= 1;
      goOn();
    } else if (task !== undefined) {
      this.#queued -= 1;
      this.#run(lane.key, task);
    }
  }

  #run(key: string, task: Task): void {
    const { handlerTimeoutMs } = this.#limits;
    const place = this.#placeIn(key);
    const turn = new HandlerTurn({ clock: this.#clock, timeoutMs: handlerTimeoutMs, place });
    this.#turns.add(turn);
    const end = () => {
      this.#turns.delete(turn);
      turn.end();
    };
    // It does not reject, unless a log that somebody brought along throws.
    task(turn).then(end, end);
  }

  /** A lane lives as long as it is busy or has work, so it is looked up each time. */
  #placeIn(key: string): Place {
    return {
      release: () => this.#release(this.#lane(key)),
      leave: () => {
        this.#waiting += 1;
        this.#release(this.#lane(key));
      },
      retake: (then) => {
        this.#waiting -= 1;
        this.#returning += 1;
        const lane = this.#lane(key);
        lane.returning.push(then);
        this.#offer(lane);
      },
      forgo: () => {
        this.#waiting -= 1;
        this.#changed();
      },
    };
  }

  #release(lane: Lane): void {
    lane.isBusy = false;
    this.#running -= 1;
    this.#offer(lane);
    this.#pump();
  }

  #changed(): void {
    for (const watcher of [...this.#watchers]) watcher();
  }
}
