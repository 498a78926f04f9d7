/** The token database, as the main thread uses it: a worker thread holds the connection. */
import { getCompileCacheDir } from "node:module";
import { dirname, extname } from "node:path";
import { Worker } from "node:worker_threads";
import type { DatabaseLocation } from "./database-url.ts";
import type { AuthOptions } from "./limits.ts";
import type {
  StoreAnswer,
  StoreOrder,
  StoreReport,
  StoreRequest,
  StoreWorkerData,
} from "./store-messages.ts";
import type { LastUse } from "./token-database.ts";
import { TokenError } from "./token-error.ts";
import type { TokenRecord } from "./token-record.ts";

/** How long a start waits for another program that holds the database's lock. */
export const OPEN_TIMEOUT_MS = 5_000;
/** Orders that may wait for the worker; more are refused. */
const MAX_PENDING_ORDERS = 1_024;
/** How long a lost worker's successor waits. */
const RESTART_DELAY_MS = 1_000;
/** How long closing waits for the worker before it is ended. */
const CLOSE_TIMEOUT_MS = 500;

export interface TokenStoreEvents {
  /** All tokens there are: at the start, and again after a lost worker's restart. */
  loaded(records: readonly TokenRecord[]): void;
  /** What has changed since, by anyone; `total`: how many there are now. */
  changed(put: readonly TokenRecord[], gone: readonly string[], total: number): void;
  /** One line for each row that is left out; the same line may come again. */
  refused(lines: readonly string[]): void;
  /** The worker is lost; another is started. */
  lost(error: Error): void;
}

interface Pending {
  resolve(value: StoreAnswer): void;
  reject(error: Error): void;
  timer: NodeJS.Timeout;
}

export interface TokenStoreOptions {
  readonly location: DatabaseLocation;
  readonly options: AuthOptions;
  readonly events: TokenStoreEvents;
}

/** The caller's half of the token store: every verb is a message to the worker that holds it. */
export class TokenStore {
  readonly #init: TokenStoreOptions;
  readonly #pending = new Map<number, Pending>();
  #worker: Worker | undefined;
  #seq = 0;
  #closed = false;
  #restart: NodeJS.Timeout | undefined;

  private constructor(init: TokenStoreOptions) {
    this.#init = init;
  }

  /**
   * Opens the database in a worker; rejects with one clear line if it cannot be used, and if
   * `signal` is aborted meanwhile.
   */
  static async open(init: TokenStoreOptions, signal?: AbortSignal): Promise<TokenStore> {
    signal?.throwIfAborted();
    const store = new TokenStore(init);
    const stop = (): void => void store.close();
    signal?.addEventListener("abort", stop, { once: true });
    try {
      await store.#start();
    } finally {
      signal?.removeEventListener("abort", stop);
    }
    return store;
  }

  #start(): Promise<void> {
    const { location, options } = this.#init;
    const data: StoreWorkerData = {
      location,
      maxTokens: options.maxTokens,
      pollMs: options.storePollMs,
      openTimeoutMs: OPEN_TIMEOUT_MS,
    };
    const worker = new Worker(
      new URL(`./store-worker${extname(import.meta.url)}`, import.meta.url),
      {
        workerData: data,
        env: workerEnvironment(),
      },
    );
    this.#worker = worker;
    return new Promise((resolve, reject) => {
      let ready = false;
      let lost = new Error("the token store's worker ended");
      worker.on("message", (report: StoreReport) => {
        if (report.kind === "ready") {
          ready = true;
          this.#init.events.loaded(report.records);
          resolve();
        } else if (report.kind === "failed") {
          lost = new Error(report.message);
          void worker.terminate();
        } else this.#receive(report);
      });
      worker.on("error", (error) => {
        lost = error instanceof Error ? error : new Error(String(error));
      });
      worker.on("exit", () => {
        if (this.#worker === worker) this.#worker = undefined;
        this.#failAll(lost);
        if (ready) this.#startAnew(lost);
        else reject(lost);
      });
    });
  }

