/** What can be done with tokens, and a token as the commands show it: never with its secret. */
import type { Table } from "../terminal/table.ts";

/** Times are ISO 8601 in UTC; null where there is none. */
export interface TokenRow {
  readonly id: string;
  readonly name: string;
  readonly scopes: readonly string[];
  readonly createdAt: string | null;
  readonly lastUsedAt: string | null;
  readonly expiresAt: string | null;
  readonly revokedAt: string | null;
  /** A row of the original core's table, which holds the token itself. */
  readonly legacy: boolean;
}

export interface WantedToken {
  readonly name: string;
  readonly scopes: readonly string[];
  readonly expiresInMs?: number;
}

export interface TokenAdmin {
  /** Where the tokens are, for messages. */
  readonly where: string;
  create(wanted: WantedToken): Promise<{ readonly token: TokenRow; readonly secret: string }>;
  list(includeRevoked: boolean): Promise<readonly TokenRow[]>;
  revoke(id: string): Promise<TokenRow>;
  importLegacy(): Promise<readonly TokenRow[]>;
}

export function tokenTable(tokens: readonly TokenRow[]): Table {
  return {
    columns: ["ID", "NAME", "CREATED", "LAST USED", "STATE", "SCOPES"],
    rows: tokens.map((token) => [
      token.id,
      token.name,
      minute(token.createdAt),
      minute(token.lastUsedAt),
      state(token),
      token.scopes.join(" "),
    ]),
    empty: "No token. `seabird token create NAME --scope plugin` makes one.",
  };
}

function state(token: TokenRow): string {
  if (token.revokedAt !== null) return `revoked ${minute(token.revokedAt)}`;
  if (token.legacy) return "unhashed";
  if (token.expiresAt === null) return "valid";
  return isExpired(token) ? "expired" : `until ${minute(token.expiresAt)}`;
}

export function isExpired({ expiresAt }: TokenRow): boolean {
  return expiresAt !== null && Date.parse(expiresAt) <= Date.now();
}

/** `2026-01-02 03:04Z`. */
function minute(iso: string | null): string {
  return iso === null ? "-" : `${iso.slice(0, 16).replace("T", " ")}Z`;
}
