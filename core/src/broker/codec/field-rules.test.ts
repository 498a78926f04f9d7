import assert from "node:assert/strict";
import { test } from "node:test";
import { HeadingBlockSchema, ListBlockSchema, UserSchema } from "@seabird-chat/protocol";
import { child, copied, fieldsOf, items, OPERATION, relativeId } from "./field-rules.ts";

test("a field of the protocol without a rule stops core at its start", () => {
  assert.throws(() => fieldsOf(UserSchema, { id: relativeId }), /common.User.display_name has no/);
});

test("a rule for a field that the protocol does not have stops core, too", () => {
  const rules = { id: relativeId, displayName: copied, nick: copied };
  assert.throws(() => fieldsOf(UserSchema, rules), /common.User has no field nick/);
});

test("numbers and lists are known from the descriptors", () => {
  const [level, inner] = fieldsOf(HeadingBlockSchema, { inner: child, level: copied });
  assert.equal(level?.operation, OPERATION.copyNumber);
  assert.deepEqual([level?.number, inner?.number], [1, 2]);
  assert.equal(fieldsOf(ListBlockSchema, { inner: items })[0]?.isRepeated, true);
});
