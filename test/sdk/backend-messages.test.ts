/** A backend that can do everything with messages, on a real core: each call reaches its function. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { attachment, container, mention } from "@seabird-chat/protocol";
import type { OutgoingMessage, Target } from "@seabird-chat/sdk/backend";
import { ROOM, stage, standing } from "../support/backend-stage.ts";
import { until } from "../support/until.ts";

const room = { kind: "channel", id: "room" };
const WHERE = { channelId: ROOM };
const ANN = "camp://test/ann";

test("sends return ids, and what was sent is edited, reacted to and deleted by them", async (t) => {
  const calls: unknown[] = [];
  const note = (name: string) => (to: Target, id: unknown, what: object) => {
    const { text, reason, emoji, removed } = what as Readonly<Record<string, unknown>>;
    calls.push([name, to, id, text ?? reason ?? emoji, removed]);
  };
  const { plugin, running } = await stage(t, {
    connect: () => ({
      ...standing(),
      send: () => ({ ids: ["1", "2"], degraded: ["emoji"] }),
      edit: note("edit"),
      delete: (to, ids, request) => {
        note("delete")(to, ids, request);
        return { "2": "too old" };
      },
      react: note("react"),
      setTyping: (to, isActive) => void calls.push(["typing", to, isActive]),
      members: (id) => ({ members: ["ann", `${id}'s bot`], isComplete: true }),
    }),
  });
  await running.ready();
  await until("its capabilities", () => plugin.can("members", WHERE));
  const sent = await plugin.sendMessage(ROOM, "hi");
  assert.deepEqual([sent.ids, sent.degraded], [["1", "2"], ["emoji"]]);
  await plugin.editMessage(WHERE, sent.ids, "hi!");
  await plugin.react(WHERE, "1", { text: ":parrot:", id: "17" });
  await plugin.react({ userId: ANN }, "9", "👍", { removed: true });
  await plugin.setTyping(WHERE, true);
  assert.deepEqual(await plugin.deleteMessages(WHERE, sent.ids, { reason: "spam" }), {
    "2": "too old",
  });
  const { members, isComplete } = await plugin.listMembers(ROOM);
  assert.deepEqual(
    [members.map(({ id }) => id), isComplete],
    [[ANN, "camp://test/room%27s%20bot"], true],
  );
  const parrot = { text: ":parrot:", id: "17", url: "" };
  assert.deepEqual(calls, [
    ["edit", room, ["1", "2"], "hi!", undefined],
    ["react", room, "1", parrot, false],
    ["react", { kind: "user", id: "ann" }, "9", { text: "👍", id: "", url: "" }, true],
    ["typing", room, true],
    ["delete", room, ["1", "2"], "spam", undefined],
  ]);
});

test("a send has its options and blocks with the network's own ids, if they are declared", async (t) => {
  const seen: OutgoingMessage[] = [];
  const { plugin, running } = await stage(t, {
    capabilities: { reply: "full", thread: "full", mention: "full" },
    connect: () => ({
      ...standing(),
      send: (_to, message) => {
        seen.push(message);
        return { ids: ["7"], channel: message.startThread ? "thread" : undefined };
      },
    }),
  });
  await running.ready();
  await until("its capabilities", () => plugin.can("reply", WHERE));
  const replyTo = { id: "1", author: { id: ANN, displayName: "Ann" }, text: "a question" };
  const content = container([mention({ userId: ANN }), " ", attachment({ name: "a.png" })]);
  const sent = await plugin.sendMessage(ROOM, content, { replyTo, startThread: true });
  assert.deepEqual([sent.channelId, sent.degraded], ["camp://test/thread", ["attachment"]]);
  const [message] = seen;
  assert.deepEqual(
    [message?.replyTo?.messageId, message?.replyTo?.author, message?.replyTo?.text],
    [
      "1",
      { id: "ann", displayName: "Ann", avatarUrl: "", isBot: false, account: "" },
      "a question",
    ],
  );
  assert.equal(message?.startThread, true);
  const { block } = message ?? {};
  assert.ok(block?.inner.case === "container");
  const [first] = block.inner.value.inner;
  assert.ok(first?.inner.case === "mention");
  assert.deepEqual(first.inner.value.target, { case: "userId", value: "ann" });
  assert.equal(message?.text, "@ann a.png");
});
