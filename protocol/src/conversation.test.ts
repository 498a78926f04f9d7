/** Making and reading conversations. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { create } from "@bufbuild/protobuf";
import { channelConversation, readConversation, userConversation } from "./conversation.ts";
import { ConversationSchema } from "./gen/common_pb.js";

test("what is made is read", () => {
  assert.deepEqual(readConversation(channelConversation("#x")), { kind: "channel", id: "#x" });
  assert.deepEqual(readConversation(userConversation("ann")), { kind: "user", id: "ann" });
});

test("none, an empty one and one with an empty id are none", () => {
  for (const none of [undefined, create(ConversationSchema), channelConversation("")]) {
    assert.equal(readConversation(none), undefined);
  }
});
