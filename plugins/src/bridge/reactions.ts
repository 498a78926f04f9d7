/** Who reacts to a bridged message with what: one bot can show each emoji once, for all of them. */
import type { Kysely } from "@seabird-chat/sdk/storage";
import type { Tables } from "./tables.ts";
import type { WriteBatch } from "./write-batch.ts";

export interface ReactionsDeps {
  readonly db: () => Kysely<Tables>;
  readonly writes: WriteBatch;
}

export class Reactions {
  readonly #deps: ReactionsDeps;

  constructor(deps: ReactionsDeps) {
    this.#deps = deps;
  }

  /** Resolves with how many people show it afterwards, and whether that changed anything. */
  async change(
    message: number,
    { emoji, by, removed }: { emoji: string; by: string; removed: boolean },
  ): Promise<{ readonly count: number; readonly isChanged: boolean }> {
    await this.#deps.writes.flushed();
    const people = await this.#people(message, emoji);
    const isThere = people.has(by);
    if (isThere !== removed) return { count: people.size, isChanged: false };
    this.#deps.writes.add((db) =>
      removed
        ? db
            .deleteFrom("reaction")
            .where("message", "=", message)
            .where("emoji", "=", emoji)
            .where("by", "=", by)
            .execute()
        : db
            .insertInto("reaction")
            .values({ message, emoji, by })
            .onConflict((conflict) => conflict.columns(["message", "emoji", "by"]).doNothing())
            .execute(),
    );
    return { count: people.size + (removed ? -1 : 1), isChanged: true };
  }

  /** Takes all of a person's, or everybody's, back; resolves with the emoji that nobody shows any more. */
  async removeAll(message: number, by: string | undefined): Promise<readonly string[]> {
    await this.#deps.writes.flushed();
    const rows = await this.#rows(message);
    const gone = rows.filter((row) => by === undefined || row.by === by);
    const left = new Set(rows.filter((row) => !gone.includes(row)).map(({ emoji }) => emoji));
    for (const { emoji, by: person } of gone) {
      await this.change(message, { emoji, by: person, removed: true });
    }
    return [...new Set(gone.map(({ emoji }) => emoji))].filter((emoji) => !left.has(emoji));
  }

  #rows(message: number) {
    return this.#deps
      .db()
      .selectFrom("reaction")
      .select(["emoji", "by"])
      .where("message", "=", message)
      .execute();
  }

  async #people(message: number, emoji: string): Promise<ReadonlySet<string>> {
    const rows = await this.#rows(message);
    return new Set(rows.filter((row) => row.emoji === emoji).map(({ by }) => by));
  }
}
