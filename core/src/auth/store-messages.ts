/** The messages between the token store's two halves, the caller's thread and its worker. */
import type { DatabaseLocation } from "./database-url.ts";
import type { LastUse } from "./token-database.ts";
import type { TokenRecord } from "./token-record.ts";

/** Given to the worker at its start. */
export interface StoreWorkerData {
  readonly location: DatabaseLocation;
  readonly maxTokens: number;
  readonly pollMs: number;
  /** How long opening waits for another program's lock. */
  readonly openTimeoutMs: number;
}

export type StoreOrder =
  | { readonly op: "refresh" }
  | { readonly op: "list" }
  | { readonly op: "insert"; readonly record: TokenRecord }
  | { readonly op: "insert_first"; readonly record: TokenRecord }
  | { readonly op: "revoke"; readonly id: string; readonly atMs: number }
  | { readonly op: "import"; readonly atMs: number; readonly keep: boolean }
  | { readonly op: "last_use"; readonly uses: readonly LastUse[] }
  | { readonly op: "close" };

export interface StoreRequest {
  readonly seq: number;
  /** How long the worker tries again while another program holds the lock. */
  readonly timeoutMs: number;
  readonly order: StoreOrder;
}

/** All that follows an order's change comes before its answer. */
export type StoreReport =
  | { readonly kind: "ready"; readonly records: readonly TokenRecord[] }
  /** The database cannot be used at all; the worker ends. */
  | { readonly kind: "failed"; readonly message: string }
  | {
      readonly kind: "changed";
      readonly put: readonly TokenRecord[];
      /** Hashes. */
      readonly gone: readonly string[];
      /** How many there are now. */
      readonly total: number;
    }
  | { readonly kind: "refused"; readonly lines: readonly string[] }
  | { readonly kind: "answer"; readonly seq: number; readonly value: StoreAnswer }
  | { readonly kind: "error"; readonly seq: number; readonly message: string };

export type StoreAnswer = readonly TokenRecord[] | TokenRecord | boolean | undefined;
