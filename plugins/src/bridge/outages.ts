/** What is amiss with each channel that something is delivered to, in the table: known after a restart. */
import type { Kysely } from "@seabird-chat/sdk/storage";
import type { Places } from "./places.ts";
import type { Tables } from "./tables.ts";
import type { WriteBatch } from "./write-batch.ts";

export interface Outage {
  /** Deliveries that were too many or too old, and of which the channel has not been told. */
  readonly dropped: number;
  /** Those of which nobody knows whether they have arrived; not told either. */
  readonly unknown: number;
  /** Whether the other sides were told that it cannot be reached. */
  readonly isTold: boolean;
}

export const NO_OUTAGE: Outage = { dropped: 0, unknown: 0, isTold: false };

export interface OutagesDeps {
  readonly places: Places;
  readonly writes: WriteBatch;
}

export class Outages {
  readonly #deps: OutagesDeps;
  readonly #byChannel = new Map<string, Outage>();

  constructor(deps: OutagesDeps) {
    this.#deps = deps;
  }

  async open(db: Kysely<Tables>): Promise<void> {
    for (const row of await db.selectFrom("outage").selectAll().execute()) {
      const channel = this.#deps.places.channelOf(row.place);
      const { dropped, unknown, told } = row;
      if (channel !== undefined) this.#byChannel.set(channel, { dropped, unknown, isTold: told });
    }
  }

  channels(): readonly string[] {
    return [...this.#byChannel.keys()];
  }

  of(channel: string): Outage {
    return this.#byChannel.get(channel) ?? NO_OUTAGE;
  }

  set(channel: string, outage: Outage): void {
    const { places, writes } = this.#deps;
    const place = places.idOf(channel);
    const { dropped, unknown, isTold: told } = outage;
    if (dropped === 0 && unknown === 0 && !told) {
      if (!this.#byChannel.delete(channel)) return;
      writes.add((db) => db.deleteFrom("outage").where("place", "=", place).execute());
      return;
    }
    this.#byChannel.set(channel, outage);
    writes.add((db) =>
      db
        .insertInto("outage")
        .values({ place, dropped, unknown, told })
        .onConflict((conflict) => conflict.column("place").doUpdateSet({ dropped, unknown, told }))
        .execute(),
    );
  }
}
