/** A small key-value store in a plugin's storage: JSON by key, in a namespace. */
import type { Kysely } from "kysely";
import { duration } from "../command/duration.ts";
import type { Clock } from "../link/clock.ts";
import { SeabirdError } from "../link/errors.ts";
import { checkOptionNames } from "../link/option-names.ts";
import type { DeepReadonly } from "./columns.ts";
import type { KeyedMutex } from "./mutex.ts";
import type { OwnTables } from "./own-tables.ts";
import { boundedJson, checkedText, checkKeyLength } from "./parameters.ts";
import { STORAGE } from "./storage-limits.ts";

export interface SetOptions {
  /** Milliseconds, or such as `"1d"`, after which the entry expires. Default: never. */
  readonly expiresIn?: number | string | undefined;
}

export interface ListOptions {
  /** Only keys with this prefix. Default: all. */
  readonly prefix?: string | undefined;
  /** Only keys after this one: the last key of the previous page. */
  readonly after?: string | undefined;
  /** Maximum number of entries, up to 1,000. Default: 100. */
  readonly limit?: number | undefined;
}

export interface KeyValueEntry<Value> {
  readonly key: string;
  readonly value: Value;
}

/**
 * Values are JSON, up to 256 KiB; keys are any text, up to 512 characters. Each function rejects
 * with a SeabirdError `invalid_argument` for others.
 */
export interface KeyValue<Value> {
  get(key: string): Promise<Value | undefined>;
  set(key: string, value: DeepReadonly<Value>, settings?: SetOptions): Promise<void>;
  /**
   * Replaces the value by `change(old)`, atomically: `change` runs again if another update was
   * faster. If it returns undefined, the key is deleted. Resolves with the new value. Expiry as
   * for `set`.
   */
  update<Next extends Value | undefined>(
    key: string,
    change: (old: Value | undefined) => Next,
    settings?: SetOptions,
  ): Promise<Next>;
  /** Resolves with whether the key existed. */
  delete(key: string): Promise<boolean>;
  /** Sorted by key, in order of code points. */
  list(settings?: ListOptions): Promise<readonly KeyValueEntry<Value>[]>;
}

export interface KeyValueDeps {
  /** Throws `closed` while the storage is closed. */
  readonly db: () => Kysely<OwnTables>;
  readonly clock: () => Clock;
  /** Serializes updates of one key. */
  readonly mutex: KeyedMutex;
}

const DEFAULT_LISTED = 100;
/** Attempts of an update against concurrent ones; then it fails with `aborted`. */
const MAX_UPDATE_TRIES = 100;
/** Sorts after every key with a prefix; a noncharacter, so no key contains it. */
const LAST = "\u{10ffff}";

export function keyValueOf<Value>(namespace: string, store: KeyValueDeps): KeyValue<Value> {
  checkedKey(namespace, "namespace");
  return new TableKeyValue<Value>(namespace, store);
}

class TableKeyValue<Value> implements KeyValue<Value> {
  readonly #namespace: string;
  readonly #store: KeyValueDeps;

  constructor(namespace: string, store: KeyValueDeps) {
    this.#namespace = namespace;
    this.#store = store;
  }

  async get(key: string): Promise<Value | undefined> {
    const text = await this.#text(checkedKey(key));
    return text === undefined ? undefined : JSON.parse(text);
  }

  async set(key: string, value: DeepReadonly<Value>, settings: SetOptions = {}): Promise<void> {
    checkOptionNames("set", settings, ["expiresIn"]);
    const row = this.#row(checkedKey(key), jsonOf(value), settings);
    const { value: text, expires_at } = row;
    await this.#store
      .db()
      .insertInto("seabird_values")
      .values(row)
      .onConflict((conflict) =>
        conflict.columns(["namespace", "key"]).doUpdateSet({ value: text, expires_at }),
      )
      .execute();
    await this.#purgeAfter(settings);
  }

