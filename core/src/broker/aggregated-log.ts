/**
 * Lines of the log that peers can cause at will: in ten seconds the first of each peer is written as
 * it comes, the others are counted, and summed up at the end.
 *
 * However many peers do what they like, there are at most `LOG_LIMITS.maxRows` such sums, and another
 * for each different text. Counting a line makes no new string or object.
 */
import type { Clock } from "./clock.ts";
import { LOG_LIMITS } from "./limits.ts";
import type { Logger } from "./logger.ts";

type Level = "info" | "warn" | "error";

/** A line that peers can cause. A constant: its text never holds what a peer has sent. */
export interface LineKind {
  readonly level: Level;
  /** The field by which lines are summed up: an address without its port, a token's name, a path. */
  readonly by: "peer" | "tokenName" | "method";
  readonly text: string;
  /** Lines of one peer that are written in full; default: `LOG_LIMITS.burst`. */
  readonly burst?: number;
}

/** The lines of one peer in this time. */
interface Row {
  readonly who: string;
  /** Those that are still written in full. */
  left: number;
  count: number;
}

/** In place of a peer, when too many are counted already. */
const OTHERS = "others";

export class AggregatedLog {
  /** For what no peer can cause at will, and for `debug`. */
  readonly logger: Logger;
  readonly #clock: Clock;
  readonly #rows = new Map<LineKind, Map<string, Row>>();
  #size = 0;
  #sinceMs = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(log: Logger, clock: Clock) {
    this.logger = log;
    this.#clock = clock;
  }

  /** Writes the line with these fields, or counts it. `who`: the value of the field `kind.by`. */
  add(kind: LineKind, who: string, fields?: object): void {
    if (this.#timer !== undefined && this.#elapsedMs() >= LOG_LIMITS.summaryEveryMs) this.flush();
    if (this.#timer === undefined) this.#begin();
    const row = this.#row(kind, who);
    row.count += 1;
    if (row.left === 0) return;
    row.left -= 1;
    this.logger[kind.level]({ [kind.by]: who, ...fields }, kind.text);
  }

  /** Writes the sums, and begins anew with the next line. Idempotent. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const seconds = Math.max(1, Math.round(this.#elapsedMs() / 1_000));
    for (const [kind, rows] of this.#rows) {
      for (const { who, count } of rows.values()) {
        if (count <= burstOf(kind)) continue;
        const text = `${count.toLocaleString("en-US")} from ${who} in the last ${seconds} s: ${kind.text}`;
        this.logger[kind.level]({ [kind.by]: who, count }, text);
      }
    }
    this.#rows.clear();
    this.#size = 0;
  }

  #elapsedMs(): number {
    return this.#clock.now() - this.#sinceMs;
  }

  #begin(): void {
    this.#sinceMs = this.#clock.now();
    this.#timer = setTimeout(() => this.flush(), LOG_LIMITS.summaryEveryMs);
    // What is still to be summed up must not keep a process alive that has ended all else.
    this.#timer.unref();
  }

  #row(kind: LineKind, who: string): Row {
    let rows = this.#rows.get(kind);
    const known = rows?.get(who);
    if (known !== undefined) return known;
    if (rows === undefined) {
      rows = new Map();
      this.#rows.set(kind, rows);
    }
    const name = this.#size < LOG_LIMITS.maxRows ? who : OTHERS;
    const others = rows.get(name);
    if (others !== undefined) return others;
    const row = { who: name, left: burstOf(kind), count: 0 };
    rows.set(name, row);
    this.#size += 1;
    return row;
  }
}

function burstOf({ burst = LOG_LIMITS.burst }: LineKind): number {
  return burst;
}
