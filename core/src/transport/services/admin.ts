/** The methods of `seabird.admin.v1.Admin`: tokens, streams, backends, live status. */
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import {
  Admin,
  type CreateTokenRequest,
  CreateTokenResponseSchema,
  type DisconnectRequest,
  DisconnectResponseSchema,
  GetServerInfoResponseSchema,
  ImportTokensResponseSchema,
  ListConnectionsResponseSchema,
  ListStreamsResponseSchema,
  type ListTokensRequest,
  ListTokensResponseSchema,
  type RevokeTokenRequest,
  RevokeTokenResponseSchema,
  type TokenSchema,
} from "@seabird-chat/protocol/admin";
import { TokenError } from "../../auth/token-error.ts";
import type { TokenRecord } from "../../auth/token-record.ts";
import type { TokenAdmin } from "../../auth/tokens.ts";
import type { Broker } from "../../broker/broker.ts";
import { BrokerError } from "../../broker/errors.ts";
import type { Method, UnaryMethod } from "../calls/method.ts";
import { backendMessage, StatusSource, streamMessage } from "./status-source.ts";

export interface AdminDeps {
  readonly broker: Broker;
  readonly tokens: TokenAdmin;
  readonly version: string;
  /** Unix milliseconds. */
  readonly startedAtMs: number;
  /** The limits in force, named as in docs/running-core.md. */
  readonly limits: Readonly<Record<string, number>>;
}

const DEFAULT_REASON = "disconnected by an administrator";

export function adminMethods(deps: AdminDeps): readonly Method[] {
  const { broker, tokens } = deps;
  const rpc = Admin.method;
  return [
    unary(rpc.createToken, (request) => createToken(tokens, request as CreateTokenRequest)),
    unary(rpc.listTokens, async (request) => {
      const { includeRevoked } = request as ListTokensRequest;
      const records = await tokens.list({ includeRevoked });
      return create(ListTokensResponseSchema, { tokens: records.map(tokenMessage) });
    }),
    unary(rpc.revokeToken, async (request) => {
      const record = await tokens.revoke((request as RevokeTokenRequest).id);
      return create(RevokeTokenResponseSchema, { token: tokenMessage(record) });
    }),
    unary(rpc.importTokens, async () => {
      const records = await tokens.importLegacy();
      return create(ImportTokensResponseSchema, { tokens: records.map(tokenMessage) });
    }),
    unary(rpc.listStreams, () =>
      create(ListStreamsResponseSchema, { streams: broker.status().streams.map(streamMessage) }),
    ),
    unary(rpc.listConnections, () =>
      create(ListConnectionsResponseSchema, {
        backends: broker.status().backends.map(backendMessage),
      }),
    ),
    unary(rpc.disconnect, (request) => {
      const { id, reason } = request as DisconnectRequest;
      broker.disconnect(id, reason === "" ? DEFAULT_REASON : reason);
      return create(DisconnectResponseSchema);
    }),
    unary(rpc.getServerInfo, () => serverInfo(deps)),
    {
      kind: "server_streaming",
      desc: rpc.watchStatus,
      access: ["admin"],
      handle: () => new StatusSource(broker.watchStatus()),
    },
  ];
}

function unary(desc: UnaryMethod["desc"], handle: UnaryMethod["handle"]): UnaryMethod {
  return {
    kind: "unary",
    desc,
    access: ["admin"],
    handle(request, call) {
      const reply = handle(request, call);
      return reply instanceof Promise ? reply.catch(rethrow) : reply;
    },
  };
}

/** Turns errors of auth into BrokerErrors. */
function rethrow(reason: unknown): never {
  if (!(reason instanceof TokenError)) throw reason;
  throw new BrokerError(reason.code, reason.message, { cause: reason });
}

async function createToken(tokens: TokenAdmin, request: CreateTokenRequest) {
  const { name, scopes, expiresIn } = request;
  const { token, secret } = await tokens.create({
    name,
    scopes,
    expiresInMs: expiresIn === undefined ? undefined : durationMs(expiresIn),
  });
  return create(CreateTokenResponseSchema, { token: tokenMessage(token), secret });
}

function durationMs({ seconds, nanos }: { seconds: bigint; nanos: number }): number {
  const ms = Number(seconds) * 1_000 + nanos / 1e6;
  if (ms > 0) return ms;
  throw new BrokerError("bad_request", `expires_in is ${ms} ms; allowed is more than 0`);
}

function tokenMessage(record: TokenRecord): MessageInitShape<typeof TokenSchema> {
  return {
    id: record.id,
    name: record.name,
    scopes: [...record.scopes],
    legacy: record.origin === "legacy",
    ...at("createdAt", record.createdAtMs),
    ...at("lastUsedAt", record.lastUsedAtMs),
    ...at("expiresAt", record.expiresAtMs),
    ...at("revokedAt", record.revokedAtMs),
  };
}

function at(name: string, ms: number | undefined) {
  return ms === undefined ? {} : { [name]: timestampFromMs(ms) };
}

function serverInfo({ version, startedAtMs, limits }: AdminDeps) {
  return create(GetServerInfoResponseSchema, {
    version,
    startedAt: timestampFromMs(startedAtMs),
    limits: Object.fromEntries(
      Object.entries(limits).map(([name, value]) => [name, BigInt(Math.floor(value))]),
    ),
  });
}
