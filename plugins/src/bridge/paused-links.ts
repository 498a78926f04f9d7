/** Links that somebody has paused, kept in the storage: they stay so over a restart. */
import type { KeyValue, Store } from "@seabird-chat/sdk/storage";
import type { Link } from "./links.ts";
import type { Tables } from "./tables.ts";

const PAGE = 1_000;

type Named = Pick<Link, "name">;

export class PausedLinks {
  readonly #store: KeyValue<true>;
  readonly #names = new Set<string>();

  private constructor(store: KeyValue<true>) {
    this.#store = store;
  }

  static async open(store: Store<Tables>): Promise<PausedLinks> {
    const paused = new PausedLinks(store.keyValue("paused"));
    let page: readonly { readonly key: string }[];
    do {
      page = await paused.#store.list({ limit: PAGE, after: [...paused.#names].at(-1) });
      for (const { key } of page) paused.#names.add(key);
    } while (page.length === PAGE);
    return paused;
  }

  has({ name }: Named): boolean {
    return this.#names.has(name);
  }

  async add({ name }: Named): Promise<void> {
    this.#names.add(name);
    await this.#store.set(name, true);
  }

  async remove({ name }: Named): Promise<void> {
    if (!this.#names.has(name)) return;
    await this.#store.delete(name);
    this.#names.delete(name);
  }

  /** Forgets those of other links: a later one of the same name is open. */
  async keep(links: readonly Named[]): Promise<void> {
    const names = new Set(links.map(({ name }) => name));
    for (const name of this.#names) if (!names.has(name)) await this.remove({ name });
  }
}
