/**
 * The pace of JOINs: a group of channels at a time, each after the answers to the one before it.
 *
 * Some servers, such as ngircd, read nothing for about 2 s after each error, and delay all that the
 * bot sends by that. So groups begin small and grow while the server accepts them. After a refusal
 * the next group is one channel, and is sent late enough for messages to pass before it. Many small
 * groups would be no better: other servers, such as InspIRCd, delay a client that sends many JOINs.
 */
import type { Clock } from "../clock.ts";
import { MAX_JOIN_CHANNELS } from "./join-lines.ts";

/** Milliseconds without a JOIN after each refusal. */
const REFUSAL_PAUSE_MS = 3_000;
/** Milliseconds that a group may be without its answers before the next one is sent. */
const ANSWER_MS = 10_000;
/** Channels in the first group; up to `UNDIVIDED` are one group. */
const FIRST_GROUP = 2;
const UNDIVIDED = 3;
/** Refusals of one group after which a message is still confirmed in time, if the server pauses for each. */
const SAFE_GROUP = 4;
/** Channels up to which a list keeps its order. */
const MAX_ORDERED = 12;

export interface JoinQueueHooks<Item> {
  /** It was refused before: it is a group of its own. */
  isAlone(item: Item): boolean;
  /** Before it is sent. False: it is not, and leaves the queue. */
  take(item: Item): boolean;
  send(group: readonly Item[]): void;
  isUnanswered(item: Item): boolean;
}

export class JoinQueue<Item> {
  readonly #hooks: JoinQueueHooks<Item>;
  readonly #clock: Clock;
  readonly #items = new Set<Item>();
  /** The last group that was sent. */
  #last: { readonly group: readonly Item[]; readonly atMs: number } | undefined;
  /** Channels since the last refusal. */
  #accepted = 0;
  /** Since the last group was sent. */
  #isRefused = false;
  /** By the clock. */
  #pausedUntilMs = 0;
  #cancelTimer: (() => void) | undefined;

  constructor(hooks: JoinQueueHooks<Item>, clock: Clock) {
    this.#hooks = hooks;
    this.#clock = clock;
  }

  get size(): number {
    return this.#items.size;
  }

  /** It is sent by `send`, when its turn has come. */
  add(item: Item): void {
    this.#items.add(item);
  }

  delete(item: Item): void {
    this.#items.delete(item);
  }

  /** The server has refused a channel of the last group. */
  refused(): void {
    const now = this.#clock.now();
    this.#pausedUntilMs = Math.max(now, this.#pausedUntilMs) + REFUSAL_PAUSE_MS;
    this.#isRefused = true;
  }

  /** Forgets what waits, and how the server has answered. */
  clear(): void {
    this.#items.clear();
    this.#last = undefined;
    this.#accepted = 0;
    this.#isRefused = false;
    this.#pausedUntilMs = 0;
    this.#stop();
  }

  /** Sends the next group as soon as it may be: to be called after each change and each answer. */
  send(): void {
    this.#stop();
    while (this.#items.size > 0) {
      const waitMs = this.#waitMs();
      if (waitMs > 0) {
        this.#cancelTimer = this.#clock.after(waitMs, () => this.send());
        return;
      }
      const group = this.#take(this.#nextSize());
      this.#last = { group, atMs: this.#clock.now() };
      this.#isRefused = false;
      if (group.length > 0) this.#hooks.send(group);
    }
  }

  #waitMs(): number {
    const now = this.#clock.now();
    const { atMs = 0 } = this.#last ?? {};
    return Math.max(this.#pausedUntilMs - now, this.#isOpen ? atMs + ANSWER_MS - now : 0);
  }

  get #isOpen(): boolean {
    return this.#last?.group.some((item) => this.#hooks.isUnanswered(item)) === true;
  }

  /** Half of what the server has accepted, where that is more than is safe in any case. */
  #nextSize(): number {
    if (this.#last === undefined) return this.#items.size <= UNDIVIDED ? UNDIVIDED : FIRST_GROUP;
    if (this.#isRefused || this.#isOpen) this.#accepted = 0;
    else this.#accepted += this.#last.group.length;
    const safe = Math.min(this.#accepted * 2, SAFE_GROUP);
    return Math.min(Math.max(1, safe, Math.floor(this.#accepted / 2)), MAX_JOIN_CHANNELS);
  }

  #take(size: number): readonly Item[] {
    const group: Item[] = [];
    for (const item of this.#items) {
      const isAlone = this.#hooks.isAlone(item);
      if (group.length >= (isAlone ? 1 : size)) break;
      this.#items.delete(item);
      if (!this.#hooks.take(item)) continue;
      group.push(item);
      if (isAlone) break;
    }
    return group;
  }

  #stop(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
  }
}

/**
 * The order in which channels are tried. Neighbours of a long list are far apart: where its second
 * half is refused, the first groups already show it. A short list keeps its order: where a network
 * allows fewer channels than it announces, the first ones are joined.
 */
export function joinOrder<Item>(items: readonly Item[]): readonly Item[] {
  return items.length <= MAX_ORDERED ? items : spread(items);
}

function spread<Item>(items: readonly Item[]): readonly Item[] {
  if (items.length <= 2) return items;
  const every = (rest: number) => items.filter((_, index) => index % 2 === rest);
  return [...spread(every(0)), ...spread(every(1))];
}
