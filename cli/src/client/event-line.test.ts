import assert from "node:assert/strict";
import { test } from "node:test";
import { EVENT_KINDS } from "@seabird-chat/sdk";
import {
  type EventLine,
  KIND_NAMES,
  lastSegment,
  passes,
  readKind,
  shortPlace,
  type TailFilter,
} from "./event-line.ts";

const LINE: EventLine = {
  kind: "message",
  place: "irc://net/%23room",
  sender: "Alice",
  senderId: "irc://net/alice",
  ids: [],
  text: "hi",
};
const ALL: TailFilter = { kinds: new Set(), channels: [], backends: [], senders: [] };

test("each filter lets its own through and nothing else", () => {
  const cases: readonly (readonly [filter: Partial<TailFilter>, lets: boolean])[] = [
    [{}, true],
    [{ kinds: new Set(["message"]) }, true],
    [{ kinds: new Set(["command"]) }, false],
    [{ channels: ["irc://net/%23room"] }, true],
    [{ channels: ["irc://net/#room"] }, true],
    [{ channels: ["#room"] }, true],
    [{ channels: ["#other", "#room"] }, true],
    [{ channels: ["irc://other/%23room"] }, false],
    [{ backends: ["irc://net"] }, true],
    [{ backends: ["irc"] }, true],
    [{ backends: ["irc://ne"] }, false],
    [{ senders: ["Alice"] }, true],
    [{ senders: ["irc://net/alice"] }, true],
    [{ senders: ["alice"] }, true],
    [{ senders: ["bob"] }, false],
    [{ channels: ["#room"], senders: ["bob"] }, false],
  ];
  for (const [filter, lets] of cases) {
    assert.equal(passes(LINE, { ...ALL, ...filter }), lets, JSON.stringify(filter));
  }
});

test("typing is shown to those who name it", () => {
  const typing: EventLine = { ...LINE, kind: "typing" };
  assert.ok(!passes(typing, ALL));
  assert.ok(passes(typing, { ...ALL, kinds: new Set(["typing"]) }));
});

test("a backend is inside itself", () => {
  const line: EventLine = { ...LINE, kind: "backend", place: "irc://net" };
  for (const [backend, lets] of [
    ["irc://net", true],
    ["irc", true],
    ["irc://other", false],
  ] as const) {
    assert.equal(passes(line, { ...ALL, backends: [backend] }), lets, backend);
  }
});

test("kinds are read in both spellings", () => {
  assert.deepEqual([...KIND_NAMES].sort(), [...EVENT_KINDS].sort());
  assert.equal(readKind("message_edited"), "messageEdited");
  assert.equal(readKind("private_message"), "privateMessage");
  assert.equal(readKind("SEND-MESSAGE"), "sendMessage");
  assert.equal(readKind("shout"), undefined);
});

test("people see the name, not the id", () => {
  assert.equal(lastSegment("irc://net/%23caf%C3%A9"), "#café");
  assert.equal(lastSegment("no id"), "no id");
  assert.equal(shortPlace("irc://net/%23caf%C3%A9"), "irc/net #café");
  assert.equal(shortPlace("no id"), "no id");
});
