/** Channels by the numbers that the tables have for them. */
import type { Kysely } from "@seabird-chat/sdk/storage";
import type { Tables } from "./tables.ts";
import type { WriteBatch } from "./write-batch.ts";

export class Places {
  readonly #writes: WriteBatch;
  readonly #byChannel = new Map<string, number>();
  readonly #byId = new Map<number, string>();
  #lastId = 0;

  constructor(writes: WriteBatch) {
    this.#writes = writes;
  }

  /** Reads all: the channels of the links, and their threads. */
  async open(db: Kysely<Tables>): Promise<void> {
    for (const { id, channel } of await db.selectFrom("place").selectAll().execute()) {
      this.#keep(channel, id);
      this.#lastId = Math.max(this.#lastId, id);
    }
  }

  /** Of a new channel, a new number. */
  idOf(channel: string): number {
    const known = this.#byChannel.get(channel);
    if (known !== undefined) return known;
    const id = ++this.#lastId;
    this.#keep(channel, id);
    this.#writes.add((db) =>
      db
        .insertInto("place")
        .values({ id, channel })
        .onConflict((conflict) => conflict.doNothing())
        .execute(),
    );
    return id;
  }

  channelOf(id: number): string | undefined {
    return this.#byId.get(id);
  }

  #keep(channel: string, id: number): void {
    this.#byChannel.set(channel, id);
    this.#byId.set(id, channel);
  }
}
