/** Stops loops that nothing else has recognised: the same text again and again, or too much of it. */

/** Both are looked for among what crossed a link in the last ten seconds. */
const WINDOW_MS = 10_000;
const SAME_TEXTS = 4;
const PAUSE_MS = 60_000;

interface Crossed {
  readonly at: number;
  readonly text: string;
}

export type GuardDecision =
  | { readonly isPaused: false }
  /** `reason` with the first one that is not carried over. */
  | { readonly isPaused: true; readonly reason: string | undefined };

export class LinkGuard {
  readonly #maxPerWindow: () => number;
  readonly #now: () => number;
  #crossed: Crossed[] = [];
  /** By hand. */
  isStopped = false;
  #pausedUntil = Number.NEGATIVE_INFINITY;

  constructor(options: { readonly maxPerWindow: () => number; readonly now: () => number }) {
    this.#maxPerWindow = options.maxPerWindow;
    this.#now = options.now;
  }

  get isPaused(): boolean {
    return this.isStopped || this.#now() < this.#pausedUntil;
  }

  resume(): void {
    this.isStopped = false;
    this.#pausedUntil = Number.NEGATIVE_INFINITY;
    this.#crossed = [];
  }

  /** Counts a text, and says whether it may cross. */
  check(text: string): GuardDecision {
    if (this.isPaused) return { isPaused: true, reason: undefined };
    const now = this.#now();
    this.#crossed = this.#crossed.filter(({ at }) => now - at < WINDOW_MS);
    this.#crossed.push({ at: now, text });
    const same = this.#crossed.filter((each) => isEcho(text, each.text)).length;
    if (same >= SAME_TEXTS) return this.#pause(`the same text came ${same} times in ten seconds`);
    if (this.#crossed.length <= this.#maxPerWindow()) return { isPaused: false };
    return this.#pause(`more than ${this.#maxPerWindow()} messages came in ten seconds`);
  }

  #pause(reason: string): GuardDecision {
    this.#pausedUntil = this.#now() + PAUSE_MS;
    this.#crossed = [];
    return { isPaused: true, reason };
  }
}

/** Other bridges put a name in front, each time round another one. */
function isEcho(text: string, earlier: string): boolean {
  if (text === earlier) return true;
  const [long, short] = text.length > earlier.length ? [text, earlier] : [earlier, text];
  return short !== "" && long.endsWith(short) && /[\s:>]$/.test(long.slice(0, -short.length));
}
