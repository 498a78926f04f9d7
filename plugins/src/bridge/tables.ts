/** The bridge's tables: bridged messages with their copies, and what still has to be delivered. */
import type { Generated, Migrations } from "@seabird-chat/sdk/storage";

export interface Tables {
  /** A channel by a short number, since every copy names one. */
  place: { id: Generated<number>; channel: string };
  /** A message that crossed, once for all its copies. */
  message: {
    id: Generated<number>;
    at: Date;
    /** What it says, as `digestOf` makes it: whether an edit changes more than blanks. */
    digest: string;
    /** The name of the person who said it, as a quotation gives it; null: a plugin, or not known. */
    author: string | null;
  };
  /** One network message: the original's, or one of a copy's. */
  copy: { message: number; place: number; message_id: string; part: number };
  /** Who reacts to a message with what, on any side. */
  reaction: { message: number; emoji: string; by: string };
  /** A thread by its channel, and the message that it hangs on. */
  thread: { place: number; parent: number; message: number };
  /** What has not been delivered yet. */
  delivery: { id: number; place: number; at: Date; body: string };
  /** What a channel does not get, and has not been told yet. */
  outage: { place: number; dropped: number; unknown: number; told: boolean };
}

export const migrations: Migrations = {
  "001-bridge": async (db, column) => {
    await db.schema
      .createTable("place")
      .addColumn("id", ...column.id())
      .addColumn("channel", ...column.text({ unique: true }))
      .execute();
    await db.schema
      .createTable("message")
      .addColumn("id", ...column.id())
      .addColumn("at", ...column.timestamp())
      .addColumn("digest", ...column.text())
      .execute();
    await db.schema.createIndex("message_at").on("message").column("at").execute();
    await db.schema
      .createTable("copy")
      .addColumn("message", ...column.integer())
      .addColumn("place", ...column.integer())
      .addColumn("message_id", ...column.text())
      .addColumn("part", ...column.integer())
      .execute();
    await db.schema
      .createIndex("copy_by_id")
      .unique()
      .on("copy")
      .columns(["place", "message_id"])
      .execute();
    await db.schema.createIndex("copy_by_message").on("copy").columns(["message"]).execute();
    await db.schema
      .createTable("reaction")
      .addColumn("message", ...column.integer())
      .addColumn("emoji", ...column.text())
      .addColumn("by", ...column.text())
      .execute();
    await db.schema
      .createIndex("reaction_of")
      .unique()
      .on("reaction")
      .columns(["message", "emoji", "by"])
      .execute();
    await db.schema
      .createTable("thread")
      .addColumn("place", ...column.integer({ unique: true }))
      .addColumn("parent", ...column.integer())
      .addColumn("message", ...column.integer())
      .execute();
    await db.schema.createIndex("thread_of").on("thread").column("message").execute();
    await db.schema
      .createTable("delivery")
      .addColumn("id", ...column.integer({ unique: true }))
      .addColumn("place", ...column.integer())
      .addColumn("at", ...column.timestamp())
      .addColumn("body", ...column.text())
      .execute();
  },
  "002-outages": async (db, column) => {
    await db.schema
      .createTable("outage")
      .addColumn("place", ...column.integer({ unique: true }))
      .addColumn("dropped", ...column.integer())
      .addColumn("unknown", ...column.integer())
      .addColumn("told", ...column.boolean())
      .execute();
    // Messages are forgotten in the order of their numbers.
    await db.schema.dropIndex("message_at").execute();
  },
  "003-authors": async (db) => {
    await db.schema.alterTable("message").addColumn("author", "text").execute();
  },
};
