/** Stops loops that nothing else has recognised: the same text again and again, or too much of it. */

/** Both are looked for among what crossed a link in the last ten seconds. */
const WINDOW_MS = 10_000;
const SAME_TEXTS = 4;
/** A slow loop: the same text comes from one channel, then from another, and so on, in two minutes. */
const SLOW_WINDOW_MS = 120_000;
const SLOW_TURNS = 8;
const PAUSE_MS = 60_000;
/** Texts that a new one is compared with: the latest. */
const MAX_COMPARED = 200;
/** Characters of a text that are compared: of long ones the last, since names come in front. */
const MAX_COMPARED_CHARACTERS = 500;

export interface CrossedText {
  readonly words: string;
  readonly channelId: string;
}

interface Crossed extends CrossedText {
  readonly at: number;
  /** The same for all texts of which one is another's echo. */
  readonly lastWord: string;
}

export type GuardDecision =
  | { readonly isPaused: false }
  /** `reason` with the first one that is not carried over. */
  | { readonly isPaused: true; readonly reason: string | undefined };

export class LinkGuard {
  readonly #maxPerWindow: () => number;
  readonly #now: () => number;
  #said: Crossed[] = [];
  /** Of the window that began then. */
  #times: number[] = [];
  #pausedUntil = Number.NEGATIVE_INFINITY;
  /** What crossed since the start. */
  crossed = 0;
  /** What did not. */
  heldBack = 0;

  readonly #isStopped: () => boolean;

  constructor(options: {
    readonly maxPerWindow: () => number;
    readonly now: () => number;
    readonly isStopped: () => boolean;
  }) {
    this.#maxPerWindow = options.maxPerWindow;
    this.#now = options.now;
    this.#isStopped = options.isStopped;
  }

  /** By hand. */
  get isStopped(): boolean {
    return this.#isStopped();
  }

  get isPaused(): boolean {
    return this.isStopped || this.#now() < this.#pausedUntil;
  }

  /** Ends a pause of its own. */
  resume(): void {
    this.#pausedUntil = Number.NEGATIVE_INFINITY;
    this.#forget();
  }

  /** Counts what was said, and says whether it may cross; undefined: it is no text. */
  check(said: CrossedText | undefined): GuardDecision {
    const decision = this.#decide(said);
    if (decision.isPaused) this.heldBack += 1;
    else this.crossed += 1;
    return decision;
  }

  #decide(said: CrossedText | undefined): GuardDecision {
    if (this.isPaused) return { isPaused: true, reason: undefined };
    const now = this.#now();
    const reason = this.#tooMany(now) ?? (said && this.#goesRound(said, now));
    return reason === undefined ? { isPaused: false } : this.#pause(reason);
  }

  #tooMany(now: number): string | undefined {
    const max = this.#maxPerWindow();
    this.#times.push(now);
    // Each is looked at once more when it leaves.
    while (now - (this.#times[0] ?? now) >= WINDOW_MS) this.#times.shift();
    return this.#times.length > max ? `more than ${max} messages came in ten seconds` : undefined;
  }

  #goesRound({ words, channelId }: CrossedText, now: number): string | undefined {
    const text = words.slice(-MAX_COMPARED_CHARACTERS);
    const lastWord = lastWordOf(text);
    while (now - (this.#said[0]?.at ?? now) >= SLOW_WINDOW_MS) this.#said.shift();
    if (this.#said.length >= MAX_COMPARED) this.#said.shift();
    this.#said.push({ at: now, words: text, lastWord, channelId });
    let [recent, turns, before] = [0, 0, ""];
    for (const each of this.#said) {
      if (each.lastWord !== lastWord || !isEcho(text, each.words)) continue;
      if (now - each.at < WINDOW_MS) recent += 1;
      if (each.channelId !== before) turns += 1;
      before = each.channelId;
    }
    if (recent >= SAME_TEXTS) return `the same text came ${recent} times in ten seconds`;
    return turns < SLOW_TURNS ? undefined : `the same text came and went ${turns} times`;
  }

  #pause(reason: string): GuardDecision {
    this.#pausedUntil = this.#now() + PAUSE_MS;
    this.#forget();
    return { isPaused: true, reason };
  }

  #forget(): void {
    this.#said = [];
    this.#times = [];
  }
}

/** What may stand between a name and the text behind it. */
const SEPARATOR = /[\s:>]/;

/** Other bridges put a name in front, each time round another one. */
function isEcho(text: string, earlier: string): boolean {
  if (text === earlier) return true;
  const [long, short] = text.length > earlier.length ? [text, earlier] : [earlier, text];
  const at = long.length - short.length;
  return short !== "" && long.endsWith(short) && SEPARATOR.test(long.charAt(at - 1));
}

function lastWordOf(text: string): string {
  let from = text.length;
  while (from > 0 && !SEPARATOR.test(text.charAt(from - 1))) from -= 1;
  return text.slice(from);
}
