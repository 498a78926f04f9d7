/** Threads of all sides, by the bridged message that they hang on. */
import { BoundedMap } from "@seabird-chat/sdk";
import type { Kysely } from "@seabird-chat/sdk/storage";
import type { Threads } from "./deliverer.ts";
import type { Places } from "./places.ts";
import type { Tables } from "./tables.ts";
import type { WriteBatch } from "./write-batch.ts";

/** The oldest are forgotten. */
const MAX_THREADS = 10_000;

export interface ThreadMapDeps {
  readonly places: Places;
  readonly writes: WriteBatch;
  readonly parentOf: (channel: string) => string | undefined;
}

export class ThreadMap implements Threads {
  readonly #deps: ThreadMapDeps;
  /** By message and the thread's parent. */
  readonly #threads = new BoundedMap<string, string>(MAX_THREADS);
  readonly #parents = new BoundedMap<string, string>(MAX_THREADS);

  constructor(deps: ThreadMapDeps) {
    this.#deps = deps;
  }

  async open(db: Kysely<Tables>): Promise<void> {
    for (const { place, parent, message } of await db.selectFrom("thread").selectAll().execute()) {
      const [thread, channel] = [place, parent].map((id) => this.#deps.places.channelOf(id));
      if (thread !== undefined && channel !== undefined) this.#keep(thread, { channel, message });
    }
  }

  at(channel: string, message: number): string | undefined {
    return this.#threads.get(`${message} ${channel}`);
  }

  add(thread: string, at: { readonly channel: string; readonly message: number }): void {
    if (this.at(at.channel, at.message) === thread) return;
    this.#keep(thread, at);
    const { places, writes } = this.#deps;
    const row = {
      place: places.idOf(thread),
      parent: places.idOf(at.channel),
      message: at.message,
    };
    writes.add((db) =>
      db
        .insertInto("thread")
        .values(row)
        .onConflict((conflict) => conflict.column("place").doNothing())
        .execute(),
    );
  }

  parentOf(channel: string): string | undefined {
    return this.#parents.get(channel) ?? this.#deps.parentOf(channel);
  }

  #keep(thread: string, { channel, message }: { channel: string; message: number }): void {
    this.#threads.set(`${message} ${channel}`, thread);
    this.#parents.set(thread, channel);
  }
}
