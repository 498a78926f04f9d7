/** `storage()`: a plugin's data, opened when the plugin starts and closed with it. */
import type { Kysely } from "kysely";
import { SeabirdError } from "../link/errors.ts";
import type { PluginHost } from "../plugin/context.ts";
import type { Plugin } from "../plugin/plugin.ts";
import { isOfKind } from "../program/component-kind.ts";
import { type KeyValue, keyValueOf } from "./key-value.ts";
import type { AnyTables, Migrations } from "./migration.ts";
import { KeyedMutex } from "./mutex.ts";
import { openStorage } from "./open-storage.ts";
import type { OwnTables } from "./own-tables.ts";
import { type RunOfPlugin, Runs } from "./runs.ts";
import type { OpenStore, Store } from "./store.ts";

export interface StorageOptions {
  /**
   * Where the data is. Default: SQLite, a file named after the plugin in `.seabird/data`, which
   * only its owner may read. Also: the path of a file or folder; `":memory:"`; or `postgres://…`,
   * where each plugin has a schema of its own (this needs the package `pg`).
   */
  readonly url?: string | undefined;
  /** Which setting of the plugin says it instead, if it is set: `"database"`. */
  readonly setting?: string | undefined;
  /** What makes the tables, step by step. Default: none, for the key-value store alone. */
  readonly migrations?: Migrations | undefined;
}

export interface PluginStorage<Tables> {
  /**
   * The plugin's tables, by Kysely. Throws a SeabirdError `closed` while the plugin does not run,
   * and `failed_precondition` if it runs several times in this process: then take `of(ctx).db`.
   */
  readonly db: Kysely<Tables>;
  /** The key-value store of this namespace. May be taken before the plugin runs. */
  keyValue<Value = unknown>(namespace: string): KeyValue<Value>;
  /** The storage of this run of the plugin. Throws a SeabirdError `closed` if it has none. */
  of(run: RunOfPlugin): Store<Tables>;
}

/**
 * Gives a plugin a place for its data: opened, and its tables brought up to date, before the
 * plugin's first event; closed after its last.
 *
 * ```ts
 * export const karma = plugin("karma");
 * const points = storage(karma).keyValue<number>("points");
 * karma.command("thanks", "counts", async (ctx) => {
 *   const sum = await points.update(userKey(ctx.user), (old = 0) => old + 1);
 *   await ctx.reply(`${sum}`);
 * });
 * ```
 *
 * Declare it above everything that uses it in `onStart`. Throws a SeabirdError `bad_option` for
 * what is no plugin; the plugin fails as described at `openStorage`.
 */
export function storage<Tables = AnyTables>(
  plugin: Pick<Plugin, "name" | "onStart">,
  options: StorageOptions = {},
): PluginStorage<Tables> {
  if (!isOfKind(plugin, "plugin")) {
    throw new SeabirdError("bad_option", "storage is a plugin's: storage(plugin, …)");
  }
  const runs = new Runs<OpenStore<Tables>>(`the storage of "${plugin.name}"`);
  plugin.onStart(async (host) => {
    const { migrations } = options;
    const store = await openStorage<Tables>(host, { url: urlOf(host, options), migrations });
    const remove = runs.add(host, store);
    return async () => {
      remove();
      await store.close();
    };
  });
  return new Stores(runs);
}

function urlOf({ name, config }: PluginHost, { url, setting }: StorageOptions): string | undefined {
  if (setting === undefined || typeof config !== "object" || config === null) return url;
  const value = Object.entries(config).find(([key]) => key === setting)?.[1];
  if (value === undefined || value === null || value === "") return url;
  if (typeof value === "string") return value;
  throw new SeabirdError("bad_option", `setting ${setting} of "${name}" must be text`);
}

/** One for each run of the plugin. */
class Stores<Tables> implements PluginStorage<Tables> {
  readonly #runs: Runs<OpenStore<Tables>>;
  readonly #mutex = new KeyedMutex();

  constructor(runs: Runs<OpenStore<Tables>>) {
    this.#runs = runs;
  }

  get db(): Kysely<Tables> {
    return this.#runs.only().db;
  }

  keyValue<Value = unknown>(namespace: string): KeyValue<Value> {
    return keyValueOf<Value>(namespace, {
      db: () => this.db as unknown as Kysely<OwnTables>,
      mutex: this.#mutex,
      clock: () => this.#runs.only().clock,
    });
  }

  of(run: RunOfPlugin): Store<Tables> {
    return this.#runs.of(run);
  }
}
