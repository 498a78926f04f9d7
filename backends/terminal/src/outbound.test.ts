/** What core asks for, and how it reads. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { container, list, text } from "@seabird-chat/protocol";
import type { Target } from "@seabird-chat/sdk/backend";
import { type Shown, toShown, whyRefused } from "./outbound.ts";
import { Screen, type ScreenOptions } from "./screen.ts";

const present = {
  hasPerson: (name: string) => name === "ann",
  hasRoom: (name: string) => name === "#terminal",
};
const block = text("hi");
const room = (id: string): Target => ({ kind: "channel", id });
const person = (id: string): Target => ({ kind: "user", id });

test("sends go to rooms and people that are there", () => {
  const rows: readonly (readonly [Target, string | undefined])[] = [
    [room("#terminal"), undefined],
    [room("#x"), 'there is no room "#x"'],
    [person("ann"), undefined],
    [person("bob"), 'nobody here is called "bob"'],
  ];
  for (const [to, why] of rows) assert.equal(whyRefused(to, present), why);
  for (const kind of ["message", "action"] as const) {
    assert.deepEqual(toShown(room("#x"), { kind, block }), { kind, to: room("#x"), block });
    assert.deepEqual(toShown(person("ann"), { kind, block }), { kind, to: person("ann"), block });
  }
});

test("a persona's name stands in place of the bot's, if it has one", () => {
  const named = (displayName: string) =>
    toShown(person("ann"), {
      kind: "message",
      block,
      persona: { id: "", displayName, avatarUrl: "" },
    }).name;
  assert.equal(named("Polly"), "Polly");
  assert.equal(named("  "), undefined);
  assert.equal(named("\x1b\u202e"), undefined);
  assert.equal(named("ann\u202e"), "ann");
  assert.equal(named("x".repeat(1_000))?.length, 64);
});

const screen = (options: Partial<ScreenOptions> = {}) =>
  new Screen({ color: false, nick: "seabird", user: "ann", ...options });

test("each kind reads its own way", () => {
  const here = "#terminal";
  const to = room(here);
  const said = (shown: Shown, current: string) => screen().said(shown, current);
  assert.deepEqual(said({ kind: "message", to, block }, here), ["<seabird> hi"]);
  assert.deepEqual(said({ kind: "message", to, block }, "#b"), ["[#terminal] <seabird> hi"]);
  assert.deepEqual(said({ kind: "action", to, block }, here), ["* seabird hi"]);
  const secret = person("ann");
  assert.deepEqual(said({ kind: "message", to: secret, block }, here), ["[private] <seabird> hi"]);
  assert.deepEqual(said({ kind: "action", to: secret, block }, here), ["[private] * seabird hi"]);
  assert.deepEqual(said({ kind: "message", to: person("bob"), block }, here), [
    "[private with bob] <seabird> hi",
  ]);
  const lines = container(["two:", list(["a", "b"])]);
  assert.deepEqual(said({ kind: "message", to, block: lines }, here), [
    "<seabird> two:",
    "  • a",
    "  • b",
  ]);
});

test("a message has its number, what it answers, and what has become of it", () => {
  const here = "#terminal";
  const to = room(here);
  const quote = { name: "bob", text: `a ${"very ".repeat(20)}long question` };
  const lines = screen().said({ kind: "message", to, block, name: "Polly" }, here, {
    number: 12,
    quote,
  });
  assert.deepEqual(lines, [`▎ <bob> ${quote.text.slice(0, 60)}…`, "12 <Polly> hi"]);
  const reactions = [
    ["👍", 2],
    [":parrot:", 1],
  ] as const;
  assert.deepEqual(screen().marked(["<Polly> hi"], { isEdited: true, reactions }), [
    "<Polly> hi (edited)",
    "  [👍 2] [:parrot:]",
  ]);
  assert.deepEqual(screen().happened("edited", ["<Polly> hi", "  there"]), [
    "* edited: <Polly> hi",
    "  there",
  ]);
});

test("names, notes and typed lines are made harmless", () => {
  const odd = screen({ color: true, nick: "sea\x1bbird", user: "a\x07nn" });
  const quote = { name: "\x1b[2J", text: "\r\x1b[2J" };
  const all = [
    ...odd.said({ kind: "message", to: room("#\x1b[2J"), block }, undefined),
    ...odd.said({ kind: "action", to: room("#"), block, name: "\x1b" }, "#", { quote }),
    ...odd.marked(["hi"], { isEdited: true, reactions: [["\x1b]0;\x07", 2]] }),
    ...odd.happened("deleted by \x1b", [odd.brief(quote)]),
    ...odd.typing(person("\x1b"), undefined),
    ...odd.notice("core\x1b[2J is away"),
    ...odd.note("gone\x1b]0;title\x07"),
    ...odd.typed("x\x1b[2J"),
    odd.prompt("#\x9b2J"),
  ].join("");
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the only ones we write.
  const rest = all.replace(/\x1b\[[0-9;]+m/g, "");
  assert.doesNotMatch(rest, /\p{Cc}/u);
});
