/** Writes of many handlers, several in one transaction: while one is written, the next ones gather. */
import type { Kysely, Transaction } from "@seabird-chat/sdk/storage";
import type { Tables } from "./tables.ts";

/** Called again by itself if its transaction fails. */
export type Write = (db: Transaction<Tables>) => Promise<unknown>;

/** Writes in one transaction. */
const MAX_BATCH = 1_000;
/** Writes that wait for a storage that is slow; more than that are given up. */
const MAX_WAITING = 100_000;
/** One after the other; then the rest of a batch is given up. */
const MAX_FAILURES = 3;

export class WriteBatch {
  readonly #db: () => Kysely<Tables>;
  readonly #onFailure: (reason: unknown) => void;
  #waiting: Write[] = [];
  #running: Promise<void> | undefined;
  #added = 0;
  #ended = 0;
  #flushes: { readonly upTo: number; readonly resolve: () => void }[] = [];

  constructor(db: () => Kysely<Tables>, onFailure: (reason: unknown) => void) {
    this.#db = db;
    this.#onFailure = onFailure;
  }

  /** Written in the order of the calls, soon. */
  add(write: Write): void {
    if (this.#waiting.length >= MAX_WAITING) {
      this.#onFailure(new Error(`${MAX_WAITING} writes wait already`));
      return;
    }
    this.#waiting.push(write);
    this.#added += 1;
    this.#running ??= this.#run();
  }

  /** Resolves when everything that was added before is written, or has failed. */
  async flushed(): Promise<void> {
    if (this.#ended === this.#added) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#flushes.push({ upTo: this.#added, resolve });
    await promise;
  }

  async #run(): Promise<void> {
    // What comes in the same turn goes into the same transaction.
    await null;
    while (this.#waiting.length > 0) {
      const writes = this.#waiting.splice(0, MAX_BATCH);
      await this.#write(writes).catch(() => this.#writeEach(writes));
      this.#ended += writes.length;
      while ((this.#flushes[0]?.upTo ?? Number.POSITIVE_INFINITY) <= this.#ended) {
        this.#flushes.shift()?.resolve();
      }
    }
    this.#running = undefined;
  }

  /** One that cannot be written does not take the others with it. */
  async #writeEach(writes: readonly Write[]): Promise<void> {
    let failures = 0;
    for (const write of writes) {
      try {
        await this.#write([write]);
        failures = 0;
      } catch (reason) {
        this.#onFailure(reason);
        failures += 1;
        // It is the storage.
        if (failures === MAX_FAILURES) return;
      }
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
