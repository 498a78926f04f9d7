/**
 * Shares the time for reading messages between connections. Within a turn of the event loop all streams
 * together have a budget; beyond it a stream waits, and goes on in the turn of its connection, however many
 * streams another connection has.
 *
 * A message that comes while there is something left of the budget is read at once.
 */
import type { Clock } from "../../broker/clock.ts";
import type { TransportLimits } from "../limits.ts";
import type { TickScheduler } from "./tick-scheduler.ts";

export interface WaitingReader {
  /** Goes on reading. Must not throw. */
  resume(): void;
}

export class ReadTurns {
  readonly #limits: TransportLimits;
  readonly #clock: Clock;
  readonly #ticks: Pick<TickScheduler, "current">;
  /** By connection; the one whose turn is next comes first. */
  readonly #waiting = new Map<object, WaitingReader[]>();
  #tick = -1;
  #tickBeganAtMs = 0;
  #woken = false;

  constructor(limits: TransportLimits, clock: Clock, ticks: Pick<TickScheduler, "current">) {
    this.#limits = limits;
    this.#clock = clock;
    this.#ticks = ticks;
  }

  /** Milliseconds that one stream may read now, before it waits; 0: nothing is left of the budget. */
  timeFor(tick: number, nowMs: number): number {
    if (tick !== this.#tick) {
      this.#tick = tick;
      this.#tickBeganAtMs = nowMs;
    }
    const { maxReadMsPerTick, maxTickMs, contestedReadMs } = this.#limits;
    if (nowMs - this.#tickBeganAtMs >= maxReadMsPerTick) return 0;
    return this.#waiting.size > 0 ? contestedReadMs : maxTickMs;
  }

  /** The reader is resumed in the turn of its connection. Call once, until then. */
  wait(connection: object, reader: WaitingReader): void {
    const readers = this.#waiting.get(connection);
    if (readers === undefined) this.#waiting.set(connection, [reader]);
    else readers.push(reader);
    if (this.#woken) return;
    this.#woken = true;
    setImmediate(this.#turn);
  }

  readonly #turn = () => {
    this.#woken = false;
    // Each that waits now has one turn at most, so that the event loop goes on.
    let left = 0;
    for (const readers of this.#waiting.values()) left += readers.length;
    for (; left > 0 && this.timeFor(this.#ticks.current(), this.#clock.now()) > 0; left -= 1) {
      this.#next()?.resume();
    }
    if (this.#waiting.size === 0 || this.#woken) return;
    this.#woken = true;
    setImmediate(this.#turn);
  };

  /** The first reader of the first connection, which goes to the end if it has more. */
  #next(): WaitingReader | undefined {
    for (const [connection, readers] of this.#waiting) {
      const reader = readers.shift();
      this.#waiting.delete(connection);
      if (readers.length > 0) this.#waiting.set(connection, readers);
      return reader;
    }
    return undefined;
  }
}
