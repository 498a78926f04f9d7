/** What core is told of what people say. */
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { bold, container, text } from "@seabird/protocol";
import fc from "fast-check";
import { parseCommand, type Reader, type Told, toTold } from "./inbound.ts";

const reader: Reader = {
  commandPrefix: "!",
  nick: "bird",
  isChannel: (target) => target.startsWith("#"),
  isMe: (nick) => nick.toLowerCase() === "bird",
};

function told(
  words: string,
  target = "#a",
  kind: "message" | "action" = "message",
): Told | undefined {
  return toTold({ kind, target, nick: "joe", text: words }, reader);
}

const user = { id: "joe" };
const channelId = "#a";

suite("messages", () => {
  test("words, with and without formatting", () => {
    assert.deepEqual(told("hi"), { kind: "message", said: { channelId, user, content: "hi" } });
    assert.deepEqual(told("\x0304hi"), {
      kind: "message",
      said: { channelId, user, content: "hi" },
    });
    assert.deepEqual(told("a \x02b"), {
      kind: "message",
      said: { channelId, user, content: container([text("a "), bold("b")]) },
    });
  });

  test("to us alone, whatever the case; commands are not read there", () => {
    assert.deepEqual(told("!help", "BIRD"), {
      kind: "privateMessage",
      said: { user, content: "!help" },
    });
    assert.deepEqual(told("waves", "bird", "action"), {
      kind: "privateAction",
      said: { user, content: "waves" },
    });
  });

  test("actions, and nothing to see", () => {
    assert.deepEqual(told("!waves", "#a", "action"), {
      kind: "action",
      said: { channelId, user, content: "!waves" },
    });
    assert.equal(told("\x02\x0304"), undefined);
    assert.equal(told("hi", "$mask"), undefined);
  });
});

suite("commands", () => {
  for (const [words, command, arg] of [
    ["!help", "help", ""],
    ["!roll 2d6", "roll", "2d6"],
    ["!roll   2d6 x ", "roll", "2d6 x"],
    ["\x02!roll\x02 2d6", "roll", "2d6"],
    ["!é 🦀", "é", "🦀"],
    ["!tab\targ", "tab", "arg"],
  ] as const) {
    test(JSON.stringify(words), () => {
      assert.deepEqual(told(words), { kind: "command", given: { channelId, user, command, arg } });
    });
  }

  for (const words of ["!", "! hello", "!!!", "hello !help", "?help"]) {
    test(`${JSON.stringify(words)} is just a message`, () => {
      assert.equal(told(words)?.kind, "message");
    });
  }

  test("a longer prefix", () => {
    assert.deepEqual(parseCommand("bird!help me", "bird!"), { command: "help", arg: "me" });
  });
});

suite("mentions", () => {
  for (const [words, rest] of [
    ["bird: hi", "hi"],
    ["BIRD, hi there ", "hi there"],
    ["bird:", ""],
    ["bird: ", ""],
    ["bird!", ""],
    ["bird🦀 hi", "hi"],
    ["bird: !help", "!help"],
  ] as const) {
    test(JSON.stringify(words), () => {
      assert.deepEqual(told(words), { kind: "mention", said: { channelId, user, content: rest } });
    });
  }

  for (const words of ["bird", "bird hi", "birdie: hi", "bird:hi", "hi bird: x", "bird's nest"]) {
    test(`${JSON.stringify(words)} is just a message`, () => {
      assert.equal(told(words)?.kind, "message");
    });
  }

  test("what follows keeps its formatting", () => {
    assert.deepEqual(told("\x02bird\x02: say \x02hi"), {
      kind: "mention",
      said: { channelId, user, content: container([text("say "), bold("hi")]) },
    });
  });
});

suite("channels", () => {
  test("joined, changed, left; topics read as plain text", () => {
    assert.deepEqual(toTold({ kind: "joined", channel: "#a", topic: "\x02t" }, reader), {
      kind: "joined",
      channel: { id: "#a", topic: "t" },
    });
    assert.deepEqual(toTold({ kind: "topic", channel: "#a", topic: "", nick: "joe" }, reader), {
      kind: "changed",
      channel: { id: "#a", topic: "" },
    });
    assert.deepEqual(toTold({ kind: "left", channel: "#a", why: "kick" }, reader), {
      kind: "left",
      channelId: "#a",
    });
    assert.equal(toTold({ kind: "nick", nick: "bird2" }, reader), undefined);
  });
});

test("no words make it fail", () => {
  const words = fc.string({
    unit: fc.oneof(
      fc.constantFrom("bird", ":", "!", " ", "\x02", "\x03"),
      fc.string({ unit: "binary" }),
    ),
  });
  fc.assert(
    fc.property(
      words,
      fc.constantFrom("#a", "bird", ""),
      (line, target) => void told(line, target),
    ),
  );
});
