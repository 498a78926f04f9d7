/** What typed lines mean. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { MAX_LINE_CHARACTERS, parseLine, type Typed, type TypedIn } from "./inbound.ts";

const where: TypedIn = { channel: "#terminal", nick: "seabird", commandPrefix: "!" };
const channel = "#terminal";

const ROWS: readonly (readonly [string, Typed])[] = [
  ["", { kind: "nothing" }],
  ["   ", { kind: "nothing" }],
  ["hello", { kind: "message", channel, text: "hello" }],
  [" hello ", { kind: "message", channel, text: " hello " }],
  ["//not a slash", { kind: "message", channel, text: "/not a slash" }],
  ["!help", { kind: "command", channel, command: "help", arg: "" }],
  ["!help  ping ", { kind: "command", channel, command: "help", arg: "ping" }],
  ["!", { kind: "message", channel, text: "!" }],
  ["! help", { kind: "message", channel, text: "! help" }],
  ["!!!", { kind: "message", channel, text: "!!!" }],
  ["seabird: hi", { kind: "mention", channel, text: "hi" }],
  ["Seabird, hi", { kind: "mention", channel, text: "hi" }],
  ["@seabird hi", { kind: "mention", channel, text: "hi" }],
  ["@seabird", { kind: "mention", channel, text: "" }],
  ["seabird:", { kind: "mention", channel, text: "" }],
  ["seabirds: hi", { kind: "message", channel, text: "seabirds: hi" }],
  ["seabird:hi", { kind: "message", channel, text: "seabird:hi" }],
  ["@seabirds hi", { kind: "message", channel, text: "@seabirds hi" }],
  ["seabird", { kind: "message", channel, text: "seabird" }],
  ["/me waves", { kind: "action", channel, text: "waves" }],
  ["/ME waves", { kind: "action", channel, text: "waves" }],
  ["/msg hi there", { kind: "privateMessage", text: "hi there" }],
  ["/msg seabird hi there", { kind: "privateMessage", text: "hi there" }],
  ["/msg seabird", { kind: "privateMessage", text: "seabird" }],
  ["/msg /me waves", { kind: "privateAction", text: "waves" }],
  ["/msg Seabird /me waves", { kind: "privateAction", text: "waves" }],
  ["/join #garden", { kind: "join", channel: "#garden" }],
  ["/leave", { kind: "leave", channel }],
  ["/leave #garden", { kind: "leave", channel: "#garden" }],
  ["/topic", { kind: "topic", channel, topic: "" }],
  ["/topic tea at five", { kind: "topic", channel, topic: "tea at five" }],
  ["/rooms", { kind: "rooms" }],
  ["/help", { kind: "help" }],
  ["/quit", { kind: "quit" }],
];

test("each line has its meaning", () => {
  for (const [line, typed] of ROWS) assert.deepEqual(parseLine(line, where), typed, line);
});

test("what cannot be done is explained", () => {
  const lines = ["/dance", "/", "/me", "/msg", "/join", "/join two words", "/constructor"];
  for (const line of [...lines, "x".repeat(MAX_LINE_CHARACTERS + 1)]) {
    assert.equal(parseLine(line, where).kind, "wrong", line.slice(0, 50));
  }
});

test("without a room only what needs none works", () => {
  const nowhere = { ...where, channel: undefined };
  for (const line of ["hi", "!help", "/me waves", "/topic x", "/leave"]) {
    assert.equal(parseLine(line, nowhere).kind, "wrong", line);
  }
  assert.equal(parseLine("/msg hi", nowhere).kind, "privateMessage");
  assert.equal(parseLine("/join #a", nowhere).kind, "join");
});

test("a longer prefix and a nick with odd characters work", () => {
  const odd = { channel, nick: "sea.bird[1]", commandPrefix: "bot," };
  assert.deepEqual(parseLine("bot,help x", odd), {
    kind: "command",
    channel,
    command: "help",
    arg: "x",
  });
  assert.deepEqual(parseLine("sea.bird[1]: hi", odd), { kind: "mention", channel, text: "hi" });
});
