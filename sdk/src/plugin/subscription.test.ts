/** The kinds of events that a plugin asks core for. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { EventSchema } from "@seabird-chat/protocol";
import { SeabirdError } from "../link/errors.ts";
import { EVENT_KINDS, isOriginalKind } from "./event-rows.ts";
import { checkKind, Subscription } from "./subscription.ts";

const WIRE_NAMES = EventSchema.fields.filter(({ oneof }) => oneof !== undefined);
const ORIGINAL = WIRE_NAMES.filter(({ number }) => number < 1_000).map(({ name }) => name);

/** What a plugin asks for, in the order of the alphabet. */
function asked(kinds: ConstructorParameters<typeof Subscription>[0]): string[] | undefined {
  return new Subscription(kinds).options?.kinds.sort();
}

function refusal(kind: string): SeabirdError {
  return new SeabirdError("invalid_argument", `unknown kind "${kind}"`);
}

test("nothing is asked for as long as no kind of the extension is named", () => {
  assert.equal(new Subscription([]).options, undefined);
  assert.equal(asked([...EVENT_KINDS.filter(isOriginalKind), "unknown"]), undefined);
});

test("what is named comes besides the original kinds, once, by its name on the wire", () => {
  const some = asked(["messageEdited", "message", "reaction", "reaction"]);
  assert.deepEqual(some, [...ORIGINAL, "message_edited", "reaction"].sort());
  assert.deepEqual(asked(EVENT_KINDS), WIRE_NAMES.map(({ name }) => name).sort());
});

test("all kinds are asked for by a star, and an older core has none but the original ones", () => {
  assert.deepEqual(asked("*"), ["*"]);
  const missing: string[] = [];
  new Subscription("*", (kinds) => missing.push(...kinds)).accepted(false);
  const extra = EVENT_KINDS.filter((kind) => !isOriginalKind(kind));
  assert.deepEqual(missing.sort(), extra.sort());
});

test("the same kinds are asked for in the same order, so that core shares what they read", () => {
  const one = new Subscription(["typing", "member"]).options;
  assert.deepEqual(new Subscription(["member", "typing"]).options, one);
});

test("a core without the extension is reported once, with what it does not send", () => {
  const missing: string[] = [];
  const subscription = new Subscription(["typing", "reaction"], (kinds) =>
    missing.push(kinds.join()),
  );
  subscription.accepted(true);
  subscription.accepted(undefined);
  assert.equal(missing.length, 0);
  subscription.accepted(false);
  subscription.accepted(false);
  assert.deepEqual(missing, ["reaction,typing"]);
  new Subscription([], () => missing.push("none")).accepted(false);
  assert.equal(missing.length, 1);
});

test("a kind that core refuses is left out, and reported", () => {
  const missing: string[] = [];
  const subscription = new Subscription(["typing", "userChanged"], (kinds) =>
    missing.push(kinds.join()),
  );
  assert.ok(subscription.refused(refusal("user_changed")));
  assert.deepEqual(subscription.options?.kinds.sort(), [...ORIGINAL, "typing"].sort());
  assert.deepEqual(missing, ["userChanged"]);
  // What was not asked for, and any other refusal, is left to the link.
  assert.ok(!subscription.refused(refusal("user_changed")));
  assert.ok(!subscription.refused(refusal("message")));
  assert.ok(!subscription.refused(new SeabirdError("invalid_argument", "no name")));
  assert.ok(!subscription.refused(new SeabirdError("unavailable", 'unknown kind "typing"')));
  assert.ok(subscription.refused(refusal("typing")));
  assert.equal(subscription.options, undefined);
});

test("the next session asks again for what an older core refused, and reports it no second time", () => {
  const missing: string[] = [];
  const subscription = new Subscription(["typing", "reaction"], (kinds) =>
    missing.push(kinds.join()),
  );
  const all = subscription.options?.kinds;
  for (let session = 1; session <= 2; session++) {
    subscription.begin();
    assert.deepEqual(subscription.options?.kinds, all);
    assert.ok(subscription.refused(refusal("typing")));
    assert.deepEqual(subscription.options?.kinds.sort(), [...ORIGINAL, "reaction"].sort());
  }
  assert.deepEqual(missing, ["typing"]);
});

test("what is no kind is refused with what is nearest", () => {
  for (const kind of [...EVENT_KINDS, "unknown"]) checkKind(kind);
  const wrong = (message: RegExp) => ({ code: "bad_option", message });
  assert.throws(
    () => checkKind("reacton"),
    wrong(/no event kind "reacton"; did you mean reaction\?/),
  );
  assert.throws(() => checkKind("x"), wrong(/allowed: message, .*sendResult/));
});
