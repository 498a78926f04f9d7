/** Links that admins have made in the chat, kept in the storage beside those of the file. */
import type { KeyValue, Store } from "@seabird-chat/sdk/storage";
import { type LinkSettings, link } from "./settings.ts";
import type { Tables } from "./tables.ts";

const MAX_LINKS = 1_000;

export class ChatLinks {
  readonly #store: KeyValue<unknown>;
  readonly #links = new Map<string, LinkSettings>();

  private constructor(store: KeyValue<unknown>) {
    this.#store = store;
  }

  static async open(store: Store<Tables>): Promise<ChatLinks> {
    const links = new ChatLinks(store.keyValue("links"));
    for (const { key, value } of await links.#store.list({ limit: MAX_LINKS })) {
      // Of another version, perhaps.
      const { data } = link.safeParse(value);
      if (data !== undefined) links.#links.set(key, data);
    }
    return links;
  }

  get all(): Readonly<Record<string, LinkSettings>> {
    return Object.fromEntries(this.#links);
  }

  has(name: string): boolean {
    return this.#links.has(name);
  }

  get isFull(): boolean {
    return this.#links.size >= MAX_LINKS;
  }

  async add(name: string, channels: readonly string[]): Promise<void> {
    await this.#store.set(name, [...channels]);
    this.#links.set(name, [...channels]);
  }

  async remove(name: string): Promise<void> {
    await this.#store.delete(name);
    this.#links.delete(name);
  }
}
