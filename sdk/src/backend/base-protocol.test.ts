/** Towards a core without the messages extension: old kinds and old blocks only. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { create, fromBinary, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import {
  bold,
  type ChatEvent,
  ChatEventSchema,
  container,
  emoji,
  mention,
  text,
} from "@seabird-chat/protocol";
import { toBaseProtocol } from "./base-protocol.ts";

type Inner = NonNullable<MessageInitShape<typeof ChatEventSchema>["inner"]>;

function translated(inner: Inner): ChatEvent["inner"] | undefined {
  const message = toBaseProtocol(toBinary(ChatEventSchema, create(ChatEventSchema, { inner })));
  return message && fromBinary(ChatEventSchema, message).inner;
}

test("new kinds are left out, every other kind passes", () => {
  const oldKinds = new Set([
    ...["hello", "success", "failed", "metadata"],
    ...["message", "privateMessage", "mention", "command", "action", "privateAction"],
    ...["joinChannel", "leaveChannel", "changeChannel"],
  ]);
  for (const { oneof, localName } of ChatEventSchema.fields) {
    if (oneof === undefined) continue;
    const passes = translated({ case: localName, value: {} } as Inner) !== undefined;
    assert.equal(passes, oldKinds.has(localName), localName);
  }
});

test("mentions, emoji and files, at any depth, are their plain text; other formatting stays", () => {
  const block = (rootBlock: Parameters<typeof bold>[0]) => {
    const inner = translated({ case: "message", value: { rootBlock: bold(rootBlock) } });
    assert.ok(inner?.case === "message");
    return inner.value.rootBlock;
  };
  assert.deepEqual(block("hi"), bold("hi"));
  const said = container([mention({ userId: "ann" }), " ", emoji("👍")]);
  assert.deepEqual(block(said), text("@ann 👍"));
});
