/** Publishes status changes to watchers; a slow watcher misses changes, and learns how many. */
import { BrokerError } from "../errors.ts";
import type { StatusChange, StatusSnapshot, StatusWatch } from "./status.ts";

/** One change without its time. */
export type Change = StatusChange extends infer T ? (T extends T ? Omit<T, "atMs"> : never) : never;

export interface StatusFeedDeps {
  readonly maxWatchers: number;
  readonly maxQueuedChanges: number;
  /** Unix milliseconds. */
  readonly wallMs: () => number;
  readonly snapshot: () => StatusSnapshot;
}

export class StatusFeed {
  readonly #deps: StatusFeedDeps;
  readonly #watches = new Set<Watch>();

  constructor(deps: StatusFeedDeps) {
    this.#deps = deps;
  }

  get size(): number {
    return this.#watches.size;
  }

  /** Throws `too_many_streams`. */
  watch(): StatusWatch {
    const { maxWatchers } = this.#deps;
    if (this.#watches.size >= maxWatchers) {
      throw new BrokerError("too_many_streams", `too many status watchers, limit ${maxWatchers}`);
    }
    const watch = new Watch(this.#deps, () => this.#watches.delete(watch));
    this.#watches.add(watch);
    return watch;
  }

  /** Makes the change only if somebody watches. */
  publish(change: () => Change): void {
    if (this.#watches.size === 0) return;
    const stamped = stamp(change(), this.#deps);
    for (const watch of this.#watches) watch.push(stamped);
  }

  /** All watches end, after what waits for them. */
  finishAll(): void {
    for (const watch of this.#watches) watch.finish();
  }
}

function stamp(change: Change, { wallMs }: StatusFeedDeps): StatusChange {
  return { ...change, atMs: wallMs() } as StatusChange;
}

class Watch implements StatusWatch {
  onReady: (() => void) | undefined;
  readonly #deps: StatusFeedDeps;
  readonly #onClosed: () => void;
  #changes: StatusChange[] = [];
  #missed = 0;
  #ended = false;
  #starving = false;

  constructor(deps: StatusFeedDeps, onClosed: () => void) {
    this.#deps = deps;
    this.#onClosed = onClosed;
    this.#changes.push(this.#snapshot());
  }

  get ended(): boolean {
    return this.#ended;
  }

  push(change: StatusChange): void {
    if (this.#ended) return;
    if (this.#missed > 0 || this.#changes.length >= this.#deps.maxQueuedChanges) {
      this.#missed += 1 + this.#changes.length;
      this.#changes = [];
    } else {
      this.#changes.push(change);
    }
    this.#wake();
  }

  take(): StatusChange | undefined {
    if (this.#missed > 0) {
      const missed = stamp({ kind: "missed", changes: this.#missed }, this.#deps);
      this.#missed = 0;
      this.#changes.push(this.#snapshot());
      return missed;
    }
    const next = this.#changes.shift();
    this.#starving = next === undefined;
    return next;
  }

  finish(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#starving = true;
    this.#onClosed();
    this.#wake();
  }

  close(): void {
    this.#changes = [];
    this.#missed = 0;
    this.finish();
  }

  async *[Symbol.asyncIterator](): AsyncIterator<StatusChange> {
    try {
      for (;;) {
        const next = this.take();
        if (next !== undefined) yield next;
        else if (this.#ended) return;
        else await new Promise<void>((resolve) => (this.onReady = resolve));
      }
    } finally {
      this.close();
    }
  }

  #snapshot(): StatusChange {
    return stamp({ kind: "snapshot", snapshot: this.#deps.snapshot() }, this.#deps);
  }

  #wake(): void {
    if (!this.#starving) return;
    this.#starving = false;
    this.onReady?.();
  }
}
