/**
 * The tables of the protocol, row by row: each runs over native gRPC, gRPC-Web and Connect
 * with JSON, from the same row.
 */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Seabird } from "@seabird-chat/protocol";
import { startCore, type TestCore } from "../support/core.ts";
import { RawBackend, type Responder } from "../support/raw-backend.ts";
import { until } from "../support/until.ts";
import { openWires, type Wire, type WireCallOptions, type WireEnd } from "../support/wires.ts";

const rpc = Seabird.method;
const CHANNEL = "irc://seabird/%23chan";
const ABSENT = "irc://nowhere/%23chan";
const SHORT_TIMEOUT_MS = 1_000;

const STATUS = {
  OK: 0,
  UNKNOWN: 2,
  INVALID_ARGUMENT: 3,
  DEADLINE_EXCEEDED: 4,
  NOT_FOUND: 5,
  PERMISSION_DENIED: 7,
  RESOURCE_EXHAUSTED: 8,
  UNIMPLEMENTED: 12,
  INTERNAL: 13,
  UNAVAILABLE: 14,
  UNAUTHENTICATED: 16,
} as const;

interface World {
  readonly core: TestCore;
  readonly wire: Wire;
  readonly backend: RawBackend;
  /** `Bearer` and a token that may do everything a plugin may. */
  readonly plugin: WireCallOptions;
  readonly tokens: Readonly<Record<"read" | "shy" | "metrics" | "backend", string>>;
}

interface Row {
  readonly what: string;
  /** How the backend answers while this row runs; default: Success. */
  readonly respond?: Responder;
  readonly call: (world: World) => Promise<WireEnd>;
  readonly status: keyof typeof STATUS;
  /** The same where the wire is JSON, which says more of what is wrong; default: `status`. */
  readonly jsonStatus?: keyof typeof STATUS;
  readonly message: string | RegExp;
  /** What stands in the trailers, or where the wire has them. */
  readonly metadata?: Readonly<Record<string, RegExp>>;
  /** How many events it makes for everybody to see; default: none. */
  readonly announces?: number;
}

const send = (channelId: string, options: WireCallOptions = {}) => ({
  call: ({ wire, plugin }: Pick<World, "wire" | "plugin">) =>
    wire.unary(rpc.sendMessage, { channelId, text: "hi" }, { ...plugin, ...options }),
});

/** An action that has core's usual time. */
const wave = (
  { wire, plugin }: Pick<World, "wire" | "plugin">,
  channelId: string,
  text = "waves",
) => wire.unary(rpc.performAction, { channelId, text }, plugin);

const bold = { inner: { case: "bold", value: {} } } as const;

