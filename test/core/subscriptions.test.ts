/** The kinds that a stream asks for, private channels and lost networks, over all three wires. */
import assert from "node:assert/strict";
import { describe, type TestContext, test } from "node:test";
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import {
  BackendChange,
  ChannelChange,
  ChatEventSchema,
  ChatIngest,
  type Event,
  Seabird,
  StreamEventsRequestSchema,
} from "@seabird-chat/protocol";
import { Admin, type ListConnectionsResponse } from "@seabird-chat/protocol/admin";
import { startCore } from "../support/core.ts";
import { until } from "../support/until.ts";
import { openWires, type Wire, type WireStream } from "../support/wires.ts";

type Inner = NonNullable<MessageInitShape<typeof ChatEventSchema>["inner"]>;

const rpc = Seabird.method;

async function world(t: TestContext, name: Wire["name"]) {
  const core = await startCore({}, t);
  const wires = openWires(core.url);
  t.after(() => Promise.all(wires.map((each) => each.close())));
  const wire = wires.find((each) => each.name === name) as Wire;
  const bearer = async (scopes: readonly string[], who = "tester") =>
    `Bearer ${await core.token(scopes, who)}`;
  const subscribe = async (kinds: readonly string[], scopes: readonly string[] = ["plugin"]) => {
    const stream = wire.stream(rpc.streamEvents, { authorization: await bearer(scopes) });
    stream.send(
      create(StreamEventsRequestSchema, {
        commands: scopes.includes("plugin") ? { [`c${kinds.length}`]: { name: "c" } } : {},
        options: { kinds: [...kinds] },
      }),
    );
    stream.halfClose();
    return stream;
  };
  const backend = async (): Promise<WireStream> => {
    const authorization = await bearer(["backend:*/*"]);
    const stream = wire.stream(ChatIngest.method.ingestEvents, { authorization });
    const value = { backendInfo: { type: "irc", id: "net" } };
    stream.send(create(ChatEventSchema, { inner: { case: "hello", value } }));
    await stream.opened();
    return stream;
  };
  return { core, wire, bearer, subscribe, backend, broker: core.core.broker };
}

const inner = (stream: WireStream, each: Inner): void =>
  stream.send(create(ChatEventSchema, { inner: each }));
const typingIn = (channelId: string): Inner => ({
  case: "typing",
  value: {
    conversation: { where: { case: "channelId", value: channelId } },
    user: { id: "ann" },
    isActive: true,
  },
});
const line = (channelId: string, text: string): Inner => ({
  case: "message",
  value: { source: { channelId, user: { id: "ann" } }, text },
});

/** What happens at the backend, in this order. */
const HAPPENS: readonly Inner[] = [
  { case: "joinChannel", value: { channelId: "open" } },
  { case: "joinChannel", value: { channelId: "group", isPrivate: true } },
  { case: "joinChannel", value: { channelId: "thread", parentId: "group" } },
  typingIn("open"),
  typingIn("thread"),
  line("open", "one"),
  line("group", "two"),
  { case: "networkState", value: { isConnected: false, reason: "gone" } },
  { case: "networkState", value: { isConnected: true } },
  { case: "changeChannel", value: { channelId: "group" } },
  { case: "leaveChannel", value: { channelId: "open" } },
  line("open", "last"),
];

/** An event in a word or two. */
function word({ inner: { case: kind, value } }: Event): string {
  if (kind === "channel") return `${ChannelChange[value.change]} ${value.channel?.id.slice(10)}`;
  if (kind === "backend") return BackendChange[value.change];
  if (kind === "typing") return `typing in ${value.conversation?.where.value?.slice(10)}`;
  assert.ok(kind === "message");
  return value.text;
}

interface Row {
  readonly kinds: readonly string[];
  readonly scopes?: readonly string[];
  readonly gets: readonly string[];
}

