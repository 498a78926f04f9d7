/** One open storage of one plugin. */
import type { Kysely } from "kysely";
import type { Clock } from "../link/clock.ts";
import { SeabirdError } from "../link/errors.ts";
import type { DatabaseKind } from "./columns.ts";
import { type KeyValue, keyValueOf } from "./key-value.ts";
import { KeyedMutex } from "./mutex.ts";
import type { OwnTables } from "./own-tables.ts";

/** Who else may use the same data: nobody, processes with the file, or clients of the server. */
export type Sharing = "nobody" | "file" | "server";

export interface Store<Tables> extends AsyncDisposable {
  /** Which database it is. */
  readonly kind: DatabaseKind;
  /** @internal */
  readonly sharing: Sharing;
  /** The plugin's tables, by Kysely. Throws a SeabirdError `closed` after `close()`. */
  readonly db: Kysely<Tables>;
  /** The key-value store of a namespace: any text of up to 512 characters. */
  keyValue<Value = unknown>(namespace: string): KeyValue<Value>;
  /** Rolls open transactions back and refuses later queries. Idempotent. */
  close(): Promise<void>;
}

export interface StoreDeps<Tables> {
  readonly name: string;
  readonly sharing: Sharing;
  readonly kind: DatabaseKind;
  readonly db: Kysely<Tables>;
  readonly clock: Clock;
}

export class OpenStore<Tables> implements Store<Tables> {
  readonly #deps: StoreDeps<Tables>;
  readonly #mutex = new KeyedMutex();
  #closed: Promise<void> | undefined;

  constructor(parts: StoreDeps<Tables>) {
    this.#deps = parts;
  }

  get kind(): DatabaseKind {
    return this.#deps.kind;
  }

  get sharing(): Sharing {
    return this.#deps.sharing;
  }

  get clock(): Clock {
    return this.#deps.clock;
  }

  get db(): Kysely<Tables> {
    if (this.#closed === undefined) return this.#deps.db;
    throw new SeabirdError("closed", `the storage of "${this.#deps.name}" is closed`);
  }

  keyValue<Value = unknown>(namespace: string): KeyValue<Value> {
    return keyValueOf<Value>(namespace, {
      db: () => this.db as unknown as Kysely<OwnTables>,
      mutex: this.#mutex,
      clock: () => this.#deps.clock,
    });
  }

  close(): Promise<void> {
    this.#closed ??= this.#deps.db.destroy();
    return this.#closed;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
