/** Writes of many handlers, several in one transaction. */
import { type Clock, pause } from "@seabird-chat/sdk";
import { isWriteRefused, type Kysely, sql, type Transaction } from "@seabird-chat/sdk/storage";
import type { Tables } from "./tables.ts";

/** Called again if its transaction fails, also one of which nobody knows whether it was committed. */
export type Write = (db: Transaction<Tables>) => Promise<unknown>;

/**
 * Milliseconds for which writes gather, unless one is urgent. Most deliveries take less, and are over
 * before they would be written.
 */
const GATHER_MS = 20;
/** Writes in one transaction. So many do not wait for more. */
const MAX_BATCH = 1_000;
/** Writes that wait for a storage that is slow or away; more than that are given up, unless they end something. */
const MAX_WAITING = 100_000;
/** One after the other; then the rest of a batch is given up. */
const MAX_FAILURES = 3;
/** Of one write, with a storage that answers. */
const MAX_TRIES = 4;
/** Between two looks at a storage that is away. */
const FIRST_PAUSE_MS = 500;
const MAX_PAUSE_MS = 30_000;

export class WriteBatch {
  readonly #db: () => Kysely<Tables>;
  readonly #onFailure: (reason: unknown) => void;
  readonly #clock: Pick<Clock, "after">;
  readonly #closing = new AbortController();
  #waiting: Write[] = [];
  #running: Promise<void> | undefined;
  #isFull = false;
  #isAway = false;
  #added = 0;
  #ended = 0;
  #hurried = Promise.withResolvers<void>();
  #flushes: ({ readonly upTo: number } & PromiseWithResolvers<void>)[] = [];

  /** `onFailure`: of a write that is given up, and once of a storage that is away. */
  constructor(
    db: () => Kysely<Tables>,
    onFailure: (reason: unknown) => void,
    clock: Pick<Clock, "after">,
  ) {
    this.#db = db;
    this.#onFailure = onFailure;
    this.#clock = clock;
  }

  /**
   * Written in the order of the calls, soon; an urgent one and those before it at once. An end removes
   * what an earlier write has kept, so that there are no more ends than that, and none is given up.
   */
  add(write: Write, kind?: "urgent" | "end"): void {
    if (this.#waiting.length >= MAX_WAITING && kind !== "end") {
      if (!this.#isFull) this.#onFailure(new Error(`${MAX_WAITING} writes wait already`));
      this.#isFull = true;
      return;
    }
    this.#waiting.push(write);
    this.#added += 1;
    if (kind === "urgent" || this.#waiting.length >= MAX_BATCH) this.#hurry();
    this.#running ??= this.#run();
  }

  /**
   * Resolves when everything that was added before is written, or has failed. Rejects while the storage is
   * away: a handler that waited for it would hold up its channel.
   */
  async flushed(): Promise<void> {
    if (this.#isAway) throw away();
    await this.#settled();
  }

  /** The same, but no longer than the storage is there. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#settled();
  }

  async #settled(): Promise<void> {
    if (this.#ended === this.#added) return;
    const flush = { upTo: this.#added, ...Promise.withResolvers<void>() };
    this.#flushes.push(flush);
    this.#hurry();
    await flush.promise;
  }

  async #run(): Promise<void> {
    while (this.#waiting.length > 0) {
      await this.#gathered();
      const writes = this.#waiting.splice(0, MAX_BATCH);
      this.#isFull = false;
      await this.#write(writes).catch(() => this.#writeEach(writes));
      this.#ended += writes.length;
      while ((this.#flushes[0]?.upTo ?? Number.POSITIVE_INFINITY) <= this.#ended) {
        this.#flushes.shift()?.resolve();
      }
    }
    this.#running = undefined;
  }

  async #gathered(): Promise<void> {
    // What comes in the same turn goes into the same transaction.
    await null;
    if (this.#flushes.length > 0 || this.#waiting.length >= MAX_BATCH) this.#hurry();
    const cancel = this.#clock.after(GATHER_MS, () => this.#hurry());
    await this.#hurried.promise;
    cancel();
    this.#hurried = Promise.withResolvers();
  }

  #hurry(): void {
    this.#hurried.resolve();
  }

  /** One that cannot be written does not take the others with it. */
  async #writeEach(writes: readonly Write[]): Promise<void> {
    let failures = 0;
    for (const write of writes) {
      const reason = await this.#tryOne(write);
      failures = reason === undefined ? 0 : failures + 1;
      if (reason !== undefined) this.#onFailure(reason);
      if (failures === MAX_FAILURES) return;
    }
  }

  /** Resolves with why it is given up. Waits for a storage that is away, or full. */
  async #tryOne(write: Write): Promise<unknown> {
    let pauseMs = FIRST_PAUSE_MS;
    for (let tries = 1; ; tries++) {
      try {
        await this.#write([write]);
        return undefined;
      } catch (reason) {
        if (!isWriteRefused(reason) && (await this.#isThere())) {
          if (tries === MAX_TRIES) return reason;
          continue;
        }
        if (tries === 1) this.#onFailure(reason);
        if (!(await this.#isBack(pauseMs))) return reason;
        // It may be there and still take no writes.
        pauseMs = Math.min(MAX_PAUSE_MS, pauseMs * 2);
      }
    }
  }

  /** Resolves when the storage answers again; with false if the bridge closes before. */
  async #isBack(firstPauseMs: number): Promise<boolean> {
    const { signal } = this.#closing;
    if (signal.aborted) return false;
    this.#isAway = true;
    for (const { reject } of this.#flushes.splice(0)) reject(away());
    for (let pauseMs = firstPauseMs; this.#isAway && !signal.aborted; ) {
      await pause(this.#clock, pauseMs, signal);
      this.#isAway = !(await this.#isThere());
      pauseMs = Math.min(MAX_PAUSE_MS, pauseMs * 2);
    }
    return !this.#isAway;
  }

  async #isThere(): Promise<boolean> {
    try {
      await sql`select 1`.execute(this.#db());
      return true;
    } catch {
      return false;
    }
  }

  async #write(writes: readonly Write[]): Promise<void> {
    await this.#db()
      .transaction()
      .execute(async (db) => {
        for (const write of writes) await write(db);
      });
  }
}

function away(): Error {
  return new Error("the bridge's storage cannot be reached");
}
