/** Lists at their bounds and beyond, in the messages extension, over all three wires. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import {
  type CapabilitiesSchema,
  ChatEventSchema,
  ChatIngest,
  channelConversation,
  FEATURES,
  type ListMembersResponse,
  Messages,
  Seabird,
  type SendMessageResponse,
  Support,
} from "@seabird-chat/protocol";
import { type MessageWorld, openMessageWorld, WIRE_NAMES } from "../support/message-world.ts";
import type { RawBackend } from "../support/raw-backend.ts";
import type { WireCallOptions } from "../support/wires.ts";

type Capabilities = MessageInitShape<typeof CapabilitiesSchema>;

const INVALID_ARGUMENT = 3;
const RESOURCE_EXHAUSTED = 8;
const rpc = Messages.method;
const everything = Object.fromEntries(FEATURES.map((feature) => [feature, Support.FULL]));
const names = (count: number) => Array.from({ length: count }, (_, at) => `n${at}`);
const mapOf = <V>(count: number, value: V) =>
  Object.fromEntries(names(count).map((name) => [name, value]));
const long = (bytes: number) => "x".repeat(bytes);

/** What a Hello may declare, and one more of it, with the error's message. */
const HELLOS: Record<string, readonly [Capabilities, Capabilities, string]> = {
  features: [
    { features: mapOf(256, Support.FULL) },
    { features: mapOf(257, Support.FULL) },
    "capabilities with 257 features, limit 256",
  ],
  formats: [
    { formats: names(256) },
    { formats: names(257) },
    "capabilities with 257 formats, limit 256",
  ],
  limits: [
    { limits: mapOf(256, 1n) },
    { limits: mapOf(257, 1n) },
    "capabilities with 257 limits, limit 256",
  ],
  "allowed reactions": [
    { allowedReactions: names(256) },
    { allowedReactions: names(257) },
    "capabilities with 257 allowed_reactions, limit 256",
  ],
  "the bytes of a name": [
    { features: { [long(64)]: Support.FULL } },
    { features: { [long(65)]: Support.FULL } },
    "capabilities with an entry of features of more than 64 bytes",
  ],
  channels: [
    { channels: mapOf(10_000, {}) },
    { channels: mapOf(10_001, {}) },
    "capabilities of 10001 channels, limit 10000",
  ],
  "lists in a channel": [
    { channels: { c: { formats: names(256) } } },
    { channels: { c: { formats: names(257) } } },
    "capabilities with 257 formats, limit 256",
  ],
};

for (const name of WIRE_NAMES) {
  describe(`lists of the messages extension over ${name}`, () => {
    let world: MessageWorld;
    let backend: RawBackend;
    let plugin: WireCallOptions;

    before(async () => {
      world = await openMessageWorld(name);
      backend = await world.backend("net", { features: everything });
      plugin = await world.caller(["plugin"]);
    });

    after(() => world.close());

    const listed = async (count: number) => {
      const user = { displayName: "n", avatarUrl: "https://x.y", isBot: true, account: "a" };
      const members = names(count).map((id) => ({ user: { ...user, id } }));
      backend.respond = () => ({ case: "members", value: { members, isComplete: true } });
      const end = await world.wire.unary(rpc.listMembers, { channelId: "irc://net/c" }, plugin);
      assert.equal(end.status, 0, end.message);
      const response = end.response as ListMembersResponse;
      assert.equal(response.members.at(-1)?.user?.id, `irc://net/n${response.members.length - 1}`);
      return [response.members.length, response.isComplete];
    };

    test("members: 10,000, and of more the first", async () => {
      assert.deepEqual(await listed(10_000), [10_000, true]);
      assert.deepEqual(await listed(10_001), [10_000, false]);
      // With so many, the answer has more fields than core decodes.
      assert.deepEqual(await listed(30_000), [10_000, false]);
    });

    test("ids of a call: 1,000, and no more", async () => {
      const conversation = channelConversation("irc://net/c");
      backend.respond = () => ({ case: "success", value: {} });
      for (const desc of [rpc.deleteMessages, rpc.editMessage]) {
        const request = { conversation, messageIds: names(1_000) };
        assert.equal((await world.wire.unary(desc, request, plugin)).status, 0);
        const more = { conversation, messageIds: names(1_001) };
        const end = await world.wire.unary(desc, more, plugin);
        assert.equal(end.message, "too many message ids: 1001, limit 1000");
        assert.equal(end.status, INVALID_ARGUMENT);
      }
    });

    test("an edit that would be announced with more bytes than an event may have is not asked", async () => {
      backend.respond = () => ({ case: "success", value: {} });
      // Text is three times in an edit, and the escaped id of the channel in its event only.
      const edit = async (bytes: number) => {
        const conversation = channelConversation(`irc://net/${"%23".repeat(300)}`);
        const request = { conversation, messageIds: ["1"], text: long(bytes) };
        // A token's large messages have a rate.
        return world.wire.unary(rpc.editMessage, request, await world.caller(["plugin"]));
      };
      assert.equal((await edit(1_222_500)).status, 0);
      const asked = backend.requests.length;
      const { status, message } = await edit(1_223_000);
      assert.equal(status, RESOURCE_EXHAUSTED);
      assert.match(
        message,
        /^message too large: 36[0-9]{5} bytes after normalising, limit 3670016$/,
      );
      assert.equal(backend.requests.length, asked);
    });

    test("of the ids of a send the first 100, and each feature that got lost once", async () => {
      const result = { messageIds: names(101), degraded: ["emoji", long(65), "emoji"] };
      backend.respond = () => ({ case: "success", value: { result } });
      const request = { channelId: "irc://net/c", text: "hi" };
      const end = await world.wire.unary(Seabird.method.sendMessage, request, plugin);
      const { messageIds, degraded } = (end.response as SendMessageResponse).result ?? {};
      assert.deepEqual([messageIds, degraded], [names(100), ["emoji"]]);
    });

    const hello = async (id: string, capabilities: Capabilities) => {
      const options = await world.caller(["backend:*/*"]);
      const stream = world.wire.stream(ChatIngest.method.ingestEvents, options);
      const value = { backendInfo: { type: "irc", id }, capabilities };
      stream.send(create(ChatEventSchema, { inner: { case: "hello", value } }));
      stream.halfClose();
      const { status, message } = await stream.end();
      return [status, message];
    };

    for (const [what, [most, more, message]] of Object.entries(HELLOS)) {
      test(`capabilities of a Hello: ${what}`, async () => {
        assert.deepEqual(await hello("most", most), [0, ""]);
        assert.deepEqual(await hello("more", more), [INVALID_ARGUMENT, message]);
      });
    }
  });
}

test("a Hello with more fields than are read is refused for that reason", async () => {
  const world = await openMessageWorld("grpc");
  try {
    const channels = mapOf(10_000, { features: everything });
    const backend = await world.backend("net", { channels });
    const { status, message } = await backend.call.result();
    const reason = "the first event is refused: message too large: more than 131072 fields";
    assert.deepEqual([status, message], [INVALID_ARGUMENT, reason]);
  } finally {
    await world.close();
  }
});
