/** Administration of tokens, wherever they are kept: the same verbs for a running core and a file. */
import { durationFromMs, timestampMs } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError } from "@connectrpc/connect";
import type { Token } from "@seabird-chat/protocol/admin";
import { EXIT } from "@seabird-chat/runtime";
import { callFailure, isConnectionFailure } from "../client/call-failure.ts";
import { type Clients, createClients } from "../client/clients.ts";
import {
  type ConnectionOptions,
  isOnThisMachine,
  requireToken,
  resolveSettings,
  type Settings,
} from "../client/settings.ts";
import { CliError } from "../process/cli-error.ts";
import { TokenFile } from "./token-file.ts";
import type { TokenAdmin, TokenRow } from "./token-rows.ts";

/** Until core has answered. After that it counts as running, and is asked. */
const PROBE_TIMEOUT_MS = 3_000;

export interface TokenAdminOptions extends ConnectionOptions {
  /** Work on the database file whether core is up or not. */
  readonly offline?: boolean;
}

/** Runs the work on the running core, or on the database file if none is there. */
export async function withTokenAdmin<T>(
  options: TokenAdminOptions,
  work: (admin: TokenAdmin) => Promise<T>,
): Promise<T> {
  if (options.offline === true) return await work(new TokenFile());
  const settings = resolveSettings(options);
  if (!(await isThere(settings))) return await work(offlineInstead(settings));
  const clients = createClients(settings.url, requireToken(settings));
  try {
    return await work(onlineAdmin(clients));
  } catch (error) {
    throw callFailure(error, settings);
  } finally {
    clients.close();
  }
}

/** Another machine's tokens are not in a file here. */
function offlineInstead(settings: Settings): TokenAdmin {
  if (isOnThisMachine(settings.url)) return new TokenFile();
  throw new CliError(
    EXIT.unreachable,
    `cannot reach core at ${settings.url}`,
    "give --offline to work on the database file of this machine",
  );
}

/** Whether core answers; a refusal is an answer too. */
async function isThere({ url }: Settings): Promise<boolean> {
  const clients = createClients(url, undefined);
  try {
    await clients.health.check({}, { timeoutMs: PROBE_TIMEOUT_MS });
    return true;
  } catch (error) {
    if (isConnectionFailure(error)) return false;
    return ConnectError.from(error).code !== Code.Unavailable;
  } finally {
    clients.close();
  }
}

function onlineAdmin({ admin, url }: Clients): TokenAdmin {
  return {
    where: `the core at ${url}`,
    async create({ name, scopes, expiresInMs }) {
      const expiry = expiresInMs === undefined ? {} : { expiresIn: durationFromMs(expiresInMs) };
      const { token, secret } = await admin.createToken({ name, scopes: [...scopes], ...expiry });
      return { token: rowOf(token), secret };
    },
    async list(includeRevoked) {
      return (await admin.listTokens({ includeRevoked })).tokens.map(tokenRow);
    },
    async revoke(id) {
      return rowOf((await admin.revokeToken({ id })).token);
    },
    async importLegacy() {
      return (await admin.importTokens({})).tokens.map(tokenRow);
    },
  };
}

function rowOf(token: Token | undefined): TokenRow {
  if (token !== undefined) return tokenRow(token);
  throw new CliError(EXIT.internal, "core answered without a token");
}

function tokenRow(token: Token): TokenRow {
  const iso = (at: Token["createdAt"]) =>
    at === undefined ? null : new Date(timestampMs(at)).toISOString();
  return {
    id: token.id,
    name: token.name,
    scopes: token.scopes,
    createdAt: iso(token.createdAt),
    lastUsedAt: iso(token.lastUsedAt),
    expiresAt: iso(token.expiresAt),
    revokedAt: iso(token.revokedAt),
    legacy: token.legacy,
  };
}
