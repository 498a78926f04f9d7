/** Deliveries that have not ended, in the table, so that a restart goes on where it was. */
import { randomBytes } from "node:crypto";
import type { Kysely } from "@seabird-chat/sdk/storage";
import { type Delivery, fromBody, type QueuedDelivery, toBody } from "./delivery.ts";
import type { Places } from "./places.ts";
import type { Tables } from "./tables.ts";
import type { Write, WriteBatch } from "./write-batch.ts";

export interface OutboxDeps {
  readonly db: () => Kysely<Tables>;
  readonly places: Places;
  readonly writes: WriteBatch;
  readonly now: () => number;
}

export class Outbox {
  readonly #deps: OutboxDeps;
  /** In front of the keys of this run. */
  readonly #run = randomBytes(12).toString("base64url");
  readonly #unwritten = new Set<number>();
  #lastId = 0;

  constructor(deps: OutboxDeps) {
    this.#deps = deps;
  }

  /** What an earlier run left, by channel, in order. */
  async open(): Promise<ReadonlyMap<string, readonly QueuedDelivery[]>> {
    const rows = await this.#deps.db().selectFrom("delivery").selectAll().orderBy("id").execute();
    const left = new Map<string, QueuedDelivery[]>();
    for (const { id, place, at, body } of rows) {
      this.#lastId = Math.max(this.#lastId, id);
      const channel = this.#deps.places.channelOf(place);
      const read = fromBody(body);
      if (channel === undefined || read === undefined) this.done(id);
      else {
        const ofChannel = left.get(channel) ?? [];
        ofChannel.push({ id, at: at.getTime(), ...read });
        left.set(channel, ofChannel);
      }
    }
    return left;
  }

  /** One that is not kept over a restart. */
  notice(delivery: Delivery): QueuedDelivery {
    const id = ++this.#lastId;
    return { id, at: this.#deps.now(), key: `bridge-${this.#run}-${id}`, delivery };
  }

  /** `isUrgent`: kept at once, else soon. */
  add(channel: string, delivery: Delivery, isUrgent: boolean): QueuedDelivery {
    const queued = this.notice(delivery);
    const { id } = queued;
    const place = this.#deps.places.idOf(channel);
    this.#unwritten.add(id);
    let isBegun = false;
    this.#deps.writes.add(
      async (db) => {
        // Most are delivered before they are written. It may be called again, if its batch has failed.
        if (!isBegun && !this.#unwritten.delete(id)) return;
        isBegun = true;
        const row = { id, place, at: new Date(queued.at), body: toBody(queued) };
        await db
          .insertInto("delivery")
          .values(row)
          .onConflict((conflict) => conflict.column("id").doNothing())
          .execute();
      },
      isUrgent ? "urgent" : undefined,
    );
    return queued;
  }

  done(id: number): void {
    if (this.#unwritten.delete(id)) return;
    const write: Write = (db) => db.deleteFrom("delivery").where("id", "=", id).execute();
    this.#deps.writes.add(write, "end");
  }
}
