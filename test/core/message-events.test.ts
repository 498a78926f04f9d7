/** What streams get of a backend's events in the messages extension, over all three wires. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { create } from "@bufbuild/protobuf";
import { EventSchema, MemberChange, Presentation } from "@seabird-chat/protocol";
import {
  type EventInner,
  type EventTail,
  type MessageWorld,
  openMessageWorld,
  WIRE_NAMES,
} from "../support/message-world.ts";
import type { RawBackend } from "../support/raw-backend.ts";
import { until } from "../support/until.ts";

type Fields = Record<string, unknown>;

const NET = "irc://net/";
const id = (bytes: number) => "x".repeat(bytes);
const inner = (kind: string, value: Fields) => ({ case: kind, value }) as never as EventInner;
const IN_CHANNEL = { where: { case: "channelId", value: "#c" } };
const ANN = { id: "ann", displayName: "Ann" };
const text = (content: string) => ({
  plain: content,
  inner: { case: "text", value: { text: content } },
});
const block = (kind: string, value: Fields, plain = "") => ({
  plain,
  inner: { case: kind, value },
});
const hi = (more: Fields) => inner("message", { text: "hi", ...more });
const heard = (more: Fields) => hi({ rootBlock: text("hi"), ...more });
const saying = (rootBlock: unknown) => inner("message", { rootBlock });
const said = (rootBlock: { plain: string }) =>
  inner("message", { text: rootBlock.plain, rootBlock });
const mention = (kind: string, value: unknown, plain = "@x") =>
  block("mention", { inner: text("@x"), target: { case: kind, value } }, plain);

const ABSOLUTE = { where: { case: "channelId", value: `${NET}%23c` } };
const ABSOLUTE_ANN = { ...ANN, id: `${NET}ann` };
const WITH_ANN = { where: { case: "userId", value: "ann" } };
const FILE = {
  name: "cat",
  url: "https://x.y/c",
  contentType: "image/jpeg",
  sizeBytes: 2n ** 64n - 1n,
  width: 2 ** 32 - 1,
  height: 2,
  durationMs: 2n ** 53n + 1n,
  description: "a cat",
  presentation: Presentation.ANIMATION,
  isSpoiler: true,
  expiresAt: { seconds: 253_402_300_799n },
};
const REACTION = { messageId: "1", emoji: { text: "👍", id: "7" } };
const EDIT = { text: "new", info: { id: "1" } };
const LEFT = { change: MemberChange.LEFT, reason: "bye" };
const TYPING = { isActive: true, expiresMs: 2 ** 32 - 1 };

/** What a backend reports, and what is published of it; without that, the event is dropped. */
const ROWS: Record<string, readonly [EventInner, EventInner?]> = {
  "3: a user's picture, account and being a bot": [
    hi({
      source: { channelId: "#c", user: { ...ANN, avatarUrl: "u", isBot: true, account: "a" } },
    }),
    heard({
      source: {
        channelId: `${NET}%23c`,
        user: { ...ABSOLUTE_ANN, avatarUrl: "u", isBot: true, account: "a" },
      },
    }),
  ],
  "3: id, time, reference and referrer of a message": [
    hi({
      info: {
        id: "1/%é\u0000",
        sentAt: { seconds: -62_135_596_800n, nanos: 1 },
        replyTo: { messageId: "0", author: ANN, text: "é".repeat(151), conversation: WITH_ANN },
        referrer: "r",
      },
    }),
    heard({
      info: {
        id: "1/%é\u0000",
        sentAt: { seconds: -62_135_596_800n, nanos: 1 },
        replyTo: {
          messageId: "0",
          author: ABSOLUTE_ANN,
          text: "é".repeat(150),
          conversation: { where: { case: "userId", value: `${NET}ann` } },
        },
        referrer: "r",
      },
    }),
  ],
  "3: empty optional ids stay empty": [
    hi({ info: { replyTo: { author: { displayName: "A" } } } }),
    heard({ info: { replyTo: { author: { displayName: "A" } } } }),
  ],
  "3: ids of 512 bytes": [
    hi({ info: { id: id(512), referrer: id(512) } }),
    heard({ info: { id: id(512), referrer: id(512) } }),
  ],
  "3: an id of 513 bytes": [hi({ info: { id: id(513) } })],
  "3: a referrer of 513 bytes": [hi({ info: { referrer: id(513) } })],
  "3: an account of 2,049 bytes": [
    hi({ source: { channelId: "#c", user: { account: id(2_049) } } }),
  ],
  "3: a url with a password": [
    saying(block("attachment", { name: "cat", url: "https://a:b@x.y" })),
    said(block("attachment", { name: "cat" }, "cat")),
  ],
  "3: a command's block, and its argument as sent": [
    inner("command", { command: "hug", arg: " x", argBlock: mention("userId", "ann", "lie") }),
    inner("command", { command: "hug", arg: " x", argBlock: mention("userId", `${NET}ann`) }),
  ],
  "3: a command with a bad block": [
    inner("command", { command: "hug", argBlock: block("mention", {}) }),
  ],
  "4: mentions of users and channels, of everyone and of no one": [
    saying(
      block("container", {
        inner: [
          mention("userId", "a/b"),
          mention("channelId", "#c"),
          mention("everyone", true),
          mention("everyone", false),
        ],
      }),
    ),
    said(
      block(
        "container",
        {
          inner: [
            mention("userId", `${NET}a%2Fb`),
            mention("channelId", `${NET}%23c`),
            mention("everyone", true),
            mention("everyone", false),
          ],
        },
        "@x@x@x@x",
      ),
    ),
  ],
  "4: a mention without inner": [
    saying(block("mention", { target: { case: "userId", value: "a" } })),
  ],
  "4: an emoji": [
    saying(block("emoji", { text: ":parrot:", id: "7", url: "https://x.y" })),
    said(block("emoji", { text: ":parrot:", id: "7", url: "https://x.y" }, ":parrot:")),
  ],
  "4: an emoji's text of 513 bytes": [saying(block("emoji", { text: id(513) }))],
  "4: a file with the largest numbers": [
    saying(block("attachment", { ...FILE, id: "f/1" })),
    said(block("attachment", { ...FILE, id: `${NET}f%2F1` }, "cat: https://x.y/c")),
  ],
  "4: a presentation of later": [
    saying(block("attachment", { url: "u", presentation: 99 })),
    said(block("attachment", { url: "u", presentation: 99 }, "u")),
  ],
  "4: an ordered list": [
    saying(block("list", { inner: [text("a"), text("b")], isOrdered: true })),
    said(block("list", { inner: [text("a"), text("b")], isOrdered: true }, "1. a, 2. b")),
  ],
  "4: a block without a kind, with words": [saying({ plain: "hi" }), said(text("hi"))],
  "4: a block without a kind, without words": [saying({})],
  "5: an edit": [
    inner("messageEdited", { ...EDIT, conversation: IN_CHANNEL, author: ANN, sender: "forged" }),
    inner("messageEdited", {
      ...EDIT,
      conversation: ABSOLUTE,
      author: ABSOLUTE_ANN,
      rootBlock: text("new"),
    }),
  ],
  "5: an edit of no message": [inner("messageEdited", { conversation: IN_CHANNEL, text: "x" })],
  "5: a deletion": [
    inner("messageDeleted", {
      conversation: WITH_ANN,
      messageIds: ["1"],
      by: ANN,
      reason: "r",
      sender: "x",
    }),
    inner("messageDeleted", {
      conversation: { where: { case: "userId", value: `${NET}ann` } },
      messageIds: ["1"],
      by: ABSOLUTE_ANN,
      reason: "r",
    }),
  ],
  "5: a deletion of 1,000": [
    inner("messageDeleted", { conversation: IN_CHANNEL, messageIds: Array(1_000).fill("1") }),
    inner("messageDeleted", { conversation: ABSOLUTE, messageIds: Array(1_000).fill("1") }),
  ],
  "5: a deletion of 1,001": [
    inner("messageDeleted", { conversation: IN_CHANNEL, messageIds: Array(1_001).fill("1") }),
  ],
  "5: a deletion nowhere": [inner("messageDeleted", { messageIds: ["1"] })],
  "5: a reaction": [
    inner("reaction", { ...REACTION, conversation: IN_CHANNEL, user: ANN, sender: "x" }),
    inner("reaction", { ...REACTION, conversation: ABSOLUTE, user: ABSOLUTE_ANN }),
  ],
  "5: a reaction of no one": [inner("reaction", { ...REACTION, conversation: IN_CHANNEL })],
  "5: the removal of all reactions": [
    inner("reaction", { conversation: IN_CHANNEL, messageId: "1", removed: true }),
    inner("reaction", { conversation: ABSOLUTE, messageId: "1", removed: true }),
  ],
  "5: typing": [
    inner("typing", { ...TYPING, conversation: IN_CHANNEL, user: ANN }),
    inner("typing", { ...TYPING, conversation: ABSOLUTE, user: ABSOLUTE_ANN }),
  ],
  "5: typing of no one": [inner("typing", { conversation: IN_CHANNEL })],
  "5: a member": [
    inner("member", { ...LEFT, channelId: "#c", user: ANN, by: ANN }),
    inner("member", { ...LEFT, channelId: `${NET}%23c`, user: ABSOLUTE_ANN, by: ABSOLUTE_ANN }),
  ],
  "5: a change of later": [
    inner("member", { change: 99, channelId: "#c", user: ANN }),
    inner("member", { change: 99, channelId: `${NET}%23c`, user: ABSOLUTE_ANN }),
  ],
  "5: a member of no channel": [inner("member", { ...LEFT, user: ANN })],
  "5: a user who changed": [
    inner("userChanged", { before: { id: "anna" }, user: ANN }),
    inner("userChanged", { before: { id: `${NET}anna` }, user: ABSOLUTE_ANN }),
  ],
  "5: nobody changed": [inner("userChanged", { before: ANN })],
  "9: capabilities": [inner("capabilities", { features: { edit: 2 } })],
};

