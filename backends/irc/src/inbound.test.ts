/** What core is told of what people say. */
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { bold, container, text } from "@seabird-chat/protocol";
import fc from "fast-check";
import { type NetworkEvent, type Reader, toNetworkEvent } from "./inbound.ts";

const reader: Reader = {
  isChannel: (target) => target.startsWith("#"),
  isMe: (nick) => nick.toLowerCase() === "bird",
  channelId: (name) => (name.toLowerCase() === "#a" ? "#A" : name),
  userId: (nick) => nick.toLowerCase(),
};

const origin = { mask: "Joe!j@h" };

function told(
  words: string,
  target = "#a",
  kind: "message" | "action" = "message",
): NetworkEvent | undefined {
  return toNetworkEvent({ kind, target, nick: "Joe", text: words, origin }, reader);
}

const heard = {
  user: { id: "joe", displayName: "Joe" },
  tags: { "irc/mask": "Joe!j@h" },
  channel: "#A",
};
const { channel: _, ...alone } = heard;

suite("messages", () => {
  test("words, with and without formatting", () => {
    assert.deepEqual(told("hi"), { kind: "message", heard: { ...heard, text: "hi" } });
    assert.deepEqual(told("\x0304hi"), { kind: "message", heard: { ...heard, text: "hi" } });
    assert.deepEqual(told("a \x02b"), {
      kind: "message",
      heard: { ...heard, block: container([text("a "), bold("b")]) },
    });
  });

  test("to us alone, whatever the case", () => {
    assert.deepEqual(told("!help", "BIRD"), {
      kind: "privateMessage",
      heard: { ...alone, text: "!help" },
    });
    assert.deepEqual(told("waves", "bird", "action"), {
      kind: "privateAction",
      heard: { ...alone, text: "waves" },
    });
  });

  test("actions, and nothing to see", () => {
    assert.deepEqual(told("!waves", "#a", "action"), {
      kind: "action",
      heard: { ...heard, text: "!waves" },
    });
    assert.equal(told("\x02\x0304"), undefined);
    assert.equal(told("hi", "$mask"), undefined);
  });

  test("what the server tells besides, as tags; not what is empty or without end", () => {
    const tags = (given: object) => {
      const event = { kind: "message", target: "#a", nick: "joe", text: "hi" } as const;
      const heardWith = toNetworkEvent({ ...event, origin: { ...origin, ...given } }, reader);
      return heardWith?.kind === "message" ? heardWith.heard.tags : undefined;
    };
    const time = "2026-01-02T03:04:05.678Z";
    assert.deepEqual(tags({ account: "alice", msgid: "x1", time }), {
      "irc/account": "alice",
      "irc/mask": "Joe!j@h",
      "irc/msgid": "x1",
      "irc/time": time,
    });
    assert.deepEqual(tags({ account: "", msgid: "x".repeat(600) }), { "irc/mask": "Joe!j@h" });
    assert.deepEqual(tags({ time: "yesterday" }), { "irc/mask": "Joe!j@h" });
    assert.deepEqual(tags({ mask: "a\x1b[2J!b@c" }), { "irc/mask": "a\ufffd[2J!b@c" });
  });
});

suite("channels", () => {
  test("joined, changed, left; topics read as plain text", () => {
    assert.deepEqual(toNetworkEvent({ kind: "joined", channel: "#a", topic: "\x02t" }, reader), {
      kind: "joined",
      channel: { id: "#A", displayName: "#a", topic: "t" },
    });
    assert.deepEqual(
      toNetworkEvent({ kind: "topic", channel: "#a", topic: "", nick: "joe" }, reader),
      {
        kind: "changed",
        channel: { id: "#A", displayName: "#a", topic: "" },
      },
    );
    assert.deepEqual(toNetworkEvent({ kind: "left", channel: "#a", why: "kick" }, reader), {
      kind: "left",
      channelId: "#A",
    });
    assert.equal(toNetworkEvent({ kind: "nick", nick: "bird2" }, reader), undefined);
    assert.equal(toNetworkEvent({ kind: "invite", channel: "#x", origin }, reader), undefined);
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
