import assert from "node:assert/strict";
import { test } from "node:test";
import {
  ChannelSourceSchema,
  HeadingBlockSchema,
  ListBlockSchema,
  UserSchema,
} from "@seabird-chat/protocol";
import { child, copied, fieldsOf, items, OPERATION, relativeId } from "./field-rules.ts";

test("a field of the protocol without a rule stops core at its start", () => {
  assert.throws(() => fieldsOf(UserSchema, { id: relativeId }), /common.User.display_name has no/);
});

test("a rule for a field that the protocol does not have stops core, too", () => {
  const rules = { channelId: relativeId, user: copied, nick: copied };
  assert.throws(
    () => fieldsOf(ChannelSourceSchema, rules),
    /common.ChannelSource has no field nick/,
  );
});

test("numbers and lists are known from the descriptors", () => {
  const [level, inner] = fieldsOf(HeadingBlockSchema, { inner: child, level: copied });
  assert.equal(level?.operation, OPERATION.copyNumber);
  assert.deepEqual([level?.number, inner?.number], [1, 2]);
  assert.equal(fieldsOf(ListBlockSchema, { inner: items, isOrdered: copied })[0]?.isRepeated, true);
});