  #startAnew(error: Error): void {
    if (this.#closed) return;
    this.#init.events.lost(error);
    this.#restart = setTimeout(() => {
      this.#start().catch((reason: Error) => this.#startAnew(reason));
    }, RESTART_DELAY_MS);
  }

  #receive(report: Exclude<StoreReport, { kind: "ready" | "failed" }>): void {
    const { events } = this.#init;
    switch (report.kind) {
      case "changed":
        events.changed(report.put, report.gone, report.total);
        break;
      case "refused":
        events.refused(report.lines);
        break;
      case "answer":
        this.#take(report.seq)?.resolve(report.value);
        break;
      case "error":
        this.#take(report.seq)?.reject(unavailable(new Error(report.message)));
    }
  }

  #take(seq: number): Pending | undefined {
    const pending = this.#pending.get(seq);
    if (pending === undefined) return undefined;
    this.#pending.delete(seq);
    clearTimeout(pending.timer);
    return pending;
  }

  #failAll(error: Error): void {
    for (const seq of [...this.#pending.keys()]) this.#take(seq)?.reject(unavailable(error));
  }

  #send(order: StoreOrder, timeoutMs: number): Promise<StoreAnswer> {
    const worker = this.#worker;
    if (worker === undefined || this.#pending.size >= MAX_PENDING_ORDERS) {
      return Promise.reject(unavailable(new Error(worker ? "too many orders wait" : "closed")));
    }
    const seq = ++this.#seq;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#take(seq)?.reject(unavailable(new Error(`no answer within ${timeoutMs} ms`)));
      }, timeoutMs);
      this.#pending.set(seq, { resolve, reject, timer });
      worker.postMessage({ seq, timeoutMs, order } satisfies StoreRequest);
    });
  }

  /** Queries for changes now; all of them have been reported (`changed`) when this resolves. */
  async refresh(): Promise<void> {
    await this.#send({ op: "refresh" }, this.#init.options.storeLookupTimeoutMs);
  }

  /** All tokens with their last use. */
  async list(): Promise<readonly TokenRecord[]> {
    return (await this.#write({ op: "list" })) as readonly TokenRecord[];
  }

  async insert(record: TokenRecord): Promise<void> {
    await this.#write({ op: "insert", record });
  }

  /** Inserts it if there is no token of ours yet; resolves with whether it did. */
  async insertFirst(record: TokenRecord): Promise<boolean> {
    return (await this.#write({ op: "insert_first", record })) as boolean;
  }

  /** `undefined`: there is no such token. */
  async revoke(id: string, atMs: number): Promise<TokenRecord | undefined> {
    return (await this.#write({ op: "revoke", id, atMs })) as TokenRecord | undefined;
  }

  async importLegacy(atMs: number, keep: boolean): Promise<readonly TokenRecord[]> {
    return (await this.#write({ op: "import", atMs, keep })) as readonly TokenRecord[];
  }

  async recordLastUse(uses: readonly LastUse[]): Promise<void> {
    await this.#write({ op: "last_use", uses });
  }

  #write(order: StoreOrder): Promise<StoreAnswer> {
    return this.#send(order, this.#init.options.storeWriteTimeoutMs);
  }

  /** Closes the database and ends the worker. Idempotent. */
  async close(): Promise<void> {
    const worker = this.#worker;
    if (this.#closed) return;
    this.#closed = true;
    clearTimeout(this.#restart);
    if (worker === undefined) return;
    await this.#send({ op: "close" }, CLOSE_TIMEOUT_MS).catch(() => undefined);
    await worker.terminate();
  }
}

/**
 * A worker uses the compile cache of its process only if it gets the folder; with it, it is ready in
 * half the time. It needs nothing else of the environment.
 */
function workerEnvironment(): Record<string, string> {
  const folder = getCompileCacheDir();
  return folder === undefined ? {} : { NODE_COMPILE_CACHE: dirname(folder) };
}

function unavailable(cause: Error): TokenError {
  return new TokenError("token_store_unavailable", "token store unavailable", { cause });
}
