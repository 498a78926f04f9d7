/** How often it is shown that somebody types: two bridges that tell each other would never stop. */
import { BoundedMap } from "@seabird-chat/sdk";

/** Who types for longer without a word is no longer shown. */
const MAX_SILENT_MS = 60_000;
/** After so long without typing somebody begins anew. */
const PAUSE_MS = 30_000;
/** Networks show it for longer than this, so it is not told more often. */
const REPEAT_MS = 3_000;
/** People and channels; the oldest are forgotten. */
const MAX_KEPT = 1_000;

export class TypingLimits {
  readonly #now: () => number;
  readonly #people = new BoundedMap<string, { readonly since: number; readonly at: number }>(
    MAX_KEPT,
  );
  readonly #told = new BoundedMap<string, number>(MAX_KEPT);

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Somebody types; whether that is told. */
  mayShow(channelId: string, userId: string): boolean {
    const now = this.#now();
    const key = `${channelId} ${userId}`;
    const known = this.#people.get(key);
    const since = known !== undefined && now - known.at < PAUSE_MS ? known.since : now;
    this.#people.set(key, { since, at: now });
    return now - since < MAX_SILENT_MS;
  }

  /** Whether a channel is to be told again. */
  isDue(channelId: string): boolean {
    const now = this.#now();
    if (now - (this.#told.get(channelId) ?? Number.NEGATIVE_INFINITY) < REPEAT_MS) return false;
    this.#told.set(channelId, now);
    return true;
  }

  /** Somebody has said something, which ends the typing. */
  said(channelId: string, userId: string): void {
    this.#people.delete(`${channelId} ${userId}`);
  }
}
