/** Which messages are copies of each other: found by the id that any side has for them. */
import type { Kysely } from "@seabird-chat/sdk/storage";
import type { Places } from "./places.ts";
import type { Tables } from "./tables.ts";
import type { WriteBatch } from "./write-batch.ts";

/** A message that crossed, wherever it is. */
export interface BridgedMessage {
  readonly id: number;
  readonly at: Date;
  readonly digest: string;
  /** Who said it; null: a plugin, or not known. */
  readonly author: string | null;
}

export interface MessageMapDeps {
  readonly db: () => Kysely<Tables>;
  readonly places: Places;
  readonly writes: WriteBatch;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** Messages in memory, which most edits, replies and reactions are about; the oldest leave first. */
const MAX_RECENT = 10_000;
/** Ids of theirs and of their copies in memory: a link may have a hundred channels, a message many parts. */
const MAX_RECENT_IDS = 50_000;
/** Rows that one clean-up deletes at a time, so that it holds nothing up. */
const CLEAN_UP_ROWS = 50;

interface Recent {
  readonly message: BridgedMessage;
  /** By channel, in the order of the parts. */
  readonly copies: Map<string, readonly string[]>;
}

export class MessageMap {
  readonly #deps: MessageMapDeps;
  readonly #byId = new Map<number, Recent>();
  /** `channel id` → message. */
  readonly #byCopy = new Map<string, number>();
  #lastId = 0;

  constructor(deps: MessageMapDeps) {
    this.#deps = deps;
  }

  /** Before anything else: numbers go on where they stopped. */
  async open(): Promise<void> {
    const row = await this.#deps
      .db()
      .selectFrom("message")
      .select("id")
      .orderBy("id", "desc")
      .limit(1)
      .executeTakeFirst();
    this.#lastId = Math.max(this.#lastId, row?.id ?? 0);
  }

  /** A new one. `ids`: the original's. */
  add(
    channel: string,
    ids: readonly string[],
    { digest, author }: Pick<BridgedMessage, "digest" | "author">,
  ): BridgedMessage {
    const message = { id: ++this.#lastId, at: new Date(this.#deps.now()), digest, author };
    this.#remember({ message, copies: new Map() });
    this.#deps.writes.add((db) =>
      db
        .insertInto("message")
        .values(message)
        .onConflict((conflict) => conflict.column("id").doNothing())
        .execute(),
    );
    this.addCopy(message.id, channel, ids);
    return message;
  }

  /** A network's ids for it, in order; without ids it cannot be found there. */
  addCopy(messageId: number, channel: string, ids: readonly string[]): void {
    if (ids.length === 0) return;
    this.#keepCopy(messageId, channel, ids);
    const place = this.#deps.places.idOf(channel);
    const rows = ids.map((id, part) => ({ message: messageId, place, message_id: id, part }));
    this.#deps.writes.add((db) =>
      db
        .insertInto("copy")
        .values(rows)
        .onConflict((conflict) => conflict.columns(["place", "message_id"]).doNothing())
        .execute(),
    );
  }

  setDigest({ id }: BridgedMessage, digest: string): void {
    const recent = this.#byId.get(id);
    if (recent !== undefined)
      this.#byId.set(id, { ...recent, message: { ...recent.message, digest } });
    this.#deps.writes.add((db) =>
      db.updateTable("message").set({ digest }).where("id", "=", id).execute(),
    );
  }

  /** By the id of any of its copies. */
  async find(channel: string, messageId: string): Promise<BridgedMessage | undefined> {
    if (messageId === "") return undefined;
    const known = this.#byCopy.get(keyOf(channel, messageId));
    const recent = known === undefined ? undefined : this.#byId.get(known);
    if (recent !== undefined) return recent.message;
    const place = this.#deps.places.idOf(channel);
    return await (await this.#written())
      .selectFrom("copy")
      .innerJoin("message", "message.id", "copy.message")
      .select(["message.id", "message.at", "message.digest", "message.author"])
      .where("copy.place", "=", place)
      .where("copy.message_id", "=", messageId)
      .executeTakeFirst();
  }

  /** Its ids in a channel, all parts in order; empty: it is not there, or has no ids. */
  async idsIn(messageId: number, channel: string): Promise<readonly string[]> {
    const recent = this.#byId.get(messageId)?.copies.get(channel);
    if (recent !== undefined) return recent;
    const place = this.#deps.places.idOf(channel);
    const rows = await (await this.#written())
      .selectFrom("copy")
      .select("message_id")
      .where("message", "=", messageId)
      .where("place", "=", place)
      .orderBy("part")
      .execute();
    return rows.map((row) => row.message_id);
  }

  /** Where it is: the original's channel, and those of its copies that have ids. */
  async channelsOf(messageId: number): Promise<readonly string[]> {
    const recent = this.#byId.get(messageId);
    if (recent !== undefined) return [...recent.copies.keys()];
    const rows = await (await this.#written())
      .selectFrom("copy")
      .innerJoin("place", "place.id", "copy.place")
      .select("place.channel")
      .distinct()
      .where("copy.message", "=", messageId)
      .execute();
    return rows.map((row) => row.channel);
  }

  /**
   * Forgets what is older, some rows at a time; resolves with whether there is more. By the numbers,
   * which rise with the time: the oldest are found without looking at the others.
   */
  async forgetBefore(time: Date): Promise<boolean> {
    const db = this.#deps.db();
    const oldest = await db
      .selectFrom("message")
      .select(["id", "at"])
      .orderBy("id")
      .limit(CLEAN_UP_ROWS)
      .execute();
    const old = oldest.filter(({ at }) => at < time);
    const last = old.at(-1)?.id;
    if (last === undefined) return false;
    await db.transaction().execute(async (tx) => {
      await tx.deleteFrom("copy").where("message", "<=", last).execute();
      await tx.deleteFrom("reaction").where("message", "<=", last).execute();
      await tx.deleteFrom("thread").where("message", "<=", last).execute();
      await tx.deleteFrom("message").where("id", "<=", last).execute();
    });
    return old.length === CLEAN_UP_ROWS;
  }

  /** A copy of a message that an earlier run carried over is nowhere else until it is written. */
  async #written(): Promise<Kysely<Tables>> {
    await this.#deps.writes.flushed();
    return this.#deps.db();
  }

  #keepCopy(messageId: number, channel: string, ids: readonly string[]): void {
    const recent = this.#byId.get(messageId);
    if (recent === undefined) return;
    // An edit may give it other ids: those of before are found in the table.
    for (const id of recent.copies.get(channel) ?? []) this.#byCopy.delete(keyOf(channel, id));
    recent.copies.set(channel, ids);
    for (const id of ids) this.#byCopy.set(keyOf(channel, id), messageId);
    this.#forgetOldest();
  }

  #remember(recent: Recent): void {
    this.#byId.set(recent.message.id, recent);
    this.#forgetOldest();
  }

  #forgetOldest(): void {
    for (const [id, { copies }] of this.#byId) {
      if (this.#byId.size <= MAX_RECENT && this.#byCopy.size <= MAX_RECENT_IDS) return;
      this.#byId.delete(id);
      for (const [channel, ids] of copies) {
        for (const each of ids) this.#byCopy.delete(keyOf(channel, each));
      }
    }
  }
}

function keyOf(channel: string, messageId: string): string {
  return `${channel} ${messageId}`;
}
