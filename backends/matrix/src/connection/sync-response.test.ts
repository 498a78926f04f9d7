/** Answers of `/sync`, honest and hostile. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { readSync } from "./sync-response.ts";

test("rooms are read with their state, timeline, typing and summary", () => {
  const event = { type: "m.room.message" };
  const response = readSync({
    next_batch: "s1",
    account_data: { events: [{ type: "m.direct", content: { "@ann:x": ["!a:x"] } }] },
    rooms: {
      join: {
        "!a:x": {
          state: { events: [{ type: "m.room.name" }] },
          timeline: { events: [event], limited: true },
          ephemeral: { events: [{ type: "m.typing", content: { user_ids: ["@ann:x", 17] } }] },
          summary: {
            ...{ "m.joined_member_count": 2, "m.invited_member_count": 1 },
            "m.heroes": ["@ann:x"],
          },
        },
      },
      invite: { "!b:x": { invite_state: { events: [event] } } },
      leave: { "!c:x": { timeline: { events: [event] } }, "no room": {} },
    },
  });
  assert.deepEqual(response, {
    position: "s1",
    joined: [
      {
        ...{ roomId: "!a:x", state: [{ type: "m.room.name" }], timeline: [event] },
        ...{ isLimited: true, typing: ["@ann:x"], memberCount: 3, heroes: ["@ann:x"] },
      },
    ],
    invited: [{ roomId: "!b:x", events: [event] }],
    left: [{ roomId: "!c:x", events: [event] }],
    direct: { "@ann:x": ["!a:x"] },
  });
});

test("without a position it is no answer of /sync", () => {
  for (const next_batch of [undefined, "", 17, null, "x".repeat(5_000)]) {
    assert.equal(readSync({ next_batch }), undefined);
  }
});

test("10,000 hostile answers are read without an error", () => {
  const nonsense = fc.constantFrom<unknown>(
    ...[null, undefined, 0, -1, 1e308, Number.NaN, "", "m.direct", true, [], {}, [[]], { a: {} }],
  );
  const either = <T>(honest: fc.Arbitrary<T>) =>
    fc.oneof({ arbitrary: nonsense, weight: 1 }, { arbitrary: honest, weight: 2 });
  const event = fc.record({ type: either(fc.constant("m.typing")), content: nonsense });
  const part = fc.record({
    events: either(fc.array(either(event), { maxLength: 3 })),
    limited: nonsense,
    "m.heroes": nonsense,
    "m.joined_member_count": nonsense,
  });
  const room = fc.dictionary(
    fc.constantFrom("state", "timeline", "ephemeral", "summary", "invite_state"),
    either(part),
    { maxKeys: 3 },
  );
  const ids = fc.constantFrom("!a:x", "!", "__proto__", `!${"x".repeat(300)}`);
  const rooms = fc.dictionary(
    fc.constantFrom("join", "invite", "leave", "knock"),
    either(fc.dictionary(ids, either(room), { maxKeys: 2 })),
    { maxKeys: 3 },
  );
  const answer = fc.record({ rooms: either(rooms), account_data: either(part) });
  fc.assert(
    fc.property(answer, (hostile) => {
      const response = readSync({ ...hostile, next_batch: "s1" });
      assert.equal(response?.position, "s1");
      for (const { roomId, state, timeline } of response?.joined ?? []) {
        assert.ok(roomId.length <= 255);
        for (const each of [...state, ...timeline]) assert.equal(typeof each, "object");
      }
    }),
    { numRuns: 10_000 },
  );
});