const ROWS: readonly Row[] = [
  {
    what: "send to an absent backend",
    ...send(ABSENT),
    status: "NOT_FOUND",
    message: "unknown backend",
    announces: 1,
  },
  {
    what: "join at an absent backend",
    call: ({ wire, plugin }) =>
      wire.unary(rpc.joinChannel, { backendId: "irc://nowhere", channelName: "#c" }, plugin),
    status: "NOT_FOUND",
    message: "unknown backend",
  },
  {
    what: "leave at an absent backend",
    call: ({ wire, plugin }) => wire.unary(rpc.leaveChannel, { channelId: ABSENT }, plugin),
    status: "NOT_FOUND",
    message: "unknown backend",
  },
  {
    what: "update at an absent backend",
    call: ({ wire, plugin }) => wire.unary(rpc.updateChannelInfo, { channelId: ABSENT }, plugin),
    status: "NOT_FOUND",
    message: "unknown backend",
  },
  {
    what: "info of an absent backend",
    call: ({ wire, plugin }) =>
      wire.unary(rpc.getBackendInfo, { backendId: "irc://nowhere" }, plugin),
    status: "NOT_FOUND",
    message: "backend not found",
  },
  {
    what: "channels of an absent backend",
    call: ({ wire, plugin }) =>
      wire.unary(rpc.listChannels, { backendId: "irc://nowhere" }, plugin),
    status: "NOT_FOUND",
    message: "backend not found",
  },
  {
    what: "a channel of an absent backend",
    call: ({ wire, plugin }) => wire.unary(rpc.getChannelInfo, { channelId: ABSENT }, plugin),
    status: "NOT_FOUND",
    message: "backend not found",
  },
  {
    what: "a channel that is not tracked",
    call: ({ wire, plugin }) =>
      wire.unary(rpc.getChannelInfo, { channelId: "irc://seabird/%23other" }, plugin),
    status: "NOT_FOUND",
    message: "channel not found",
  },
  {
    what: "the backend refuses",
    respond: () => ({ case: "failed", value: { reason: "no such nick: 100 % café\n" } }),
    ...send(CHANNEL),
    status: "UNKNOWN",
    message: "no such nick: 100 % café\n",
    announces: 1,
  },
  {
    what: "the backend refuses at length",
    respond: () => ({ case: "failed", value: { reason: "é".repeat(5_000) } }),
    ...send(CHANNEL),
    status: "UNKNOWN",
    message: "é".repeat(512),
    announces: 1,
  },
  {
    what: "the backend refuses without a reason",
    respond: () => ({ case: "failed", value: {} }),
    ...send(CHANNEL),
    status: "UNKNOWN",
    message: "backend gave no reason",
    announces: 1,
  },
  {
    what: "the backend answers something else",
    respond: () => ({ case: "metadata", value: {} }),
    ...send(CHANNEL),
    status: "INTERNAL",
    message: "unexpected chat event",
    announces: 1,
  },
  {
    what: "backend info answered with Success",
    call: ({ wire, plugin }) =>
      wire.unary(rpc.getBackendInfo, { backendId: "irc://seabird" }, plugin),
    status: "INTERNAL",
    message: "unexpected chat event",
  },
  {
    what: "the backend does not answer in core's time",
    respond: () => undefined,
    ...send(CHANNEL),
    status: "DEADLINE_EXCEEDED",
    message: "request timed out",
    announces: 1,
  },
  {
    what: "the backend does not answer in the caller's time",
    respond: () => undefined,
    call: ({ wire, plugin }) =>
      wire.unary(
        rpc.performAction,
        { channelId: CHANNEL, text: "waves" },
        { ...plugin, timeout: 100 },
      ),
    status: "DEADLINE_EXCEEDED",
    message: "request timed out",
    announces: 1,
  },
  {
    what: "the backend leaves while it is waited for",
    async call({ core, wire, plugin, tokens }) {
      const leaver = await RawBackend.connect(core.url, tokens.backend, "irc", "leaver");
      leaver.respond = () => undefined;
      const end = wave({ wire, plugin }, "irc://leaver/%23chan");
      await until("the request", () => leaver.requests.length === 1);
      leaver.call.end();
      await end;
      await leaver.close();
      return end;
    },
    status: "UNAVAILABLE",
    message: "backend disconnected",
    announces: 1,
  },
  {
    what: "the backend's connection breaks while it is waited for",
    async call({ core, wire, plugin, tokens }) {
      const leaver = await RawBackend.connect(core.url, tokens.backend, "irc", "breaker");
      leaver.respond = () => undefined;
      const call = { backendId: "irc://breaker", channelName: "#c" };
      const end = wire.unary(rpc.joinChannel, call, plugin);
      await until("the request", () => leaver.requests.length === 1);
      await leaver.close();
      return end;
    },
    status: "UNAVAILABLE",
    message: "backend disconnected",
  },
  {
    what: "the backend has too many requests in flight",
    respond: () => undefined,
    async call({ wire, plugin, backend }) {
      const before = backend.requests.length;
      const first = wave({ wire, plugin }, CHANNEL);
      await until("the request", () => backend.requests.length > before);
      const end = await wave({ wire, plugin }, CHANNEL);
      const id = backend.requests.at(-1)?.id ?? "";
      backend.send({ id, inner: { case: "success", value: {} } });
      await first;
      return end;
    },
    status: "RESOURCE_EXHAUSTED",
    message: /^too many requests in flight, limit 1, /,
    metadata: { "retry-after-ms": /^[1-9][0-9]*$/ },
    announces: 1,
  },
  {
    what: "a message that is too large after normalising",
    call: (world) => wave(world, CHANNEL, "x".repeat(2_000_000)),
    status: "RESOURCE_EXHAUSTED",
    message: /^message too large: [0-9]+ bytes after normalising, limit 3670016$/,
  },
  {
    what: "a message that is too large before that",
    call: (world) => wave(world, CHANNEL, "x".repeat(4_200_000)),
    status: "RESOURCE_EXHAUSTED",
    message: /^message too large: /,
  },
  {
    what: "no message",
    ...send(CHANNEL, { copies: 0 }),
    status: "INTERNAL",
    jsonStatus: "INVALID_ARGUMENT",
    message: /./,
  },
  {
    what: "two messages",
    ...send(CHANNEL, { copies: 2 }),
    status: "INTERNAL",
    jsonStatus: "INVALID_ARGUMENT",
    message: /./,
  },
  {
    what: "join answered with JoinChannel",
    respond: () => ({ case: "joinChannel", value: { channelId: "#new" } }),
    call: ({ wire, plugin }) =>
      wire.unary(rpc.joinChannel, { backendId: "irc://seabird", channelName: "#new" }, plugin),
    status: "OK",
    message: "",
  },
  {
    what: "leave answered with LeaveChannel",
    respond: () => ({ case: "leaveChannel", value: { channelId: "#new" } }),
    call: ({ wire, plugin }) =>
      wire.unary(rpc.leaveChannel, { channelId: "irc://seabird/%23new" }, plugin),
    status: "OK",
    message: "",
  },
  {
    what: "update answered with ChangeChannel",
    respond: () => ({ case: "changeChannel", value: { channelId: "#chan" } }),
    call: ({ wire, plugin }) => wire.unary(rpc.updateChannelInfo, { channelId: CHANNEL }, plugin),
    status: "OK",
    message: "",
  },
  {
    what: "backend info answered with Metadata",
    respond: () => ({ case: "metadata", value: { values: { a: "b" } } }),
    call: ({ wire, plugin }) =>
      wire.unary(rpc.getBackendInfo, { backendId: "irc://seabird" }, plugin),
    status: "OK",
    message: "",
  },
  {
    what: "join answered with LeaveChannel",
    respond: () => ({ case: "leaveChannel", value: { channelId: "#new" } }),
    call: ({ wire, plugin }) =>
      wire.unary(rpc.joinChannel, { backendId: "irc://seabird", channelName: "#new" }, plugin),
    status: "INTERNAL",
    message: "unexpected chat event",
  },
  {
    what: "a bad channel id",
    ...send("irc"),
    status: "INVALID_ARGUMENT",
    message: "failed to parse channel_id",
  },
  {
    what: "a bad user id",
    call: ({ wire, plugin }) =>
      wire.unary(rpc.sendPrivateMessage, { userId: "irc://chat", text: "x" }, plugin),
    status: "INVALID_ARGUMENT",
    message: "failed to parse user_id",
  },
  {
    what: "a bad backend id",
    call: ({ wire, plugin }) => wire.unary(rpc.joinChannel, { backendId: "irc" }, plugin),
    status: "INVALID_ARGUMENT",
    message: "failed to parse backend_id",
  },
  {
    what: "a bad block",
    call: ({ wire, plugin }) =>
      wire.unary(rpc.sendMessage, { channelId: CHANNEL, rootBlock: bold }, plugin),
    status: "INVALID_ARGUMENT",
    message: "bold block missing inner block",
  },
  {
    what: "no authorization",
    call: ({ wire }) => wire.unary(rpc.getCoreInfo, {}),
    status: "UNAUTHENTICATED",
    message: "missing authorization header",
  },
  {
    what: "another scheme",
    call: ({ wire }) => wire.unary(rpc.getCoreInfo, {}, { authorization: "Basic" }),
    status: "UNAUTHENTICATED",
    message: "unknown auth method",
  },
  {
    what: "a scheme and no token",
    call: ({ wire }) => wire.unary(rpc.getCoreInfo, {}, { authorization: "bearer " }),
    status: "UNAUTHENTICATED",
    message: "missing auth token",
  },
  {
    what: "a token that is none",
    call: ({ wire }) => wire.unary(rpc.getCoreInfo, {}, { authorization: "Bearer sbd_no such" }),
    status: "UNAUTHENTICATED",
    message: "invalid auth token",
  },
  {
    what: "an action without the scope",
    call: ({ wire, tokens }) =>
      wire.unary(
        rpc.sendMessage,
        { channelId: CHANNEL, text: "hi" },
        { authorization: tokens.read },
      ),
    status: "PERMISSION_DENIED",
    message: 'token lacks the scope "plugin"',
  },
  {
    what: "a list without the scope",
    call: ({ wire, tokens }) => wire.unary(rpc.listBackends, {}, { authorization: tokens.metrics }),
    status: "PERMISSION_DENIED",
    message: 'token lacks the scope "plugin"',
  },
  {
    what: "a private message without the scope",
    call: ({ wire, tokens }) =>
      wire.unary(
        rpc.sendPrivateMessage,
        { userId: "irc://seabird/ann", text: "hi" },
        { authorization: tokens.shy },
      ),
    status: "PERMISSION_DENIED",
    message: 'token lacks the scope "private"',
  },
  {
    what: "an unknown method",
    call: ({ wire, plugin }) => wire.path("/seabird.Seabird/Dance", plugin),
    status: "UNIMPLEMENTED",
    message: /Dance/,
  },
  {
    what: "an unknown service",
    call: ({ wire, plugin }) => wire.path("/seabird.Nothing/SendMessage", plugin),
    status: "UNIMPLEMENTED",
    message: /Nothing/,
  },
  {
    what: "an unknown encoding",
    ...send(CHANNEL, { encoding: "br" }),
    status: "UNIMPLEMENTED",
    message: /"br"/,
  },
  {
    what: "bytes that do not decode",
    ...send(CHANNEL, { garbage: true }),
    status: "INTERNAL",
    jsonStatus: "INVALID_ARGUMENT",
    message: /SendMessageRequest/,
  },
  {
    what: "a malformed timeout",
    ...send(CHANNEL, { timeout: "malformed" }),
    status: "INTERNAL",
    message: /malformed/,
  },
  {
    what: "a timeout of zero",
    ...send(CHANNEL, { timeout: "zero" }),
    status: "DEADLINE_EXCEEDED",
    message: "request timed out",
  },
];

