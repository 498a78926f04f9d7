/** Events of the network as events for core. */
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { bold, container, text } from "@seabird-chat/protocol";
import fc from "fast-check";
import { type NetworkEvent, type NetworkNames, toNetworkEvent } from "./inbound.ts";

const names: NetworkNames = {
  isChannel: (target) => target.startsWith("#"),
  isMe: (nick) => nick.toLowerCase() === "bird",
  channelId: (name) => (name.toLowerCase() === "#a" ? "#A" : name),
  userId: (nick) => nick.toLowerCase(),
};

const origin = { mask: "Joe!j@h" };

function read(
  words: string,
  target = "#a",
  kind: "message" | "action" = "message",
): NetworkEvent | undefined {
  return toNetworkEvent({ kind, target, nick: "Joe", text: words, origin }, names);
}

const message = {
  user: { id: "joe", displayName: "Joe" },
  tags: { "irc/mask": "Joe!j@h" },
  channel: "#A",
};
const { channel: _, ...alone } = message;

suite("messages", () => {
  test("text, with and without formatting", () => {
    assert.deepEqual(read("hi"), { kind: "message", message: { ...message, text: "hi" } });
    assert.deepEqual(read("\x0304hi"), { kind: "message", message: { ...message, text: "hi" } });
    assert.deepEqual(read("a \x02b"), {
      kind: "message",
      message: { ...message, block: container([text("a "), bold("b")]) },
    });
  });

  test("private messages, in whatever case the nick is written", () => {
    assert.deepEqual(read("!help", "BIRD"), {
      kind: "privateMessage",
      message: { ...alone, text: "!help" },
    });
    assert.deepEqual(read("waves", "bird", "action"), {
      kind: "privateAction",
      message: { ...alone, text: "waves" },
    });
  });

  test("actions, and messages without visible text", () => {
    assert.deepEqual(read("!waves", "#a", "action"), {
      kind: "action",
      message: { ...message, text: "!waves" },
    });
    assert.equal(read("\x02\x0304"), undefined);
    assert.equal(read("hi", "$mask"), undefined);
  });

  test("the server's information about a message as tags, without empty or endless values", () => {
    const tags = (given: object) => {
      const event = { kind: "message", target: "#a", nick: "joe", text: "hi" } as const;
      const networkEvent = toNetworkEvent({ ...event, origin: { ...origin, ...given } }, names);
      return networkEvent?.kind === "message" ? networkEvent.message.tags : undefined;
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
  test("joined, changed, left; topics are plain text", () => {
    assert.deepEqual(toNetworkEvent({ kind: "joined", channel: "#a", topic: "\x02t" }, names), {
      kind: "joined",
      channel: { id: "#A", displayName: "#a", topic: "t" },
    });
    assert.deepEqual(
      toNetworkEvent({ kind: "topic", channel: "#a", topic: "", nick: "joe" }, names),
      {
        kind: "changed",
        channel: { id: "#A", displayName: "#a", topic: "" },
      },
    );
    assert.deepEqual(toNetworkEvent({ kind: "left", channel: "#a", why: "kick" }, names), {
      kind: "left",
      channelId: "#A",
    });
    assert.equal(toNetworkEvent({ kind: "nick", nick: "bird2" }, names), undefined);
    assert.equal(toNetworkEvent({ kind: "invite", channel: "#x", origin }, names), undefined);
  });
});

test("no text makes it fail", () => {
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
      (line, target) => void read(line, target),
    ),
  );
});
