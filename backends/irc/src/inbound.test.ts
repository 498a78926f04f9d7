/** Events of the network as events for core. */
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { bold, container, text } from "@seabird-chat/protocol";
import type { NetworkEvent } from "@seabird-chat/sdk/backend";
import fc from "fast-check";
import { type NetworkNames, toNetworkEvent, toRemember } from "./inbound.ts";
import type { IrcEvent } from "./state/irc-event.ts";

const names: NetworkNames = {
  isChannel: (target) => target.startsWith("#"),
  isMe: (nick) => nick.toLowerCase() === "bird",
  channelId: (name) => (name.toLowerCase() === "#a" ? "#A" : name),
  userId: (nick) => nick.toLowerCase(),
  self: "bird",
  earlier: ({ id: conversation }, id) =>
    conversation === "#A" && id === "m1" ? { nick: "Ann", text: "what was said" } : undefined,
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
    });
    assert.deepEqual(tags({ account: "" }), { "irc/mask": "Joe!j@h" });
    assert.deepEqual(tags({ mask: "a\x1b[2J!b@c" }), { "irc/mask": "a\ufffd[2J!b@c" });
  });
});

suite("what the server knows about a message", () => {
  const time = "2026-01-02T03:04:05.678Z";
  const sentAt = new Date(time);
  const rows: readonly [what: string, given: object, expected: object][] = [
    ["id and time", { msgid: "x1", time }, { id: "x1", sentAt }],
    ["an id of 512 bytes", { msgid: "x".repeat(512) }, { id: "x".repeat(512) }],
    ["an id that is too long", { msgid: "x".repeat(513) }, {}],
    ["an id that is too long in bytes", { msgid: "é".repeat(257) }, {}],
    ["an id with control characters", { msgid: "a\x1b[2J" }, {}],
    ["an empty id", { msgid: "" }, {}],
    ["a time of another form", { time: "yesterday" }, {}],
    ["the year 0, which protobuf does not have", { time: "0000-01-02T03:04:05Z" }, {}],
    ["a day that does not exist", { time: "2026-13-41T99:04:05.678Z" }, {}],
    [
      "an answer to a message that is remembered",
      { replyTo: "m1" },
      {
        replyTo: {
          messageId: "m1",
          author: { id: "ann", displayName: "Ann" },
          text: "what was said",
        },
      },
    ],
    ["an answer to another one", { replyTo: "m2" }, { replyTo: { messageId: "m2" } }],
    ["an answer to nothing", { replyTo: "" }, {}],
  ];
  for (const [what, given, expected] of rows) {
    test(what, () => {
      const event = { kind: "message", target: "#a", nick: "Joe", text: "hi" } as const;
      assert.deepEqual(toNetworkEvent({ ...event, origin: { ...origin, ...given } }, names), {
        kind: "message",
        message: { ...message, text: "hi", ...expected },
      });
    });
  }

  test("an account and a bot are the user's", () => {
    const event = { kind: "message", target: "#a", nick: "Joe", text: "hi" } as const;
    const known = { ...origin, account: "joseph", isBot: true };
    const read = toNetworkEvent({ ...event, origin: known }, names);
    assert.deepEqual(read?.kind === "message" && read.message.user, {
      id: "joe",
      displayName: "Joe",
      account: "joseph",
      isBot: true,
    });
  });
});