  async update<Next extends Value | undefined>(
    key: string,
    change: (old: Value | undefined) => Next,
    settings: SetOptions = {},
  ): Promise<Next> {
    checkedKey(key);
    checkOptionNames("update", settings, ["expiresIn"]);
    return this.#store.mutex.run(`${this.#namespace}\0${key}`, () =>
      this.#change(key, change, settings),
    );
  }

  /** Retries when another process was faster. */
  async #change<Next extends Value | undefined>(
    key: string,
    change: (old: Value | undefined) => Next,
    settings: SetOptions,
  ): Promise<Next> {
    for (let tries = 0; tries < MAX_UPDATE_TRIES; tries++) {
      const old = await this.#text(key);
      const next = change(old === undefined ? undefined : JSON.parse(old));
      checkNoPromise(key, next);
      const text = next === undefined ? undefined : jsonOf(next);
      if (!(await this.#replace(key, old, text, settings))) continue;
      await this.#purgeAfter(settings);
      return next;
    }
    const words = `key "${key}" was changed by others ${MAX_UPDATE_TRIES} times meanwhile`;
    throw new SeabirdError("aborted", words);
  }

  async delete(key: string): Promise<boolean> {
    checkedKey(key);
    const now = this.#now();
    const { numDeletedRows } = await this.#mine("delete", key)
      .where((is) => is.or([is("expires_at", "is", null), is("expires_at", ">", now)]))
      .executeTakeFirst();
    return numDeletedRows > 0n;
  }

  async list(settings: ListOptions = {}): Promise<readonly KeyValueEntry<Value>[]> {
    checkOptionNames("list", settings, ["prefix", "after", "limit"]);
    const { prefix = "", after, limit = DEFAULT_LISTED } = settings;
    checkLimit(limit);
    const now = this.#now();
    let query = this.#store
      .db()
      .selectFrom("seabird_values")
      .select(["key", "value"])
      .where("namespace", "=", this.#namespace)
      .where((is) => is.or([is("expires_at", "is", null), is("expires_at", ">", now)]))
      .orderBy("key")
      .limit(limit);
    if (prefix !== "") {
      const first = checkedKey(prefix, "prefix");
      query = query.where("key", ">=", first).where("key", "<", first + LAST);
    }
    if (after !== undefined) query = query.where("key", ">", checkedKey(after));
    const rows = await query.execute();
    return rows.map(({ key, value }) => ({ key, value: JSON.parse(value) }));
  }

  async #text(key: string): Promise<string | undefined> {
    const row = await this.#store
      .db()
      .selectFrom("seabird_values")
      .select(["value", "expires_at"])
      .where("namespace", "=", this.#namespace)
      .where("key", "=", key)
      .executeTakeFirst();
    const isOver = row?.expires_at != null && row.expires_at.getTime() <= this.#nowMs();
    return isOver ? undefined : row?.value;
  }

  /** False if it was no longer `old`. */
  async #replace(
    key: string,
    old: string | undefined,
    next: string | undefined,
    settings: SetOptions,
  ): Promise<boolean> {
    if (old === undefined) return next === undefined || this.#insert(key, next, settings);
    if (next === undefined) {
      const result = await this.#mine("delete", key).where("value", "=", old).executeTakeFirst();
      return result.numDeletedRows > 0n;
    }
    const { value, expires_at } = this.#row(key, next, settings);
    const { numUpdatedRows } = await this.#store
      .db()
      .updateTable("seabird_values")
      .set({ value, expires_at })
      .where("namespace", "=", this.#namespace)
      .where("key", "=", key)
      .where("value", "=", old)
      .executeTakeFirst();
    return numUpdatedRows > 0n;
  }

  async #insert(key: string, value: string, settings: SetOptions): Promise<boolean> {
    // An expired row would conflict.
    await this.#mine("delete", key).where("expires_at", "<=", this.#now()).execute();
    const { numInsertedOrUpdatedRows = 0n } = await this.#store
      .db()
      .insertInto("seabird_values")
      .values(this.#row(key, value, settings))
      .onConflict((conflict) => conflict.columns(["namespace", "key"]).doNothing())
      .executeTakeFirst();
    return numInsertedOrUpdatedRows > 0n;
  }

  #mine(_what: "delete", key: string) {
    return this.#store
      .db()
      .deleteFrom("seabird_values")
      .where("namespace", "=", this.#namespace)
      .where("key", "=", key);
  }

  /** Deletes expired rows when a new entry will expire. If that fails, the next call does it. */
  async #purgeAfter({ expiresIn }: SetOptions): Promise<void> {
    if (expiresIn === undefined) return;
    try {
      const db = this.#store.db();
      await db.deleteFrom("seabird_values").where("expires_at", "<=", this.#now()).execute();
    } catch {
      // The value is stored, which is what the caller asked for.
    }
  }

  #row(key: string, value: string, { expiresIn }: SetOptions): OwnTables["seabird_values"] {
    const ms = typeof expiresIn === "string" ? duration(expiresIn) : expiresIn;
    if (ms !== undefined && !(ms > 0 && ms <= MAX_EXPIRY_MS)) {
      throw new SeabirdError("bad_option", `expiresIn is ${ms}; allowed: more than 0 ms`);
    }
    const expires_at = ms === undefined ? null : new Date(this.#nowMs() + ms);
    return { namespace: this.#namespace, key, value, expires_at };
  }

  #now(): Date {
    return new Date(this.#nowMs());
  }

  #nowMs(): number {
    return this.#store.clock().wallMs();
  }
}

/** A thousand years. */
const MAX_EXPIRY_MS = 365_250 * 86_400_000;

function checkedKey(key: string, what = "key"): string {
  checkKeyLength(key, what);
  if (key.includes(LAST))
    throw new SeabirdError("invalid_argument", `a ${what} must not contain U+10FFFF`);
  return checkedText(key);
}

function jsonOf(value: unknown): string {
  return boundedJson(value, "the value", STORAGE.maxValueBytes);
}

/** A promise would be stored as `{}`. */
function checkNoPromise(key: string, next: unknown): void {
  if (typeof next !== "object" || next === null || !("then" in next)) return;
  if (next instanceof Promise) next.catch(() => undefined);
  if (typeof next.then !== "function") return;
  const words = `update of "${key}": the function must not be async, since it may run several times`;
  throw new SeabirdError("invalid_argument", words);
}

function checkLimit(limit: number): void {
  if (Number.isInteger(limit) && limit >= 1 && limit <= STORAGE.maxListed) return;
  const allowed = `whole numbers from 1 to ${STORAGE.maxListed}`;
  throw new SeabirdError("bad_option", `limit is ${limit}; allowed: ${allowed}`);
}
