/** What core asks for, and how it reads. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { container, list, text } from "@seabird-chat/protocol";
import { toShown } from "./outbound.ts";
import { Screen } from "./screen.ts";

const place = { user: "ann", hasRoom: (name: string) => name === "#terminal" };
const block = text("hi");

test("sends go to rooms and people that are there", () => {
  const shown = (kind: "channel" | "user", id: string, as: "message" | "action") =>
    toShown({ kind, id }, { kind: as, block }, place);
  assert.deepEqual(shown("channel", "#terminal", "message"), {
    kind: "message",
    channel: "#terminal",
    block,
  });
  assert.deepEqual(shown("channel", "#x", "action"), {
    kind: "refused",
    reason: 'there is no room "#x"',
  });
  assert.deepEqual(shown("user", "ann", "action"), { kind: "privateAction", block });
  assert.deepEqual(shown("user", "ann", "message"), { kind: "privateMessage", block });
  assert.deepEqual(shown("user", "bob", "message"), {
    kind: "refused",
    reason: 'nobody here is called "bob"',
  });
});

test("each kind reads its own way", () => {
  const screen = new Screen({ color: false, nick: "seabird", user: "ann" });
  const here = "#terminal";
  const channel = here;
  assert.deepEqual(screen.said({ kind: "message", channel, block }, here), ["<seabird> hi"]);
  assert.deepEqual(screen.said({ kind: "message", channel, block }, "#b"), [
    "[#terminal] <seabird> hi",
  ]);
  assert.deepEqual(screen.said({ kind: "action", channel, block }, here), ["* seabird hi"]);
  assert.deepEqual(screen.said({ kind: "privateMessage", block }, here), [
    "[private] <seabird> hi",
  ]);
  assert.deepEqual(screen.said({ kind: "privateAction", block }, here), ["[private] * seabird hi"]);
  const lines = container(["two:", list(["a", "b"])]);
  assert.deepEqual(screen.said({ kind: "message", channel, block: lines }, here), [
    "<seabird> two:",
    "  • a",
    "  • b",
  ]);
});

test("names, notes and typed lines are made harmless", () => {
  const screen = new Screen({ color: true, nick: "sea\x1bbird", user: "a\x07nn" });
  const all = [
    ...screen.said({ kind: "message", channel: "#\x1b[2J", block }, undefined),
    ...screen.notice("core\x1b[2J is away"),
    ...screen.note("gone\x1b]0;title\x07"),
    ...screen.typed("x\x1b[2J"),
    screen.prompt("#\x9b2J"),
  ].join("");
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the only ones we write.
  const rest = all.replace(/\x1b\[[0-9;]+m/g, "");
  assert.doesNotMatch(rest, /\p{Cc}/u);
});
