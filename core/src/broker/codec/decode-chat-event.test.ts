import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { create, toBinary } from "@bufbuild/protobuf";
import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import { ChatEventSchema, MembersChatEventSchema } from "@seabird-chat/protocol";
import { nested, text } from "../test/any-event.ts";
import { chatEvent, refusal } from "../test/fixtures.ts";
import { decodeChatEvent, idOfChatEvent } from "./decode-chat-event.ts";

const BOUNDS = { maxEventFields: 50, maxListFields: 131_072 };

suite("a list of members with more fields than an event may have", () => {
  const users = (count: number) =>
    Array.from({ length: count }, (_, i) => ({
      user: { id: `${i}`, displayName: "n", avatarUrl: "u", isBot: true, account: "a" },
    }));
  const event = (count: number, isComplete = true) =>
    chatEvent({
      id: "7",
      inner: { case: "members", value: { members: users(count), isComplete } },
      tags: { a: "b" },
    });
  const membersOf = (bytes: Uint8Array) => {
    const { id, inner, tags } = decodeChatEvent(bytes, BOUNDS);
    assert.ok(inner.case === "members");
    assert.deepEqual([id, tags], ["7", { a: "b" }]);
    return inner.value.members;
  };

  test("is read whole if they are within the bound", () => {
    assert.equal(membersOf(event(18_000)).length, 18_000);
  });

  test("is cut if they are not, with more left than may be listed", () => {
    const cut = membersOf(event(60_000));
    assert.equal(cut.length, 10_002);
    assert.equal(cut.at(-1)?.user?.id, "10001");
  });

  test("keeps one more than may be listed if it says first that it is complete", () => {
    const list = create(MembersChatEventSchema, { members: users(60_000) });
    const bytes = new BinaryWriter()
      .tag(ChatEventSchema.field.members.number, WireType.LengthDelimited)
      .fork()
      .tag(MembersChatEventSchema.field.isComplete.number, WireType.Varint)
      .bool(true)
      .raw(toBinary(MembersChatEventSchema, list))
      .join()
      .finish();
    const { inner } = decodeChatEvent(bytes, BOUNDS);
    assert.ok(inner.case === "members" && inner.value.isComplete);
    assert.equal(inner.value.members.length, 10_001);
  });

  test("is refused if the members that are left have too many, too", () => {
    const bounds = { ...BOUNDS, maxListFields: 60_000 };
    assert.throws(() => decodeChatEvent(event(60_000), bounds), refusal("message_too_large"));
  });

  test("is refused if it is malformed", () => {
    const bytes = event(60_000);
    assert.throws(
      () => decodeChatEvent(bytes.subarray(0, -9), BOUNDS),
      refusal("message_too_large"),
    );
  });
});

test("the id of an event is found without decoding the rest", () => {
  const value = { rootBlock: nested(200, text("x")) };
  const event = create(ChatEventSchema, { id: "7", inner: { case: "message", value } });
  const bytes = toBinary(ChatEventSchema, event);
  assert.equal(idOfChatEvent(bytes), "7");
  const idLast = new Uint8Array([...bytes.subarray(3), ...bytes.subarray(0, 3)]);
  assert.equal(idOfChatEvent(idLast), "7");
  assert.equal(idOfChatEvent(bytes.subarray(3)), "");
  assert.equal(idOfChatEvent(new Uint8Array([10, 9, 1])), "");
  assert.equal(idOfChatEvent(new Uint8Array(100).fill(0x7a)), "");
});
