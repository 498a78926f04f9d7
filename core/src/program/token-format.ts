/** How tokens are shown on the command line. */
import type { TokenRecord } from "../auth/token-record.ts";

/** A token as the admin service's JSON has it. */
export interface TokenJson {
  readonly id: string;
  readonly name: string;
  readonly scopes: readonly string[];
  /** ISO 8601, as all times here; missing: unknown (legacy). */
  readonly createdAt?: string;
  readonly lastUsedAt?: string;
  readonly expiresAt?: string;
  readonly revokedAt?: string;
  readonly legacy: boolean;
}

export function tokenJson(token: TokenRecord): TokenJson {
  return {
    id: token.id,
    name: token.name,
    scopes: token.scopes,
    ...time("createdAt", token.createdAtMs),
    ...time("lastUsedAt", token.lastUsedAtMs),
    ...time("expiresAt", token.expiresAtMs),
    ...time("revokedAt", token.revokedAtMs),
    legacy: token.origin === "legacy",
  };
}

function time(name: string, atMs: number | undefined): Record<string, string> {
  return atMs === undefined ? {} : { [name]: new Date(atMs).toISOString() };
}

/** A table for people, a line a token. */
export function formatTokens(tokens: readonly TokenRecord[]): string {
  if (tokens.length === 0) return "no tokens";
  const rows = [
    ["ID", "NAME", "SCOPES", "CREATED", "LAST USED", "EXPIRES", "STATE"],
    ...tokens.map((token) => [
      token.id,
      token.name,
      token.scopes.join(" "),
      day(token.createdAtMs),
      day(token.lastUsedAtMs),
      token.expiresAtMs === undefined ? "never" : day(token.expiresAtMs),
      stateOf(token),
    ]),
  ];
  const widths = (rows[0] ?? []).map((_, at) =>
    Math.max(...rows.map((row) => row[at]?.length ?? 0)),
  );
  return rows
    .map((row) =>
      row
        .map((cell, at) => cell.padEnd(widths[at] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

function day(atMs: number | undefined): string {
  return atMs === undefined ? "-" : new Date(atMs).toISOString().slice(0, 16).replace("T", " ");
}

function stateOf(token: TokenRecord): string {
  if (token.revokedAtMs !== undefined) return "revoked";
  if (token.expiresAtMs !== undefined && token.expiresAtMs <= Date.now()) return "expired";
  return token.origin === "legacy" ? "in force, unhashed" : "in force";
}
