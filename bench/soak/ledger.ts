/** Which numbered messages of one direction of a network arrived: what is lost, doubled, out of order. */

/** A time in which the bot was cut off, in milliseconds of the same clock as the messages. */
export interface Outage {
  readonly fromMs: number;
  /** Infinity while it lasts. */
  readonly toMs: number;
}

export interface Totals {
  readonly said: number;
  /** The sender learned that it was not sent. */
  readonly refused: number;
  /** The sender learned that it was not sent, and it arrived all the same. */
  readonly refusedAndArrived: number;
  /** The sender learned that nobody knows; it may have arrived or not. */
  readonly unknown: number;
  /** Once or more often. */
  readonly arrived: number;
  readonly lost: number;
  /** Lost, and said in an outage, where the network keeps nothing for who is away. */
  readonly lostWhileAway: number;
  /** Said a moment ago, and neither arrived nor failed; none at the end of a run. */
  readonly underWay: number;
  readonly doubled: number;
  /** Arrived for the first time behind one with a higher number. */
  readonly disordered: number;
}

interface Entry {
  readonly saidMs: number;
  outcome: "open" | "refused" | "unknown" | "sent";
  arrivals: number;
}

export class Ledger {
  readonly #entries = new Map<number, Entry>();
  #highest = -1;
  #disordered = 0;

  /** `isSent`: no answer will tell. */
  say(number: number, saidMs: number, { isSent = false } = {}): void {
    this.#entries.set(number, { saidMs, outcome: isSent ? "sent" : "open", arrivals: 0 });
  }

  settle(number: number, outcome: "refused" | "unknown" | "sent"): void {
    const entry = this.#entries.get(number);
    if (entry !== undefined) entry.outcome = outcome;
  }

  /** A number that nobody said is ignored: it is of an earlier run in the same channel. */
  arrive(number: number): void {
    const entry = this.#entries.get(number);
    if (entry === undefined) return;
    entry.arrivals++;
    if (entry.arrivals > 1) return;
    if (number < this.#highest) this.#disordered++;
    else this.#highest = number;
  }

  /** Whether some message that was sent outside of the outages has not arrived. */
  isWaiting(outages: readonly Outage[]): boolean {
    return [...this.#entries.values()].some((entry) => {
      if (entry.arrivals > 0) return false;
      return entry.outcome === "open" || (entry.outcome === "sent" && !isIn(entry, outages));
    });
  }

  /**
   * `outages`: empty where the network keeps messages for who is away. `underWayFromMs`: what was said
   * later may still arrive. Default: nothing may.
   */
  totals(outages: readonly Outage[], underWayFromMs = Number.POSITIVE_INFINITY): Totals {
    const all = [...this.#entries.values()];
    const count = (fits: (entry: Entry) => boolean) => all.filter(fits).length;
    const isUnderWay = ({ outcome, arrivals, saidMs }: Entry) =>
      arrivals === 0 && (outcome === "sent" || outcome === "open") && saidMs >= underWayFromMs;
    const isLost = (entry: Entry) =>
      entry.arrivals === 0 && entry.outcome === "sent" && !isUnderWay(entry);
    return {
      said: all.length,
      refused: count(({ outcome, arrivals }) => outcome === "refused" && arrivals === 0),
      refusedAndArrived: count(({ outcome, arrivals }) => outcome === "refused" && arrivals > 0),
      unknown: count(
        (entry) => entry.outcome === "unknown" || (entry.outcome === "open" && !isUnderWay(entry)),
      ),
      arrived: count(({ arrivals }) => arrivals > 0),
      lost: count((entry) => isLost(entry) && !isIn(entry, outages)),
      lostWhileAway: count((entry) => isLost(entry) && isIn(entry, outages)),
      underWay: count(isUnderWay),
      doubled: count(({ arrivals }) => arrivals > 1),
      disordered: this.#disordered,
    };
  }
}

function isIn({ saidMs }: Entry, outages: readonly Outage[]): boolean {
  return outages.some(({ fromMs, toMs }) => saidMs >= fromMs && saidMs <= toMs);
}
