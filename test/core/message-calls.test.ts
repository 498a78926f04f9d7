/** The service `seabird.messages.v1.Messages` over native gRPC, gRPC-Web and JSON. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { create } from "@bufbuild/protobuf";
import { type ChatRequest, FEATURES, Messages, Seabird, Support } from "@seabird-chat/protocol";
import { startCore, type TestCore } from "../support/core.ts";
import { RawClient } from "../support/grpc-client.ts";
import { RawBackend } from "../support/raw-backend.ts";
import { openWires, type Wire, type WireCallOptions, type WireEnd } from "../support/wires.ts";

const rpc = Messages.method;
const STATUS = { OK: 0, INVALID_ARGUMENT: 3, PERMISSION_DENIED: 7, FAILED_PRECONDITION: 9 };
/** A backend that declared every feature, and one that knows of none. */
const ABLE = "irc://able";
const OLD = "irc://old";

const messageIds = ["m1", "m2"];
const emoji = { text: "👍" };
const inChannel = (backend: string) => ({
  conversation: { where: { case: "channelId", value: `${backend}/c` } } as const,
});

interface Row {
  readonly refusal: string;
  call(wire: Wire, backend: string, options: WireCallOptions): Promise<WireEnd>;
  readonly response: object;
}

const ROWS: readonly Row[] = [
  {
    refusal: "edit messages",
    call: (wire, backend, options) => {
      const request = { ...inChannel(backend), messageIds, text: "new" };
      return wire.unary(rpc.editMessage, request, options);
    },
    response: create(rpc.editMessage.output, { result: { messageIds, degraded: ["emoji"] } }),
  },
  {
    refusal: "delete messages",
    call: (wire, backend, options) =>
      wire.unary(rpc.deleteMessages, { ...inChannel(backend), messageIds }, options),
    response: create(rpc.deleteMessages.output, { failed: { m2: "too old" } }),
  },
  {
    refusal: "react to messages",
    call: (wire, backend, options) =>
      wire.unary(rpc.react, { ...inChannel(backend), messageId: "m1", emoji }, options),
    response: create(rpc.react.output),
  },
  {
    refusal: "show typing",
    call: (wire, backend, options) =>
      wire.unary(rpc.setTyping, { ...inChannel(backend), isActive: true }, options),
    response: create(rpc.setTyping.output),
  },
  {
    refusal: "list members",
    call: (wire, backend, options) =>
      wire.unary(rpc.listMembers, { channelId: `${backend}/c` }, options),
    response: create(rpc.listMembers.output, {
      members: [{ user: { id: `${ABLE}/ann` } }],
      isComplete: true,
    }),
  },
];

function answer({ inner }: ChatRequest) {
  if (inner.case === "listMembers") {
    const members = [{ user: { id: "ann" } }];
    return { case: "members", value: { members, isComplete: true } } as const;
  }
  const result = { messageIds, degraded: ["emoji"] };
  return { case: "success", value: { result, failed: { m2: "too old" } } } as const;
}

for (const name of ["grpc", "grpc_web", "connect_json"] as const) {
  describe(`calls on messages over ${name}`, () => {
    let core: TestCore;
    let wires: readonly Wire[];
    let wire: Wire;
    let backends: readonly RawBackend[];
    let plugin: WireCallOptions;

    before(async () => {
      core = await startCore({});
      const token = await core.token(["backend:*/*"]);
      const old = await RawBackend.connect(core.url, token, "irc", "old");
      const able = new RawBackend(new RawClient(core.url, { token }));
      const features = Object.fromEntries(FEATURES.map((feature) => [feature, Support.FULL]));
      const backendInfo = { type: "irc", id: "able" };
      able.send({ inner: { case: "hello", value: { backendInfo, capabilities: { features } } } });
      await able.call.headersCame();
      for (const backend of [old, able]) backend.respond = answer;
      backends = [old, able];
      wires = openWires(core.url);
      wire = wires.find((each) => each.name === name) as Wire;
      plugin = { authorization: `Bearer ${await core.token(["plugin"])}` };
    });

    after(async () => {
      await Promise.all([...wires, ...backends].map((each) => each.close()));
      await core.close();
    });

    for (const { refusal, call, response } of ROWS) {
      test(`a backend that can ${refusal}`, async () => {
        const end = await call(wire, ABLE, plugin);
        assert.equal(end.status, STATUS.OK, end.message);
        assert.deepEqual(end.response, response);
      });

      test(`a backend that cannot ${refusal}`, async () => {
        const end = await call(wire, OLD, plugin);
        assert.equal(end.message, `${OLD} cannot ${refusal}`);
        assert.equal(end.status, STATUS.FAILED_PRECONDITION);
      });
    }

    test("needs the scope plugin, and further ones for what needs them", async () => {
      const authorization = `Bearer ${await core.token(["read", "private"])}`;
      const read = await ROWS[0]?.call(wire, ABLE, { authorization });
      assert.equal(read?.status, STATUS.PERMISSION_DENIED);
      const persona = { displayName: "Ann" };
      const request = { channelId: `${ABLE}/c`, text: "hi", options: { persona } };
      const end = await wire.unary(Seabird.method.sendMessage, request, plugin);
      assert.equal(end.message, 'token lacks the scope "persona"');
      assert.equal(end.status, STATUS.PERMISSION_DENIED);
    });

    test("names what is missing", async () => {
      const end = await wire.unary(rpc.react, { ...inChannel(ABLE), messageId: "m1" }, plugin);
      assert.equal(end.message, "missing emoji");
      assert.equal(end.status, STATUS.INVALID_ARGUMENT);
    });
  });
}