const ROWS: Record<string, Row> = {
  "without kinds": { kinds: [], gets: ["one", "two", "last"] },
  "without kinds and the right to private ones": {
    kinds: [],
    scopes: ["read"],
    gets: ["one", "last"],
  },
  "of messages and typing, by name": {
    kinds: ["typing", "message", "typing"],
    gets: ["typing in open", "typing in thread", "one", "two", "last"],
  },
  "of channels": {
    kinds: ["channel", "message"],
    gets: [
      "JOINED open",
      "JOINED group",
      "JOINED thread",
      "one",
      "two",
      "CHANGED group",
      "LEFT open",
      "last",
    ],
  },
  "of all kinds, without the right to private ones": {
    kinds: ["*"],
    scopes: ["read"],
    gets: [
      "CONNECTED",
      "JOINED open",
      "typing in open",
      "one",
      "NETWORK_LOST",
      "NETWORK_BACK",
      "LEFT open",
      "last",
    ],
  },
};

const TOO_MANY = Array.from({ length: 65 }, () => "message");
const REFUSED: Record<string, [readonly string[], string]> = {
  "an unknown kind": [["message", "nope"], 'unknown kind "nope"'],
  "too many kinds": [TOO_MANY, "65 kinds for one stream, limit 64"],
};

for (const name of ["grpc", "grpc_web", "connect_json"] as const) {
  describe(`subscriptions over ${name}`, () => {
    for (const [what, { kinds, scopes, gets }] of Object.entries(ROWS)) {
      test(`a stream ${what}`, async (t) => {
        const { subscribe, backend } = await world(t, name);
        const stream = await subscribe(kinds, scopes);
        await stream.opened();
        const net = await backend();
        for (const each of HAPPENS) inner(net, each);
        const events = (await stream.nextMessages(gets.length)) as readonly Event[];
        assert.deepEqual(events.map(word), gets);
      });
    }

    for (const [what, [kinds, message]] of Object.entries(REFUSED)) {
      test(`${what}: refused, and nothing is registered`, async (t) => {
        const { subscribe, broker } = await world(t, name);
        const end = await (await subscribe(kinds)).end();
        assert.deepEqual([end.status, end.message], [3, message]);
        assert.deepEqual([broker.stats().commands, broker.stats().eventStreams], [0, 0]);
      });
    }

    test("private channels are in no answer to whoever may not read private messages", async (t) => {
      const { wire, bearer, backend, broker } = await world(t, name);
      const net = await backend();
      for (const each of HAPPENS.slice(0, 3)) inner(net, each);
      await until("the channels", () => broker.stats().channels === 3);
      const ask = async (channelId: string, scopes: readonly string[]) => {
        const authorization = await bearer(scopes);
        const { status, message } = await wire.unary(
          rpc.getChannelInfo,
          { channelId },
          { authorization },
        );
        const list = await wire.unary(
          rpc.listChannels,
          { backendId: "irc://net" },
          { authorization },
        );
        assert.ok(list.response?.$typeName === "seabird.ListChannelsResponse");
        const { channels } = list.response as unknown as { channels: { id: string }[] };
        return [status, message, channels.some(({ id }) => id === channelId)];
      };
      for (const id of ["irc://net/group", "irc://net/thread"]) {
        assert.deepEqual(await ask(id, ["read"]), [5, "channel not found", false]);
        assert.deepEqual(await ask(id, ["plugin"]), [0, "", true]);
      }
      assert.deepEqual(await ask("irc://net/open", ["read"]), [0, "", true]);
    });

    test("an operator sees a lost network", async (t) => {
      const { wire, bearer, backend, broker } = await world(t, name);
      const authorization = await bearer(["admin"]);
      const net = await backend();
      const isLost = () => broker.status().backends[0]?.networkLostAtMs !== undefined;
      const listed = async () => {
        const { response } = await wire.unary(Admin.method.listConnections, {}, { authorization });
        const [first] = (response as unknown as ListConnectionsResponse).backends;
        return [first?.networkLostAt !== undefined, first?.networkReason];
      };
      inner(net, { case: "networkState", value: { isConnected: false, reason: "gone" } });
      await until("the loss", isLost);
      assert.deepEqual(await listed(), [true, "gone"]);
      inner(net, { case: "networkState", value: { isConnected: true, reason: "hello again" } });
      await until("the return", () => !isLost());
      assert.deepEqual(await listed(), [false, ""]);
    });
  });
}
