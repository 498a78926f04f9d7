/** `storage()`: a plugin's data, open while the plugin runs. */
import type { Kysely } from "kysely";
import { didYouMean } from "../command/nearest.ts";
import { argumentError } from "../link/call-site.ts";
import { SeabirdError } from "../link/errors.ts";
import { checkOptionNames } from "../link/option-names.ts";
import type { PluginHost } from "../plugin/context.ts";
import { declarationsOf, isPlugin, type Plugin } from "../plugin/plugin.ts";
import { toJsonSchema } from "../program/check-settings.ts";
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
   * Where the data is stored. Default: SQLite, a file named after the plugin in `.seabird/data`, which
   * only its owner may read. Also: the path of a file or folder; `":memory:"`; or `postgres://…`,
   * where each plugin has a schema of its own (this needs the package `pg`).
   */
  readonly url?: string | undefined;
  /** Name of a setting of the plugin that overrides `url`, such as `"database"`. */
  readonly setting?: string | undefined;
  /** The migrations that create the tables. Default: none; the key-value store needs none. */
  readonly migrations?: Migrations | undefined;
}

export interface PluginStorage<Tables> {
  /**
   * The plugin's tables, by Kysely. Throws a SeabirdError `closed` while the plugin does not run,
   * and `failed_precondition` if it runs several times in this process: then use `of(ctx).db`.
   */
  readonly db: Kysely<Tables>;
  /** The key-value store of a namespace. May be called before the plugin runs. */
  keyValue<Value = unknown>(namespace: string): KeyValue<Value>;
  /** The storage of this run of the plugin. Throws a SeabirdError `closed` if it has none. */
  of(run: RunOfPlugin): Store<Tables>;
}

/**
 * Gives a plugin storage: it is opened and its migrations run before the plugin's first event, and
 * it is closed after the last one.
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
 * Declare it before any `onStart` that uses it. Throws a SeabirdError `bad_option` if `plugin` is
 * not a plugin, or has no such setting; the plugin fails as described at `openStorage`.
 */
export function storage<Tables = AnyTables>(
  plugin: Pick<Plugin, "name" | "onStart">,
  options: StorageOptions = {},
): PluginStorage<Tables> {
  if (!isOfKind(plugin, "plugin")) {
    throw new SeabirdError("bad_option", "storage takes a plugin: storage(plugin, …)");
  }
  checkOptionNames("storage", options, ["url", "setting", "migrations"]);
  if (isPlugin(plugin)) checkSetting(plugin, options.setting);
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
  return new Stores(plugin.name, runs);
}

/** A misspelled setting would never be given, and the data would stay where it is by default. */
function checkSetting(plugin: Plugin, setting: string | undefined): void {
  if (setting === undefined) return;
  const schema = toJsonSchema(declarationsOf(plugin).config);
  const { properties, additionalProperties, $ref, allOf, anyOf, oneOf, patternProperties } =
    schema ?? {};
  const mayHaveOthers = [$ref, allOf, anyOf, oneOf, patternProperties].some(Boolean);
  if (typeof properties !== "object" || properties === null || mayHaveOthers) return;
  if (additionalProperties || Object.hasOwn(properties, setting)) return;
  const names = Object.keys(properties);
  const known = names.length === 0 ? "it has none" : `there are ${names.join(", ")}`;
  const hint = didYouMean(setting, names) || `; ${known}`;
  throw argumentError(
    "bad_option",
    `storage of "${plugin.name}": the plugin has no setting ${JSON.stringify(setting)}${hint}`,
  );
}

function urlOf({ name, config }: PluginHost, { url, setting }: StorageOptions): string | undefined {
  if (setting === undefined || typeof config !== "object" || config === null) return url;
  const value = Object.entries(config).find(([key]) => key === setting)?.[1];
  if (value === undefined || value === null || value === "") return url;
  if (typeof value === "string") return value;
  throw new SeabirdError("bad_option", `setting ${setting} of "${name}" must be text`);
}

/** The name of the plugin whose storage it is; undefined for anything else. */
export function ownerOf(storage: unknown): string | undefined {
  return storage instanceof Stores ? storage.owner : undefined;
}

/** One store for each run of the plugin. */
class Stores<Tables> implements PluginStorage<Tables> {
  /** The plugin's name. */
  readonly owner: string;
  readonly #runs: Runs<OpenStore<Tables>>;
  readonly #mutex = new KeyedMutex();

  constructor(owner: string, runs: Runs<OpenStore<Tables>>) {
    this.owner = owner;
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
