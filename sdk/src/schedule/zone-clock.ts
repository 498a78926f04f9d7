/** The local clock of a time zone: its offsets, gaps and repeated hours. Pure. */
import { BoundedMap } from "../link/bounded-map.ts";

/** A span of time in which the offset from UTC stays the same, in Unix milliseconds. */
export interface OffsetSpan {
  readonly fromMs: number;
  /** Exclusive. */
  readonly untilMs: number;
  readonly offsetMs: number;
}

const SECOND_MS = 1_000;
const HOUR_MS = 3_600_000;
/** No zone changes its offset twice within so many milliseconds. */
const STEP_MS = 6 * HOUR_MS;
/** More than any offset that a zone had or has. */
export const MAX_OFFSET_MS = 16 * HOUR_MS;
/** More than any clock was ever put back. */
const MAX_SHIFT_MS = 26 * HOUR_MS;
const MAX_ZONES = 100;

const clocks = new BoundedMap<string, ZoneClock>(MAX_ZONES);

/** Throws a RangeError for an unknown zone. */
export function zoneClock(timeZone: string): ZoneClock {
  const known = clocks.get(timeZone);
  if (known !== undefined) return known;
  const clock = new ZoneClock(timeZone);
  clocks.set(timeZone, clock);
  return clock;
}

/** Local times are milliseconds since 1970 as if the zone were UTC. All times are whole seconds. */
export class ZoneClock {
  readonly #format: Intl.DateTimeFormat;

  constructor(timeZone: string) {
    const two = "2-digit";
    this.#format = new Intl.DateTimeFormat("en-US-u-ca-gregory-nu-latn", {
      ...{ timeZone, hourCycle: "h23", year: "numeric", month: two, day: two },
      ...{ hour: two, minute: two, second: two },
    });
  }

  /** The spans from `fromMs` to `untilMs`, without holes. */
  spans(fromMs: number, untilMs: number): readonly OffsetSpan[] {
    const spans: OffsetSpan[] = [];
    let startMs = fromMs;
    let offsetMs = this.#offsetAt(fromMs);
    for (let atMs = fromMs; atMs < untilMs; ) {
      const nextMs = Math.min(atMs + STEP_MS, untilMs);
      if (this.#offsetAt(nextMs) === offsetMs) {
        atMs = nextMs;
        continue;
      }
      atMs = this.#changeBetween(atMs, nextMs, offsetMs);
      spans.push({ fromMs: startMs, untilMs: atMs, offsetMs });
      startMs = atMs;
      offsetMs = this.#offsetAt(atMs);
    }
    if (startMs < untilMs) spans.push({ fromMs: startMs, untilMs, offsetMs });
    return spans;
  }

  /** The latest local time that the clock has shown up to a moment: more than now in a repeated hour. */
  latestShown(ms: number): number {
    const spans = this.spans(ms - MAX_SHIFT_MS, ms + SECOND_MS);
    return Math.max(...spans.map(({ untilMs, offsetMs }) => untilMs - SECOND_MS + offsetMs));
  }

  /**
   * The first moment at which the clock shows a local time or a later one: of a repeated time the
   * first, of a skipped one the end of the gap.
   */
  firstAt(localMs: number): number {
    for (const span of this.spans(localMs - MAX_OFFSET_MS, localMs + MAX_OFFSET_MS)) {
      const atMs = Math.max(span.fromMs, localMs - span.offsetMs);
      if (atMs < span.untilMs) return atMs;
    }
    throw new RangeError(`no moment shows the local time ${localMs}`);
  }

  /** The first second with another offset than at `fromMs`. */
  #changeBetween(fromMs: number, untilMs: number, offsetMs: number): number {
    let before = fromMs / SECOND_MS;
    let after = untilMs / SECOND_MS;
    while (after - before > 1) {
      const middle = Math.floor((before + after) / 2);
      if (this.#offsetAt(middle * SECOND_MS) === offsetMs) before = middle;
      else after = middle;
    }
    return after * SECOND_MS;
  }

  #offsetAt(ms: number): number {
    const text = this.#format.format(ms);
    const [month = 0, day, year = 0, hour, minute, second] = text.match(/\d+/g)?.map(Number) ?? [];
    return Date.UTC(year, month - 1, day, hour, minute, second) - ms;
  }
}
