/** How streams begin and end, row by row, over all three wires from the same rows. */
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import {
  ChatEventSchema,
  ChatIngest,
  type ChatRequest,
  type Event,
  Seabird,
  StreamEventsRequestSchema,
} from "@seabird-chat/protocol";
import { startCore, type TestCore } from "../support/core.ts";
import { until } from "../support/until.ts";
import { openWires, type Wire, type WireCallOptions, type WireStream } from "../support/wires.ts";

type ChatEventInit = MessageInitShape<typeof ChatEventSchema>;

const rpc = Seabird.method;
const event = (init: ChatEventInit) => create(ChatEventSchema, init);
const hello = (type = "irc", id = "seabird") =>
  event({ inner: { case: "hello", value: { backendInfo: { type, id } } } });
const registering = (...names: string[]) =>
  create(StreamEventsRequestSchema, {
    commands: Object.fromEntries(names.map((name) => [name, { name }])),
  });

interface World {
  readonly core: TestCore;
  readonly wire: Wire;
  readonly authorization: string;
  bearer(scopes: readonly string[]): Promise<string>;
}

interface StreamRow {
  readonly what: string;
  readonly run: (world: World) => Promise<WireStream>;
  readonly status: number;
  /** The same where the wire is JSON; default: `status`. */
  readonly jsonStatus?: number;
  readonly message: string | RegExp;
}

function openEvents({ wire, authorization }: World, options: WireCallOptions = {}): WireStream {
  return wire.stream(rpc.streamEvents, { authorization, ...options });
}

function openIngest({ wire, authorization }: World, options: WireCallOptions = {}): WireStream {
  return wire.stream(ChatIngest.method.ingestEvents, { authorization, ...options });
}

/** An ingest stream that has sent these. */
const sending =
  (...events: readonly ReturnType<typeof event>[]) =>
  async (world: World) => {
    const stream = openIngest(world);
    for (const each of events) stream.send(each);
    return stream;
  };

const ROWS: readonly StreamRow[] = [
  {
    what: "a backend closed before Hello",
    run: async (world) => {
      const stream = openIngest(world);
      stream.halfClose();
      return stream;
    },
    status: 3,
    message: /./,
  },
  {
    what: "a first event that is no Hello",
    run: sending(event({ inner: { case: "success", value: {} } })),
    status: 3,
    message: /./,
  },
  { what: "a Hello without a type", run: sending(hello("", "x")), status: 3, message: /./ },
  { what: "a Hello without an id", run: sending(hello("irc", "")), status: 3, message: /./ },
  { what: "a second Hello", run: sending(hello(), hello()), status: 3, message: /./ },
  {
    what: "a backend that is connected already",
    run: async (world) => {
      const first = openIngest(world);
      first.send(hello());
      await until("the first", () => world.core.core.broker.stats().backends === 1);
      return sending(hello())(world);
    },
    status: 6,
    message: /./,
  },
  {
    what: "a backend that leaves",
    run: async (world) => {
      const stream = await sending(hello())(world);
      stream.halfClose();
      return stream;
    },
    status: 0,
    message: "",
  },
  {
    what: "bytes that are no ChatEvent",
    run: async (world) => {
      const stream = await sending(hello())(world);
      stream.sendGarbage();
      return stream;
    },
    status: 13,
    jsonStatus: 3,
    message: /ChatEvent|chat event/,
  },
  {
    what: "a token that may not be that backend",
    run: async (world) => {
      const authorization = await world.bearer(["backend:discord/*"]);
      return sending(hello())({ ...world, authorization });
    },
    status: 7,
    message: /backend:irc\/seabird/,
  },
  {
    what: "a stream without a token",
    run: async ({ wire }) => {
      const stream = wire.stream(rpc.streamEvents);
      stream.send(registering());
      stream.halfClose();
      return stream;
    },
    status: 16,
    message: "missing authorization header",
  },
  {
    what: "a reader that registers commands",
    run: async (world) => {
      const stream = openEvents(world, { authorization: await world.bearer(["read"]) });
      stream.send(registering("roll"));
      stream.halfClose();
      return stream;
    },
    status: 7,
    message: 'token lacks the scope "plugin"',
  },
  {
    what: "a command that another stream holds",
    run: async (world) => {
      const first = openEvents(world);
      first.send(registering("roll"));
      first.halfClose();
      await until("the first", () => world.core.core.broker.stats().commands === 1);
      const second = openEvents(world);
      second.send(registering("dice", "roll"));
      second.halfClose();
      await second.end();
      // None of its other commands either.
      assert.equal(world.core.core.broker.stats().commands, 1);
      return second;
    },
    status: 6,
    message: 'command "roll" already registered by another plugin',
  },
  {
    what: "a stream that reaches its caller's limit in time",
    run: async (world) => {
      const stream = openEvents(world, { timeout: 100 });
      stream.send(registering());
      stream.halfClose();
      return stream;
    },
    status: 4,
    message: "request timed out",
  },
  {
    what: "a stream whose token is revoked",
    run: async (world) => {
      const { token, secret } = await world.core.core.tokens.create({
        name: "short",
        scopes: ["plugin"],
      });
      const stream = openEvents(world, { authorization: `Bearer ${secret}` });
      stream.send(registering());
      stream.halfClose();
      await stream.opened();
      await world.core.core.tokens.revoke(token.id);
      return stream;
    },
    status: 16,
    message: "token revoked",
  },
  {
    what: "a stream whose token expires",
    run: async (world) => {
      const { secret } = await world.core.core.tokens.create({
        name: "brief",
        scopes: ["plugin"],
        expiresInMs: 500,
      });
      const stream = openEvents(world, { authorization: `Bearer ${secret}` });
      stream.send(registering());
      stream.halfClose();
      return stream;
    },
    status: 16,
    message: "token expired",
  },
  {
    what: "a stream while core goes down",
    run: async (world) => {
      const stream = openEvents(world);
      stream.send(registering());
      stream.halfClose();
      await stream.opened();
      void world.core.close();
      return stream;
    },
    status: 14,
    message: "core is shutting down",
  },
  {
    what: "a backend while core goes down",
    run: async (world) => {
      const stream = await sending(hello())(world);
      await stream.opened();
      void world.core.close();
      return stream;
    },
    status: 14,
    message: "core is shutting down",
  },
  {
    what: "a stream of an unknown encoding",
    run: async (world) => {
      const stream = openEvents(world, { encoding: "br" });
      stream.halfClose();
      return stream;
    },
    status: 12,
    message: /"br"/,
  },
  {
    what: "a backend of an unknown encoding",
    run: async (world) => openIngest(world, { encoding: "br" }),
    status: 12,
    message: /"br"/,
  },
  {
    what: "a backend's message that is larger than may be",
    run: async (world) => {
      const text = "x".repeat(4_200_000);
      return sending(hello(), event({ inner: { case: "message", value: { text } } }))(world);
    },
    status: 8,
    message: /^message too large: /,
  },
  {
    what: "a stream that an administrator ends",
    run: async (world) => {
      const stream = openEvents(world);
      stream.send(registering());
      stream.halfClose();
      await stream.opened();
      const [status] = world.core.core.broker.status().streams;
      world.core.core.broker.disconnect(status?.id ?? "", "go home");
      return stream;
    },
    status: 14,
    message: "go home",
  },
];