suite("reactions, typing, deletions", () => {
  const from = { target: "#a", nick: "Joe", origin };
  const user = { id: "joe", displayName: "Joe" };
  const here = { kind: "channel", id: "#A" };
  const alone = { kind: "user", id: "joe" };
  const rows: readonly [what: string, event: IrcEvent, expected: object | undefined][] = [
    [
      "a reaction",
      { kind: "reaction", ...from, messageId: "m1", emoji: "👍", removed: false },
      {
        kind: "reaction",
        reaction: { conversation: here, messageId: "m1", user, emoji: "👍", removed: false },
      },
    ],
    [
      "a reaction in private, taken back",
      { kind: "reaction", ...from, target: "bird", messageId: "m1", emoji: "x", removed: true },
      {
        kind: "reaction",
        reaction: { conversation: alone, messageId: "m1", user, emoji: "x", removed: true },
      },
    ],
    [
      "a reaction that is too long",
      { kind: "reaction", ...from, messageId: "m1", emoji: "x".repeat(513), removed: false },
      undefined,
    ],
    [
      "somebody types",
      { kind: "typing", ...from, isActive: true },
      { kind: "typing", typing: { conversation: here, user, isActive: true, expiresMs: 6_000 } },
    ],
    [
      "somebody stops typing",
      { kind: "typing", ...from, target: "bird", isActive: false },
      { kind: "typing", typing: { conversation: alone, user, isActive: false } },
    ],
    [
      "a deletion",
      { kind: "redacted", ...from, messageId: "m1", reason: "spam" },
      {
        kind: "deleted",
        deletion: { conversation: here, ids: ["m1"], by: user, reason: "spam" },
      },
    ],
    [
      "a deletion elsewhere",
      { kind: "redacted", ...from, target: "$all", messageId: "m1", reason: "" },
      undefined,
    ],
  ];
  for (const [what, event, expected] of rows) {
    test(what, () => assert.deepEqual(toNetworkEvent(event, names), expected));
  }
});

suite("people", () => {
  const ann = { nick: "Ann", account: "anna", isBot: true };
  const user = { id: "ann", displayName: "Ann", account: "anna", isBot: true };
  test("come, go, are removed", () => {
    const member = { kind: "member", channel: "#a", person: ann } as const;
    assert.deepEqual(toNetworkEvent({ ...member, change: "joined", reason: "" }, names), {
      kind: "memberJoined",
      member: { channel: "#A", user, reason: "" },
    });
    assert.deepEqual(toNetworkEvent({ ...member, change: "left", reason: "bye" }, names), {
      kind: "memberLeft",
      member: { channel: "#A", user, reason: "bye" },
    });
    const removed = { ...member, change: "removed", by: { nick: "Op" }, reason: "out" } as const;
    assert.deepEqual(toNetworkEvent(removed, names), {
      kind: "memberRemoved",
      member: { channel: "#A", user, by: { id: "op", displayName: "Op" }, reason: "out" },
    });
  });

  test("change", () => {
    assert.deepEqual(
      toNetworkEvent({ kind: "person", before: ann, person: { nick: "X" } }, names),
      {
        kind: "userChanged",
        change: { before: user, user: { id: "x", displayName: "X" } },
      },
    );
  });
});

suite("what is remembered for answers", () => {
  const from = { target: "#a", nick: "Joe" };
  const here = { kind: "channel", id: "#A" };
  const rows: readonly [event: IrcEvent, expected: object | undefined][] = [
    [
      { kind: "message", ...from, text: "\x02hi", origin: { ...origin, msgid: "m1" } },
      { conversation: here, id: "m1", nick: "Joe", text: "hi" },
    ],
    [
      { kind: "action", ...from, target: "bird", text: "waves", origin: { ...origin, msgid: "m" } },
      { conversation: { kind: "user", id: "joe" }, id: "m", nick: "Joe", text: "waves" },
    ],
    [
      { kind: "echo", target: "#a", text: "\x01ACTION waves\x01", msgid: "m2" },
      { conversation: here, id: "m2", nick: "bird", text: "waves" },
    ],
    [
      { kind: "echo", target: "Joe", text: "hi", msgid: "m3" },
      { conversation: { kind: "user", id: "joe" }, id: "m3", nick: "bird", text: "hi" },
    ],
    [{ kind: "message", ...from, text: "hi", origin }, undefined],
    [{ kind: "typing", ...from, origin, isActive: true }, undefined],
  ];
  for (const [event, expected] of rows) {
    test(`${event.kind} of ${JSON.stringify(event)}`, () => {
      assert.deepEqual(toRemember(event, names), expected);
    });
  }
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
