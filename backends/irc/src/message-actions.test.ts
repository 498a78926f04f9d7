/** Reactions, deletions and typing as lines, with what is remembered of them. */
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { Refused, type Target, text as textBlock } from "@seabird-chat/sdk/backend";
import { ManualClock } from "../test/manual-clock.ts";
import { parseMessage } from "./message/irc-message.ts";
import { MessageActions } from "./message-actions.ts";
import type { Plan } from "./outbound.ts";
import { MAX_REACTIONS, OwnReactions } from "./requests/own-reactions.ts";
import { MAX_CONVERSATIONS, TypingThrottle } from "./requests/typing-throttle.ts";
import { IrcState } from "./state/irc-state.ts";
import { MAX_MESSAGES, RecentMessages } from "./state/recent-messages.ts";

const HERE: Target = { kind: "channel", id: "#a" };
const request = {
  requestId: "r1",
  tags: {},
  signal: new AbortController().signal,
  receivedAtMs: 0,
  deadlineMs: 10_000,
};

function setUp() {
  const state = new IrcState("bird");
  state.caps = new Set(["message-tags"]);
  state.receive(parseMessage(":bird!b@h JOIN #a"));
  const clock = new ManualClock();
  const plans: Plan[] = [];
  let isBusy = false;
  const msgids: string[] = [];
  const actions = new MessageActions({
    state: () => state,
    isBusy: () => isBusy,
    request: async (plan, _request, more) => {
      if ("refused" in plan) throw new Refused(plan.refused);
      plans.push(plan);
      for (const [index, msgid] of msgids.entries()) more?.onId?.(index, msgid);
    },
    refusal: () => undefined,
    clock,
  });
  const tags = () => plans.map((plan) => ("lines" in plan ? plan.tags : undefined));
  return {
    actions,
    clock,
    plans,
    msgids,
    tags,
    setBusy: (busy: boolean) => {
      isBusy = busy;
    },
  };
}

suite("reactions", () => {
  const emoji = (text: string) => ({ text, id: "", url: "" });
  test("all of one's own to a message are taken back, one by one", async () => {
    const { actions, tags } = setUp();
    for (const text of ["a", "b", "c"]) {
      await actions.react(HERE, "m1", { emoji: emoji(text), removed: false }, request);
    }
    await actions.react(HERE, "m2", { emoji: emoji("d"), removed: false }, request);
    await actions.react(HERE, "m1", { emoji: emoji("b"), removed: true }, request);
    await actions.react({ kind: "channel", id: "#A" }, "m1", { removed: true }, request);
    assert.deepEqual(tags().slice(-2), [
      { "+draft/reply": "m1", "+draft/unreact": "a" },
      { "+draft/reply": "m1", "+draft/unreact": "c" },
    ]);
    await assert.rejects(actions.react(HERE, "m1", { removed: true }, request), {
      message: "the bot remembers no reaction of its own to this message",
    });
  });

  test("what cannot be a line is refused", async () => {
    const { actions } = setUp();
    const reaction = { emoji: emoji("x\0"), removed: false };
    await assert.rejects(actions.react(HERE, "m1", reaction, request), /line break or NUL/);
    const nobody: Target = { kind: "user", id: "a b" };
    const fine = { emoji: emoji("x"), removed: false };
    await assert.rejects(actions.react(nobody, "m1", fine, request), /"a b" is not a nick/);
    const picture = { emoji: { text: "", id: "7", url: "" }, removed: false };
    await assert.rejects(actions.react(HERE, "m1", picture, request), /this emoji has no text/);
  });

  test("the oldest are forgotten", () => {
    const own = new OwnReactions();
    for (let at = 0; at <= MAX_REACTIONS; at++) own.added("#a", `m${at}`, "x");
    assert.deepEqual(own.to("#a", "m0"), []);
    assert.deepEqual(own.to("#a", "m1"), ["x"]);
    assert.deepEqual(own.to("#b", "m1"), []);
  });

  test("an id may hold spaces", () => {
    const own = new OwnReactions();
    own.added("#a", "m1 x", "y");
    own.added("#a", "m1", "x y");
    assert.deepEqual([own.to("#a", "m1 x"), own.to("#a", "m1")], [["y"], ["x y"]]);
  });
});

test("a server's ids are those of what was sent, but for what is no id", async () => {
  const { actions, msgids } = setUp();
  msgids.push("m1", "", "x".repeat(513), "m\x1b[2J", "m 5");
  const block = textBlock("hi");
  const said = { kind: "message", text: "hi", block, startThread: false } as const;
  const message = { ...request, ...said };
  assert.deepEqual((await actions.send(HERE, message)).ids, ["m1", "m 5"]);
});

suite("typing", () => {
  test("nothing is sent while messages wait, and nothing is remembered of it", async () => {
    const { actions, tags, setBusy } = setUp();
    setBusy(true);
    await actions.setTyping(HERE, true, request);
    assert.deepEqual(tags(), []);
    setBusy(false);
    await actions.setTyping(HERE, true, request);
    assert.deepEqual(tags(), [{ "+typing": "active" }]);
  });

  const rows: readonly [
    what: string,
    steps: readonly [atMs: number, isActive: boolean][],
    said: string,
  ][] = [
    [
      "again after 3 s",
      [
        [0, true],
        [2_999, true],
        [3_000, true],
      ],
      "active,,active",
    ],
    [
      "its end, once",
      [
        [0, true],
        [100, false],
        [200, false],
      ],
      "active,done,",
    ],
    [
      "not at once after its end",
      [
        [0, true],
        [100, false],
        [200, true],
        [3_000, true],
      ],
      "active,done,,active",
    ],
    [
      "no end that others have seen",
      [
        [0, true],
        [6_000, false],
      ],
      "active,",
    ],
    ["no end without a beginning", [[0, false]], ""],
  ];
  for (const [what, steps, said] of rows) {
    test(what, () => {
      const clock = new ManualClock();
      const throttle = new TypingThrottle(clock);
      const got = steps.map(([atMs, isActive]) => {
        clock.advance(atMs - clock.now());
        return throttle.next("#a", isActive) ?? "";
      });
      assert.equal(got.join(), said);
    });
  }

  test("conversations do not count for each other, and the oldest is forgotten", () => {
    const throttle = new TypingThrottle(new ManualClock());
    for (let at = 0; at <= MAX_CONVERSATIONS; at++) {
      assert.equal(throttle.next(`#${at}`, true), "active");
    }
    assert.equal(throttle.next("#0", true), "active");
    assert.equal(throttle.next(`#${MAX_CONVERSATIONS}`, true), undefined);
  });
});

suite("messages that may be answered", () => {
  test("are remembered in their conversation, cut to 300 bytes; the oldest are forgotten", () => {
    const recent = new RecentMessages();
    for (let at = 0; at <= MAX_MESSAGES; at++) {
      recent.remember("#a", `m${at}`, { nick: "Joe", text: "é".repeat(200) });
    }
    assert.equal(recent.get("#a", "m0"), undefined);
    assert.deepEqual(recent.get("#a", "m1"), { nick: "Joe", text: "é".repeat(150) });
    assert.equal(recent.get("#b", "m1"), undefined);
  });
});