async function world(t: TestContext, name: Wire["name"]): Promise<World> {
  const core = await startCore({}, t);
  const wires = openWires(core.url);
  t.after(() => Promise.all(wires.map((wire) => wire.close())));
  const wire = wires.find((each) => each.name === name);
  assert.ok(wire !== undefined);
  const bearer = async (scopes: readonly string[]) => `Bearer ${await core.token(scopes)}`;
  return { core, wire, bearer, authorization: await bearer(["plugin", "backend:*/*"]) };
}

for (const name of ["grpc", "grpc_web", "connect_json"] as const) {
  for (const row of ROWS) {
    test(`${row.what}, over ${name}`, async (t) => {
      const stream = await row.run(await world(t, name));
      const end = await stream.end();
      const status = (name === "connect_json" && row.jsonStatus) || row.status;
      assert.equal(end.status, status, `got "${end.message}"`);
      if (typeof row.message === "string") assert.equal(end.message, row.message);
      else assert.match(end.message, row.message);
    });
  }

  test(`a line of chat and its answer, over ${name}`, async (t) => {
    const there = await world(t, name);
    const events = openEvents(there);
    events.send(registering());
    events.halfClose();
    await events.opened();
    const backend = await sending(hello())(there);
    await backend.opened();
    const source = { channelId: "#chan", user: { id: "u", displayName: "Ann" } };
    backend.send(event({ inner: { case: "message", value: { source, text: "hi" } } }));
    const [message] = (await events.nextMessages(1)) as readonly Event[];
    assert.equal(
      message?.inner.case === "message" && message.inner.value.source?.channelId,
      "irc://seabird/%23chan",
    );
    const sent = there.wire.unary(
      rpc.sendMessage,
      { channelId: "irc://seabird/%23chan", text: "hello" },
      { authorization: there.authorization },
    );
    const [request] = (await backend.nextMessages(1)) as readonly ChatRequest[];
    backend.send(event({ id: request?.id ?? "", inner: { case: "success", value: {} } }));
    assert.equal((await sent).status, 0);
    await events.nextMessages(2);
  });
}