for (const name of WIRE_NAMES) {
  describe(`events of messages over ${name}`, () => {
    let world: MessageWorld;
    let backend: RawBackend;
    let tail: EventTail;

    before(async () => {
      world = await openMessageWorld(name);
      backend = await world.backend("net");
      tail = await world.watch();
      await tail.take();
    });

    after(() => world.close());

    const published = async (event: EventInner) => {
      const received = () => {
        const { backends } = world.core.core.broker.status();
        return backends.find((each) => each.id === "irc://net")?.eventsReceived ?? 0;
      };
      const before = received();
      backend.send({ inner: event as never, tags: { own: "o", "core/forged": "1" } });
      await until("the event", () => received() > before);
      return tail.take();
    };

    for (const [what, [sent, expected]] of Object.entries(ROWS)) {
      test(expected === undefined ? `${what}: nothing` : what, async () => {
        const events = await published(sent);
        const tags = events.map((event) => event.tags);
        const wanted = expected === undefined ? [] : [create(EventSchema, { inner: expected })];
        assert.deepEqual(
          events.map((event) => event.inner),
          wanted.map((event) => event.inner),
        );
        for (const each of tags) {
          assert.equal(each["own"], "o");
          assert.equal(each["core/forged"], undefined);
        }
      });
    }
  });
}
