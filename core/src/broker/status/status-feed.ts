/** Tells the watchers of the status what changes; a slow one misses changes, and is told so. */
import { BrokerError } from "../errors.ts";
import type { StatusChange, StatusSnapshot, StatusWatch } from "./status.ts";

/** One change without its time. */
export type Change = StatusChange extends infer T ? (T extends T ? Omit<T, "atMs"> : never) : never;

export interface StatusFeedParts {
  readonly maxWatchers: number;
  readonly maxQueuedChanges: number;
  /** Unix milliseconds. */
  readonly wallMs: () => number;
  readonly snapshot: () => StatusSnapshot;
}

export class StatusFeed {
  readonly #parts: StatusFeedParts;
  readonly #watches = new Set<Watch>();

  constructor(parts: StatusFeedParts) {
    this.#parts = parts;
  }

  get size(): number {
    return this.#watches.size;
  }

  /** Throws `too_many_streams`. */
  watch(): StatusWatch {
    const { maxWatchers } = this.#parts;
    if (this.#watches.size >= maxWatchers) {
      throw new BrokerError("too_many_streams", `too many status watchers, limit ${maxWatchers}`);
    }
    const watch = new Watch(this.#parts, () => this.#watches.delete(watch));
    this.#watches.add(watch);
    return watch;
  }

  /** Each change is made for those who watch only. */
  tell(change: () => Change): void {
    if (this.#watches.size === 0) return;
    const stamped = stamp(change(), this.#parts);
    for (const watch of this.#watches) watch.push(stamped);
  }

  /** All watches end, after what waits for them. */
  finishAll(): void {
    for (const watch of this.#watches) watch.finish();
  }
}

function stamp(change: Change, { wallMs }: StatusFeedParts): StatusChange {
  return { ...change, atMs: wallMs() } as StatusChange;
}

class Watch implements StatusWatch {
  onReady: (() => void) | undefined;
  readonly #parts: StatusFeedParts;
  readonly #onClosed: () => void;
  #changes: StatusChange[] = [];
  #missed = 0;
  #ended = false;
  #starving = false;

  constructor(parts: StatusFeedParts, onClosed: () => void) {
    this.#parts = parts;
    this.#onClosed = onClosed;
    this.#changes.push(this.#snapshot());
  }

  get ended(): boolean {
    return this.#ended;
  }

  push(change: StatusChange): void {
    if (this.#ended) return;
    if (this.#missed > 0 || this.#changes.length >= this.#parts.maxQueuedChanges) {
      this.#missed += 1 + this.#changes.length;
      this.#changes = [];
    } else {
      this.#changes.push(change);
    }
    this.#wake();
  }

  take(): StatusChange | undefined {
    if (this.#missed > 0) {
      const missed = stamp({ kind: "missed", changes: this.#missed }, this.#parts);
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
    return stamp({ kind: "snapshot", snapshot: this.#parts.snapshot() }, this.#parts);
  }

  #wake(): void {
    if (!this.#starving) return;
    this.#starving = false;
    this.onReady?.();
  }
}
