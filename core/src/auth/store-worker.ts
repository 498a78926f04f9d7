/**
 * The token store's worker thread: holds the only connection to the database, so that a lock held
 * by another program, or a slow disk, never stops core's event loop. It waits for locks by trying
 * again, so one order that waits does not hold up the others.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { parentPort, workerData } from "node:worker_threads";
import type {
  StoreAnswer,
  StoreOrder,
  StoreReport,
  StoreRequest,
  StoreWorkerData,
} from "./store-messages.ts";
import { retryWhileBusy, TokenDatabase } from "./token-database.ts";
import type { TokenRecord } from "./token-record.ts";

/** Tokens reported at once, and the pause until the next ones. */
const BATCH_SIZE = 500;
const BATCH_PAUSE_MS = 2;

const { location, maxTokens, pollMs, openTimeoutMs } = workerData as StoreWorkerData;
let database: TokenDatabase;
let seenVersion = -1;
/** What the other half knows: hash to all that matters of the token. */
let reported = new Map<string, string>();
/** Resolves when all changes so far have been reported. */
let reporting: Promise<void> = Promise.resolve();

function report(message: StoreReport): void {
  parentPort?.postMessage(message);
}

/** All of a token that its principal depends on; "last used" is not. */
function essence(record: TokenRecord): string {
  const { id, name, scopes, createdAtMs, expiresAtMs, revokedAtMs, origin } = record;
  return JSON.stringify([id, name, scopes, createdAtMs, expiresAtMs, revokedAtMs, origin]);
}

function loadAll(): readonly TokenRecord[] {
  // Read before loading: a commit in between then only costs another load.
  const version = database.version();
  const { records, refused } = database.load(maxTokens);
  seenVersion = version;
  if (refused.length > 0) report({ kind: "refused", lines: refused.slice(0, 100) });
  return records;
}

/** Resolves when all that changed has been reported to the other half. */
function reload(): Promise<void> {
  const now = new Map<string, string>();
  const put: TokenRecord[] = [];
  for (const record of loadAll()) {
    const it = essence(record);
    now.set(record.hash, it);
    if (reported.get(record.hash) !== it) put.push(record);
  }
  const gone = [...reported.keys()].filter((hash) => !now.has(hash));
  reported = now;
  if (put.length === 0 && gone.length === 0) return reporting;
  // One change after the other, each in its order: a later one may be about the same token.
  reporting = reporting.then(() => reportInBatches(put, gone));
  return reporting;
}

/** In batches with a pause, so that many changes at once do not hold up the other half's thread. */
async function reportInBatches(
  put: readonly TokenRecord[],
  gone: readonly string[],
): Promise<void> {
  const total = reported.size;
  const revoked = put.filter((record) => record.revokedAtMs !== undefined);
  const others = put.filter((record) => record.revokedAtMs === undefined);
  report({ kind: "changed", put: [], gone, total });
  for (const records of [revoked, others]) {
    for (let at = 0; at < records.length; at += BATCH_SIZE) {
      report({ kind: "changed", put: records.slice(at, at + BATCH_SIZE), gone: [], total });
      if (records.length > at + BATCH_SIZE) await sleep(BATCH_PAUSE_MS);
    }
  }
}

async function refresh(): Promise<void> {
  await (database.version() === seenVersion ? reporting : reload());
}

function carryOut(order: Exclude<StoreOrder, { op: "close" | "refresh" }>): StoreAnswer {
  switch (order.op) {
    case "list":
      return database.load(maxTokens).records;
    case "insert":
      database.insert(order.record);
      return undefined;
    case "insert_first":
      return database.insertFirst(order.record);
    case "revoke":
      return database.revoke(order.id, order.atMs);
    case "import":
      return database.importLegacy(order.atMs, order.keep);
    case "last_use":
      database.recordLastUse(order.uses);
      return undefined;
  }
}

const CHANGING: ReadonlySet<StoreOrder["op"]> = new Set([
  "insert",
  "insert_first",
  "revoke",
  "import",
]);

async function answer({ seq, timeoutMs, order }: StoreRequest): Promise<void> {
  try {
    if (order.op === "close") return closeDown(seq);
    if (order.op === "refresh") {
      await retryWhileBusy(timeoutMs, refresh);
      return report({ kind: "answer", seq, value: undefined });
    }
    const value = await retryWhileBusy(timeoutMs, () => carryOut(order));
    // One's own commit does not change one's own `data_version`.
    if (CHANGING.has(order.op)) await retryWhileBusy(timeoutMs, reload);
    report({ kind: "answer", seq, value });
  } catch (error) {
    report({ kind: "error", seq, message: messageOf(error) });
  }
}

function closeDown(seq: number): void {
  clearInterval(polling);
  database.close();
  report({ kind: "answer", seq, value: undefined });
  parentPort?.close();
}

/** A failed poll leaves the known tokens in force; only calls with an unknown token fail. */
async function poll(): Promise<void> {
  try {
    await refresh();
  } catch {
    seenVersion = -1;
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

let polling: NodeJS.Timeout | undefined;

try {
  database = await retryWhileBusy(openTimeoutMs, () => new TokenDatabase(location));
  await retryWhileBusy(openTimeoutMs, () => database.migrate());
  const records = await retryWhileBusy(openTimeoutMs, loadAll);
  reported = new Map(records.map((record) => [record.hash, essence(record)]));
  report({ kind: "ready", records });
  parentPort?.on("message", (request: StoreRequest) => void answer(request));
  polling = setInterval(() => void poll(), pollMs);
} catch (error) {
  report({ kind: "failed", message: messageOf(error) });
}
