/** The service `seabird.messages.v1.Messages` over native gRPC, gRPC-Web and JSON. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { create } from "@bufbuild/protobuf";
import {
  type ChatRequest,
  channelConversation,
  FEATURES,
  Messages,
  Seabird,
  Support,
} from "@seabird-chat/protocol";
import { type MessageWorld, openMessageWorld, WIRE_NAMES } from "../support/message-world.ts";
import type { RawBackend } from "../support/raw-backend.ts";
import type { Wire, WireCallOptions, WireEnd } from "../support/wires.ts";

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

for (const name of WIRE_NAMES) {
  describe(`calls on messages over ${name}`, () => {
    let world: MessageWorld;
    let wire: Wire;
    let able: RawBackend;
    let plugin: WireCallOptions;

    before(async () => {
      world = await openMessageWorld(name);
      wire = world.wire;
      const features = Object.fromEntries(FEATURES.map((feature) => [feature, Support.FULL]));
      able = await world.backend("able", { features });
      able.respond = answer;
      await world.backend("old");
      plugin = await world.caller(["plugin"]);
    });

    after(() => world.close());

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
      const reader = await world.caller(["read", "private"], "reader");
      const read = await ROWS[0]?.call(wire, ABLE, reader);
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

    test("edits and reactions are announced once they are done, with the caller's ids", async () => {
      // Only now: without a reader, what is not wanted has no number in the results above.
      const tail = await world.watch();
      able.respond = () => ({ case: "success", value: { result: { messageIds: ["b"] } } });
      const conversation = channelConversation("irc://able/%23%63");
      const tags = { own: "o", "core/x": "1" };
      const edit = { conversation, messageIds: ["a", "b"], text: "new", tags };
      const end = await wire.unary(rpc.editMessage, edit, plugin);
      assert.equal(end.status, 0, end.message);
      const [edited, deleted, ...others] = await tail.take();
      assert.ok(edited?.inner.case === "messageEdited" && deleted?.inner.case === "messageDeleted");
      assert.deepEqual(others, []);
      assert.deepEqual(edited.inner.value.conversation, conversation);
      assert.deepEqual(edited.inner.value.info?.id, "b");
      assert.deepEqual(edited.inner.value.sender, "tester");
      assert.deepEqual(edited.tags, { own: "o", "core/original-format": "text" });
      assert.deepEqual(deleted.inner.value.messageIds, ["a"]);
      const reacting = { conversation, messageId: "a", removed: true };
      assert.equal((await wire.unary(rpc.react, reacting, plugin)).status, 0);
      const [reaction] = await tail.take();
      assert.ok(reaction?.inner.case === "reaction");
      assert.deepEqual(
        [reaction.inner.value.removed, reaction.inner.value.emoji],
        [true, undefined],
      );
    });
  });
}
