/** Attempts that are made one by one: each a while after the one before it, and not before its answer. */
import type { Clock } from "../clock.ts";

/** Milliseconds between two attempts. */
const ATTEMPT_SPACING_MS = 5_000;
/** Milliseconds that an attempt may be without an answer before the next one is made. */
const ATTEMPT_ANSWER_MS = 60_000;

export interface SpacedQueueHooks<Item> {
  /** False: nothing was sent. */
  attempt(item: Item): boolean;
  isUnanswered(item: Item): boolean;
}

export class SpacedQueue<Item> {
  readonly #hooks: SpacedQueueHooks<Item>;
  readonly #clock: Clock;
  readonly #items = new Set<Item>();
  #last: { readonly item: Item; readonly atMs: number } | undefined;
  #cancelTimer: (() => void) | undefined;

  constructor(hooks: SpacedQueueHooks<Item>, clock: Clock) {
    this.#hooks = hooks;
    this.#clock = clock;
  }

  get size(): number {
    return this.#items.size;
  }

  add(item: Item): void {
    this.#items.add(item);
    this.#next();
  }

  delete(item: Item): void {
    this.#items.delete(item);
    if (this.#items.size === 0) this.#stop();
  }

  /** Forgets what waits, and when the last attempt was. */
  clear(): void {
    this.#items.clear();
    this.#last = undefined;
    this.#stop();
  }

  #next(): void {
    const [item] = this.#items;
    if (item === undefined || this.#cancelTimer !== undefined) return;
    const waitMs = this.#waitMs();
    if (waitMs > 0) {
      this.#cancelTimer = this.#clock.after(waitMs, () => {
        this.#cancelTimer = undefined;
        this.#next();
      });
      return;
    }
    this.#items.delete(item);
    if (this.#hooks.attempt(item)) this.#last = { item, atMs: this.#clock.now() };
    this.#next();
  }

  #waitMs(): number {
    if (this.#last === undefined) return 0;
    const { item, atMs } = this.#last;
    const agoMs = this.#clock.now() - atMs;
    const isOpen = agoMs < ATTEMPT_ANSWER_MS && this.#hooks.isUnanswered(item);
    return isOpen ? ATTEMPT_SPACING_MS : ATTEMPT_SPACING_MS - agoMs;
  }

  #stop(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
  }
}
