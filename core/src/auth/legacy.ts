/** Tokens in the table of the original core. */
import type { DatabaseSync } from "node:sqlite";
import { RESERVED_NAMES } from "./scopes.ts";
import { hashSecret } from "./secret.ts";
import { LEGACY_SCOPES, type TokenRecord } from "./token-record.ts";

/** What the original core's table holds, as tokens; and one line for each row that is refused. */
export interface LegacyRows {
  readonly records: readonly TokenRecord[];
  readonly refused: readonly string[];
}

/** A legacy token's id is this and its row's id. */
export const LEGACY_ID_PREFIX = "legacy-";

/** SQLite keeps any kind of value in any column; what is no text comes as null. */
const TEXT = (column: string) =>
  `CASE typeof(${column}) WHEN 'text' THEN ${column} END AS ${column}`;

const NONE: LegacyRows = { records: [], refused: [] };

/**
 * Reads `seabird_auth_tokens(id, name, key)`, where keys are unhashed (protocol:
 * Authentication). Rows whose secret is in `known` are left out.
 */
export function readLegacyRows(
  database: DatabaseSync,
  limit: number,
  known: ReadonlySet<string>,
): LegacyRows {
  const table = database
    .prepare("SELECT 1 FROM sqlite_schema WHERE name = 'seabird_auth_tokens'")
    .get();
  if (table === undefined) return NONE;
  const rows = database
    .prepare(
      `SELECT CAST(id AS TEXT) AS id, ${TEXT("name")}, ${TEXT("key")}
       FROM seabird_auth_tokens ORDER BY seabird_auth_tokens.id LIMIT ?`,
    )
    .all(Math.max(0, limit));
  const records: TokenRecord[] = [];
  const refused: string[] = [];
  for (const row of rows) {
    const fault = faultOf(row);
    if (fault !== undefined) {
      refused.push(`row ${String(row["id"])} of seabird_auth_tokens is refused: ${fault}`);
      continue;
    }
    const record = legacyToken(row);
    if (!known.has(record.hash)) records.push(record);
  }
  return { records, refused };
}

function faultOf({ name, key }: Record<string, unknown>): string | undefined {
  if (typeof name !== "string" || name === "") return "its name is not a text";
  if (RESERVED_NAMES.includes(name)) return `the name "${name}" is reserved`;
  if (typeof key !== "string" || key === "") return "its key is not a text";
  return undefined;
}

function legacyToken(row: Record<string, unknown>): TokenRecord {
  return {
    id: `${LEGACY_ID_PREFIX}${String(row["id"])}`,
    name: String(row["name"]),
    hash: hashSecret(String(row["key"])),
    scopes: LEGACY_SCOPES,
    createdAtMs: undefined,
    lastUsedAtMs: undefined,
    expiresAtMs: undefined,
    revokedAtMs: undefined,
    origin: "legacy",
  };
}
