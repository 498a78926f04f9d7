/** Which messages can be referred to, and how. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Target } from "@seabird-chat/sdk/backend";
import { MAX_MESSAGES, Messages } from "./messages.ts";
import { MAX_REACTIONS, Reactions } from "./reactions.ts";

const here: Target = { kind: "channel", id: "#t" };
const elsewhere: Target = { kind: "channel", id: "#b" };

function fill(): Messages {
  const messages = new Messages("run");
  const add = (author: string, conversation: Target, name?: string) =>
    messages.add({
      conversation,
      kind: "message",
      author,
      isBot: author === "seabird",
      name,
      text: `of ${author}`,
      sentAt: 0,
    });
  add("ann", here);
  add("bob", here);
  add("ann", elsewhere);
  add("ann", here);
  add("seabird", here, "Polly");
  return messages;
}

test("a message is found by its number, by counting back, or by its author", () => {
  const messages = fill();
  const rows: readonly (readonly [string, number | undefined])[] = [
    ["1", 1],
    ["run-1", 1],
    ["3", 3],
    ["-1", 5],
    ["-2", 4],
    ["-4", 1],
    ["-5", undefined],
    ["-0", undefined],
    ["ann", 4],
    ["@Ann", 4],
    ["ann:2", 1],
    ["ann:3", undefined],
    ["polly", 5],
    ["seabird", 5],
    ["6", undefined],
    ["0", undefined],
    ["other-1", undefined],
    ["cid", undefined],
    ["__proto__", undefined],
    ["9".repeat(400), undefined],
  ];
  for (const [reference, number] of rows) {
    assert.equal(messages.find(reference, here)?.number, number, reference.slice(0, 20));
  }
  assert.equal(messages.find("-1", elsewhere)?.number, 3);
  assert.equal(messages.find("-1", undefined), undefined);
  assert.equal(messages.byId(here, "run-3"), undefined);
  assert.equal(messages.byId(elsewhere, "run-3")?.number, 3);
  for (const id of ["3", "run-03", "RUN-3"]) assert.equal(messages.byId(elsewhere, id), undefined);
});

test("only the newest are remembered, with a short text", () => {
  const messages = fill();
  for (let count = 0; count < MAX_MESSAGES - 2; count++) {
    const text = "😀".repeat(1_000);
    messages.add({
      conversation: here,
      kind: "message",
      author: "ann",
      isBot: false,
      text,
      sentAt: 0,
    });
  }
  assert.equal(messages.find("3", here), undefined);
  assert.equal(messages.find("4", here)?.number, 4);
  assert.equal(messages.latest(here, 5_000).length, MAX_MESSAGES);
  assert.equal(messages.find("-1", here)?.text.length, 300);
});

test("whoever is called otherwise keeps messages and reactions", () => {
  const messages = fill();
  const first = messages.find("1", here);
  first?.reactions.add("ann", "👍");
  messages.rename("ann", "anna");
  assert.equal(messages.find("anna:2", here), first);
  assert.deepEqual(first?.reactions.remove("anna"), ["👍"]);
});

test("a private conversation goes with whoever is called otherwise", () => {
  const messages = fill();
  const alone = (id: string): Target => ({ kind: "user", id });
  const common = { kind: "message", isBot: false, text: "psst", sentAt: 0 } as const;
  const { id } = messages.add({ ...common, conversation: alone("ann"), author: "ann" });
  const others = messages.add({ ...common, conversation: alone("bob"), author: "bob" });
  messages.rename("ann", "anna");
  assert.equal(messages.byId(alone("anna"), id)?.author, "anna");
  assert.equal(messages.byId(alone("ann"), id), undefined);
  assert.deepEqual(others.conversation, alone("bob"));
});

test("different reactions to a message are bounded", () => {
  const reactions = new Reactions();
  for (let count = 0; count < 1_000; count++) reactions.add("seabird", `:e${count}:`);
  assert.equal(reactions.counts.length, MAX_REACTIONS);
  assert.equal(reactions.isFull(":e0:"), false);
  assert.equal(reactions.isFull(":other:"), true);
  assert.deepEqual(reactions.add("ann", ":e0:"), [":e0:"]);
  assert.deepEqual(reactions.add("ann", ":e0:"), []);
  assert.deepEqual(reactions.counts[0], [":e0:", 2]);
  assert.deepEqual(reactions.remove("ann", ":none:"), []);
  assert.equal(reactions.remove("seabird").length, MAX_REACTIONS);
  assert.deepEqual(reactions.counts, [[":e0:", 1]]);
});
