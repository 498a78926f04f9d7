/** What was said is found by either of its ids, and no more is kept than there is room for. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type RecentMessage, RecentMessages } from "./recent-messages.ts";

const room = (id: string) => ({ kind: "channel", id }) as const;
const said = (more: Partial<RecentMessage>): RecentMessage => ({
  ...{ conversation: room("a@r"), id: "1", userId: "a@r/Ann", isOwn: false, text: "hi" },
  ...more,
});

describe("RecentMessages", () => {
  it("finds a message by either id, in its conversation", () => {
    const recent = new RecentMessages();
    recent.remember(said({ id: "s1", originId: "o1", text: "x".repeat(400) }));
    for (const id of ["s1", "o1"]) {
      assert.equal(recent.get(room("a@r"), id)?.id, "s1");
      assert.equal(recent.get(room("b@r"), id), undefined);
      assert.equal(recent.get({ kind: "user", id: "a@r" }, id), undefined);
    }
    assert.equal(recent.get(room("a@r"), "o1")?.text.length, 300);
  });

  it("forgets the oldest of a conversation, and then the conversation that is silent for longest", () => {
    const recent = new RecentMessages();
    for (let i = 0; i < 500; i++) recent.remember(said({ id: `m${i}` }));
    assert.equal(recent.get(room("a@r"), "m99"), undefined);
    assert.ok(recent.get(room("a@r"), "m100"));
    for (let i = 0; i < 30_000; i++) {
      // Somebody talks in this room all the time.
      if (i % 1_000 === 0) recent.remember(said({ id: "kept" }));
      recent.remember(said({ conversation: room(`b${i}@r`) }));
    }
    assert.ok(recent.get(room("a@r"), "kept"));
    assert.equal(recent.get(room("b0@r"), "1"), undefined);
    assert.ok(recent.get(room("b29999@r"), "1"));
  });

  it("takes no address for its former owner's, unless the room tells people apart", () => {
    const recent = new RecentMessages();
    recent.remember(said({ id: "1" }));
    recent.remember(said({ id: "2", occupantId: "o" }));
    recent.remember(said({ id: "3", userId: "a@r/Bob" }));
    recent.remember(said({ id: "4", conversation: { kind: "user", id: "a@r/Ann" } }));
    recent.authorLeft("a@r", "a@r/Ann");
    const isGone = (id: string) => recent.get(room("a@r"), id)?.isAuthorGone === true;
    assert.deepEqual(["1", "2", "3"].map(isGone), [true, false, false]);
    assert.equal(recent.get({ kind: "user", id: "a@r/Ann" }, "4")?.isAuthorGone, true);
  });
});
