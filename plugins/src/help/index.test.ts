/** What `help` answers. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { create } from "@bufbuild/protobuf";
import { CommandMetadataSchema, type Content, contentBlock } from "@seabird-chat/protocol";
import { details, overview } from "./index.ts";

const plain = (content: Content) => contentBlock(content).plain;
const help = (shortHelp: string, fullHelp = "") =>
  create(CommandMetadataSchema, { shortHelp, fullHelp });

const commands = {
  ping: help("answers pong"),
  karma: help("tells a score", "karma [name]: whose score it is"),
  quiet: help(""),
  same: help("twice", "twice"),
  "!odd": help("has a mark of its own"),
  dig: help("", "dig <name>"),
};

test("the overview is sorted", () => {
  assert.equal(
    plain(overview(commands)),
    "Commands: !odd, dig, karma, ping, quiet, same. For more: help <command>",
  );
});

test("one command shows both of its helps", () => {
  assert.equal(
    plain(details("karma", commands)),
    "karma: tells a score – karma [name]: whose score it is",
  );
  assert.equal(plain(details("ping", commands)), "ping: answers pong");
  assert.equal(plain(details("dig", commands)), "dig: dig <name>");
  assert.equal(plain(details("same", commands)), "same: twice");
  assert.equal(plain(details("quiet", commands)), "quiet says nothing about itself");
});

test("a prefix is no hindrance, and a name's own mark is no prefix", () => {
  for (const asked of ["!ping", ".ping", "/ping", "!!ping", "PING"]) {
    assert.equal(plain(details(asked, commands)), "ping: answers pong", asked);
  }
  assert.equal(plain(details("!odd", commands)), "!odd: has a mark of its own");
});

test("a name is found however it is typed", () => {
  for (const asked of ["！ping", "Pi\u200Bng", "ｐｉｎｇ", "“ping”", "ping?", "PİNG"]) {
    assert.equal(plain(details(asked, commands)), "ping: answers pong", asked);
  }
});

test("of a command with sub-commands one line, and the help of one of them", () => {
  const full = [
    "starts one\nUsage: game start WHO [--fast]\nWHO: who begins\n--fast",
    "ends it\nUsage: game stop",
  ];
  const games = {
    game: help("game start|stop", full.join("\n")),
    own: help(
      "tells about it",
      `tells about it\nUsage: own [WHO]\n${full.join("\n").replaceAll("game", "own")}`,
    ),
    one: help("one add", "adds\nUsage: one add"),
  };
  const rows: [string, string | undefined, string][] = [
    ["game", undefined, "game: game start|stop. For more: help game <command>"],
    ["own", undefined, "own: tells about it – own start|stop. For more: help own <command>"],
    ["one", undefined, "one: one add. For more: help one <command>"],
    ["game", "START", `game start: ${full[0]}`],
    ["!Game", "stop", `game stop: ${full[1]}`],
    ["one", "add", "one add: adds\nUsage: one add"],
    ["game", "strat", "did you mean help game start?"],
    ["game", "xyz", "game: game start|stop. For more: help game <command>"],
  ];
  for (const [asked, sub, answer] of rows) {
    assert.equal(plain(details(asked, games, sub)), answer, `${asked} ${sub}`);
  }
});

test("unknown names are said so, also those of every object", () => {
  for (const asked of ["nope", "constructor", "__proto__", "!"]) {
    assert.equal(
      plain(details(asked, commands)),
      `there is no command ${asked}; help lists them all`,
    );
  }
});

test("what is long, or hides something, is not repeated", () => {
  for (const asked of ["x".repeat(65), "ni\u202Ece", "a\u0007b"]) {
    assert.equal(plain(details(asked, commands)), "no such command; help lists them all");
  }
});
