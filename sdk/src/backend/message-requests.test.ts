/** Requests about messages and people, and what sends ask for and return. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { ChatEventBody } from "./channels.ts";
import { failed, type Inner, request, send, setUp } from "./test/request-stage.ts";

const IN_ROOM = { where: { case: "channelId", value: "room" } } as const;
const WITH_ANN = { where: { case: "userId", value: "ann" } } as const;

test("requests about messages and people reach their functions, with the network's own ids", async () => {
  const calls: unknown[] = [];
  const note = (...call: unknown[]) => {
    // Behind them comes what every request has.
    calls.push(call.slice(0, -1));
  };
  const { runner, answers } = setUp({
    edit: (to, ids, { text, block, requestId, signal }) => {
      calls.push([to, ids, text, block.inner.case, requestId, signal.aborted]);
      return { ids: ["1"] };
    },
    delete: (to, ids, { reason }) => {
      calls.push([to, ids, reason]);
      return { "2": "too old", unasked: "x" };
    },
    react: note,
    setTyping: note,
    members: (id) => {
      calls.push(id);
      return { members: ["ann", { id: "7", displayName: "Bob", isBot: true }], isComplete: true };
    },
  });
  const requests: readonly Inner[] = [
    { case: "editMessage", value: { conversation: IN_ROOM, messageIds: ["1", "2"], text: "x" } },
    {
      case: "deleteMessages",
      value: { conversation: WITH_ANN, messageIds: ["1", "2"], reason: "spam" },
    },
    { case: "react", value: { conversation: IN_ROOM, messageId: "1", emoji: { text: "👍" } } },
    { case: "react", value: { conversation: IN_ROOM, messageId: "1", removed: true } },
    { case: "setTyping", value: { conversation: WITH_ANN, isActive: true } },
    { case: "listMembers", value: { channelId: "room" } },
    { case: "react", value: { messageId: "1" } },
  ];
  for (const [index, inner] of requests.entries()) await runner.run(request(`${index}`, inner));
  await runner.settled();
  const [room, ann] = [
    { kind: "channel", id: "room" },
    { kind: "user", id: "ann" },
  ];
  assert.deepEqual(calls, [
    [room, ["1", "2"], "x", "text", "0", false],
    [ann, ["1", "2"], "spam"],
    [room, "1", { emoji: { text: "👍", id: "", url: "" }, removed: false }],
    [room, "1", { emoji: undefined, removed: true }],
    [ann, true],
    "room",
  ]);
  const user = { avatarUrl: "", account: "" };
  const members = [
    { user: { id: "ann", displayName: "ann" } },
    { user: { id: "7", displayName: "Bob", isBot: true, ...user } },
  ];
  assert.deepEqual(
    new Map(answers),
    new Map<string, ChatEventBody>([
      ["6", { case: "failed", value: { reason: "the request names no channel and no user" } }],
      [
        "0",
        { case: "success", value: { result: { messageIds: ["1"], degraded: [], channelId: "" } } },
      ],
      ["1", { case: "success", value: { failed: { "2": "too old" } } }],
      ["2", { case: "success", value: {} }],
      ["3", { case: "success", value: {} }],
      ["4", { case: "success", value: {} }],
      ["5", { case: "members", value: { members, isComplete: true } }],
    ]),
  );
});

test("what a connection has no function for is Failed in its own words", async () => {
  const { runner, answers } = setUp({});
  const rows: readonly (readonly [Inner, string])[] = [
    [{ case: "editMessage", value: {} }, "camp cannot edit messages"],
    [{ case: "deleteMessages", value: {} }, "camp cannot delete messages"],
    [{ case: "react", value: {} }, "camp cannot react to messages"],
    [{ case: "setTyping", value: {} }, "camp cannot show typing"],
    [{ case: "listMembers", value: {} }, "camp cannot list members"],
  ];
  for (const [inner, reason] of rows) await runner.run(request(reason, inner));
  await runner.settled();
  assert.deepEqual(
    answers,
    rows.map(([, reason]) => [reason, failed(reason)]),
  );
});

test("a send has its options, and nothing where none was asked for", async () => {
  const seen: unknown[] = [];
  const { runner } = setUp({
    send: (_to, { replyTo, startThread, persona, referrer, ...rest }) => {
      assert.ok(!("options" in rest));
      seen.push({ replyTo, startThread, persona, referrer });
    },
  });
  const author = { id: "ann", displayName: "Ann" };
  const options = {
    replyTo: { messageId: "1", author, text: "hi", conversation: WITH_ANN },
    startThread: true,
    persona: { id: "p", displayName: "Poet" },
    referrer: "r",
  };
  const sends = [options, undefined, { replyTo: {} }, { replyTo: { messageId: "1" } }];
  for (const [index, each] of sends.entries()) {
    const value = { channelId: "#a", text: "x", ...(each && { options: each }) };
    await runner.run(request(`r${index}`, { case: "sendMessage", value }));
  }
  await runner.settled();
  const none = { replyTo: undefined, startThread: false, persona: undefined, referrer: undefined };
  assert.deepEqual(seen, [
    {
      replyTo: {
        messageId: "1",
        text: "hi",
        author: { ...author, avatarUrl: "", isBot: false, account: "" },
        conversation: { kind: "user", id: "ann" },
      },
      startThread: true,
      persona: { id: "p", displayName: "Poet", avatarUrl: "" },
      referrer: "r",
    },
    none,
    none,
    { ...none, replyTo: { messageId: "1", text: "" } },
  ]);
});

test("what send returns wrongly is left out, because the message has been sent", async () => {
  const long = "é".repeat(257);
  const rows: readonly (readonly [unknown, object])[] = [
    [undefined, {}],
    ["1", {}],
    [{}, {}],
    [{ ids: "1" }, {}],
    [
      { ids: ["1", long, "", 7], channel: { id: "x" }, degraded: ["emoji", "emoji", "magic"] },
      { result: { messageIds: ["1"], degraded: ["emoji"], channelId: "" } },
    ],
    [
      { channel: "thread", degraded: ["messageIds"] },
      { result: { messageIds: [], degraded: ["message_ids"], channelId: "thread" } },
    ],
    [
      { ids: Array.from({ length: 101 }, String) },
      {
        result: {
          ...{ messageIds: Array.from({ length: 100 }, String), degraded: [], channelId: "" },
        },
      },
    ],
  ];
  for (const [returned, value] of rows) {
    const { runner, answers } = setUp({ send: () => returned as undefined });
    await runner.run(send("1"));
    await runner.settled();
    assert.deepEqual(answers, [["1", { case: "success", value }]]);
  }
});

test("a list of members is cut to what fits in an answer, and is not complete then", async () => {
  const avatarUrl = "x".repeat(2_000);
  const rows = [
    { members: Array.from({ length: 10_001 }, String), listed: 10_000 },
    {
      members: Array.from({ length: 3_000 }, (_, index) => ({ id: String(index), avatarUrl })),
      listed: 1_539,
    },
  ];
  for (const { members, listed } of rows) {
    const { runner, answers } = setUp({ members: () => ({ members, isComplete: true }) });
    await runner.run(request("1", { case: "listMembers", value: { channelId: "room" } }));
    await runner.settled();
    const [, body] = answers[0] ?? [];
    assert.ok(body?.case === "members");
    assert.deepEqual([body.value.members?.length, body.value.isComplete], [listed, false]);
  }
});
