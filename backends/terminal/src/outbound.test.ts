/** What core asks for, and how it reads. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { container, list, text } from "@seabird/protocol";
import { channelSend, userSend } from "./outbound.ts";
import { Screen } from "./screen.ts";

const place = { user: "ann", hasRoom: (name: string) => name === "#terminal" };
const said = { text: "hi", rootBlock: text("hi") };

test("sends go to rooms and people that are there", () => {
  const shown = channelSend("message", { channelId: "#terminal", ...said }, place);
  assert.deepEqual(shown, { kind: "message", channel: "#terminal", said });
  const elsewhere = channelSend("action", { channelId: "#x", ...said }, place);
  assert.deepEqual(elsewhere, { kind: "refused", reason: 'there is no room "#x"' });
  assert.deepEqual(userSend("privateAction", { userId: "ann", ...said }, place), {
    kind: "privateAction",
    said,
  });
  const nobody = userSend("privateMessage", { userId: "bob", ...said }, place);
  assert.deepEqual(nobody, { kind: "refused", reason: 'nobody here is called "bob"' });
});

test("each kind reads its own way", () => {
  const screen = new Screen({ color: false, nick: "seabird", user: "ann" });
  const here = "#terminal";
  const channel = here;
  assert.deepEqual(screen.said({ kind: "message", channel, said }, here), ["<seabird> hi"]);
  assert.deepEqual(screen.said({ kind: "message", channel, said }, "#b"), [
    "[#terminal] <seabird> hi",
  ]);
  assert.deepEqual(screen.said({ kind: "action", channel, said }, here), ["* seabird hi"]);
  assert.deepEqual(screen.said({ kind: "privateMessage", said }, here), ["[private] <seabird> hi"]);
  assert.deepEqual(screen.said({ kind: "privateAction", said }, here), ["[private] * seabird hi"]);
  const lines = { text: "", rootBlock: container(["two:", list(["a", "b"])]) };
  assert.deepEqual(screen.said({ kind: "message", channel, said: lines }, here), [
    "<seabird> two:",
    "  • a",
    "  • b",
  ]);
  assert.deepEqual(screen.said({ kind: "message", channel, said: { text: "x" } }, here), [
    "<seabird> x",
  ]);
});

test("names, notes and typed lines are made harmless", () => {
  const screen = new Screen({ color: true, nick: "sea\x1bbird", user: "a\x07nn" });
  const all = [
    ...screen.said({ kind: "message", channel: "#\x1b[2J", said }, undefined),
    ...screen.note("gone\x1b]0;title\x07"),
    ...screen.typed("x\x1b[2J"),
    screen.prompt("#\x9b2J"),
  ].join("");
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the only ones we write.
  const rest = all.replace(/\x1b\[[0-9;]+m/g, "");
  assert.doesNotMatch(rest, /\p{Cc}/u);
});
