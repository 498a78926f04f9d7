/** What typed lines mean. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { plainText } from "@seabird-chat/sdk/backend";
import {
  MAX_LINE_CHARACTERS,
  parseLine,
  readMentions,
  type Typed,
  type TypedIn,
} from "./inbound.ts";

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
  ["/reply 12 so do I ", { kind: "reply", reference: "12", text: "so do I" }],
  ["/reply bob:2 !roll 2d6", { kind: "reply", reference: "bob:2", text: "!roll 2d6" }],
  ["/edit -1  what I meant", { kind: "edit", reference: "-1", text: "what I meant" }],
  ["/delete -1", { kind: "delete", reference: "-1", reason: "" }],
  ["/delete bob no spam", { kind: "delete", reference: "bob", reason: "no spam" }],
  ["/react bob 👍", { kind: "react", reference: "bob", emoji: "👍", removed: false }],
  ["/unreact 3 :parrot:", { kind: "react", reference: "3", emoji: ":parrot:", removed: true }],
  ["/unreact 3", { kind: "react", reference: "3", emoji: undefined, removed: true }],
  ["/file https://x.y/a.png", { kind: "file", channel, url: "https://x.y/a.png", name: "" }],
  ["/file ./my cat.png", { kind: "localFile", channel, path: "./my cat.png" }],
  ["/file /tmp/a.png", { kind: "localFile", channel, path: "/tmp/a.png" }],
  ["/file ~/a.png", { kind: "localFile", channel, path: "~/a.png" }],
  ["/file https://x.y a cat", { kind: "file", channel, url: "https://x.y", name: "a cat" }],
  ["/ids", { kind: "ids", show: "latest" }],
  ["/ids off", { kind: "ids", show: "off" }],
  ["/as bob", { kind: "as", name: "bob", line: "" }],
  ["/as bob /me waves", { kind: "as", name: "bob", line: "/me waves" }],
  ["/nick rob", { kind: "nick", name: "rob" }],
  ["/members", { kind: "members" }],
  ["/typing", { kind: "typing" }],
  ["/wait", { kind: "wait", text: "" }],
  ["/wait two votes", { kind: "wait", text: "two votes" }],
  ["/help", { kind: "help" }],
  ["/quit", { kind: "quit" }],
];

test("each line has its meaning", () => {
  for (const [line, typed] of ROWS) assert.deepEqual(parseLine(line, where), typed, line);
});

test("what cannot be done is explained", () => {
  const lines = ["/dance", "/", "/me", "/msg", "/join", "/join two words", "/constructor"];
  lines.push("/reply", "/reply 1", "/edit -1", "/delete", "/react", "/react 1", "/unreact");
  lines.push("/react 1 two words", `/react 1 ${"x".repeat(33)}`, "/file", "/file cat.jpg");
  lines.push("/ids all", "/as", "/as bob /as cid hi", "/as \x07", "/nick", "/nick two words");
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

test("people who are here are mentioned by their names", () => {
  const hasPerson = (name: string) => ["ann", "bob", "c.d."].includes(name);
  const rows: readonly (readonly [string, readonly string[] | undefined])[] = [
    ["hi", undefined],
    ["hi @cid", undefined],
    ["ann@bob", undefined],
    ["@ann", ["@ann"]],
    ["hi @ann, (@bob) and @c.d.!", ["hi ", "@ann", ", (", "@bob", ") and ", "@c.d.", "!"]],
    ["@ann @bob", ["@ann", " ", "@bob"]],
  ];
  for (const [typed, pieces] of rows) {
    const block = readMentions(typed, hasPerson);
    const inner = block?.inner.case === "container" ? block.inner.value.inner : undefined;
    assert.deepEqual(
      inner?.map((each) => plainText(each)),
      pieces,
      typed,
    );
    for (const each of inner ?? []) {
      assert.equal(each.inner.case === "mention", plainText(each).startsWith("@"), typed);
    }
  }
});
