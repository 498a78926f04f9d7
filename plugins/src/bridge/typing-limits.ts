/** How often it is shown that somebody types: two bridges that tell each other would never stop. */

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
  readonly #people = new Map<string, { readonly since: number; readonly at: number }>();
  readonly #told = new Map<string, number>();

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Somebody types; whether that is told. */
  mayShow(channelId: string, userId: string): boolean {
    const now = this.#now();
    const key = `${channelId} ${userId}`;
    const known = this.#people.get(key);
    const since = known !== undefined && now - known.at < PAUSE_MS ? known.since : now;
    keep(this.#people, key, { since, at: now });
    return now - since < MAX_SILENT_MS;
  }

  /** Whether a channel is to be told again. */
  isDue(channelId: string): boolean {
    const now = this.#now();
    if (now - (this.#told.get(channelId) ?? Number.NEGATIVE_INFINITY) < REPEAT_MS) return false;
    keep(this.#told, channelId, now);
    return true;
  }

  /** Somebody has said something, which ends the typing. */
  said(channelId: string, userId: string): void {
    this.#people.delete(`${channelId} ${userId}`);
  }
}

function keep<Value>(map: Map<string, Value>, key: string, value: Value): void {
  map.delete(key);
  map.set(key, value);
  const [oldest] = map.keys();
  if (map.size > MAX_KEPT && oldest !== undefined) map.delete(oldest);
}