for (const name of ["grpc", "grpc_web", "connect_json"] as const) {
  describe(`the tables of the protocol over ${name}`, () => {
    let core: TestCore;
    let world: World;

    before(async () => {
      core = await startCore({
        brokerOptions: { actionTimeoutMs: SHORT_TIMEOUT_MS, maxRequestsInFlightPerBackend: 1 },
      });
      const bearer = async (scopes: readonly string[]) => `Bearer ${await core.token(scopes)}`;
      const backendToken = await core.token(["backend:*/*"]);
      const backend = await RawBackend.connect(core.url, backendToken);
      backend.join("#chan");
      world = {
        core,
        wire: wireNamed(core.url, name),
        backend,
        plugin: { authorization: await bearer(["plugin"]) },
        tokens: {
          read: await bearer(["read"]),
          shy: await bearer(["plugin", "-private"]),
          metrics: await bearer(["metrics"]),
          backend: backendToken,
        },
      };
    });

    after(async () => {
      await world.wire.close();
      await world.backend.close();
      await core.close();
    });

    for (const row of ROWS) {
      test(row.what, async () => {
        world.backend.respond = row.respond ?? (() => ({ case: "success", value: {} }));
        const { broker } = core.core;
        const before = broker.stats().lastSequence;
        const end = await row.call(world);
        const isJson = world.wire.name === "connect_json";
        const status = (isJson && row.jsonStatus) || row.status;
        assert.equal(end.status, STATUS[status], `${status}, got "${end.message}"`);
        if (typeof row.message === "string") assert.equal(end.message, row.message);
        else assert.match(end.message, row.message);
        for (const [name, value] of Object.entries(row.metadata ?? {})) {
          assert.match(end.metadata.get(name) ?? "", value);
        }
        assert.equal(broker.stats().lastSequence - before, row.announces ?? 0);
      });
    }

    test("a call that is fine", async () => {
      world.backend.respond = () => ({ case: "success", value: {} });
      const end = await send(CHANNEL).call(world);
      assert.deepEqual([end.status, end.message], [0, ""]);
      assert.equal(world.backend.requests.at(-1)?.inner.case, "sendMessage");
    });
  });
}

function wireNamed(url: string, name: Wire["name"]): Wire {
  const wires = openWires(url);
  const [wanted, ...others] = [...wires].sort((a) => (a.name === name ? -1 : 1));
  for (const other of others) void other.close();
  assert.ok(wanted !== undefined);
  return wanted;
}
