/** Writes of many handlers, several in one transaction: while one is written, the next ones gather. */
import type { Kysely, Transaction } from "@seabird-chat/sdk/storage";
import type { Tables } from "./tables.ts";

export type Write = (db: Transaction<Tables>) => Promise<unknown>;

/** Writes that wait; more than that, and whoever adds one waits with it. */
const MAX_BATCH = 1_000;

export class WriteBatch {
  readonly #db: () => Kysely<Tables>;
  readonly #onFailure: (reason: unknown) => void;
  #waiting: Write[] = [];
  #running: Promise<void> | undefined;

  constructor(db: () => Kysely<Tables>, onFailure: (reason: unknown) => void) {
    this.#db = db;
    this.#onFailure = onFailure;
  }

  /** Written in the order of the calls, soon. */
  add(write: Write): void {
    this.#waiting.push(write);
    this.#running ??= this.#run();
  }

  /** Resolves when everything that was added is written, or has failed. */
  async flushed(): Promise<void> {
    while (this.#running !== undefined) await this.#running;
  }

  async #run(): Promise<void> {
    // What comes in the same turn goes into the same transaction.
    await null;
    while (this.#waiting.length > 0) {
      const writes = this.#waiting.splice(0, MAX_BATCH);
      try {
        await this.#db()
          .transaction()
          .execute(async (db) => {
            for (const write of writes) await write(db);
          });
      } catch (reason) {
        this.#onFailure(reason);
      }
    }
    this.#running = undefined;
  }
}
