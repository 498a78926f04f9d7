/** The messages extension: what is published of what people say. */
import { suite, test } from "node:test";
import {
  ABSOLUTE_ANN,
  ABSOLUTE_USER,
  ANN,
  assertPublished,
  block,
  hi,
  type InnerInit,
  id,
  inner,
  NET,
  plainOf,
  published,
  said,
  saying,
  text,
  WAYS,
  WITH_USER,
} from "./test/reported.ts";

const PUBLISHED: Record<string, readonly [sent: InnerInit, published: InnerInit]> = {
  "what the network tells of a user": [
    hi({
      source: {
        channelId: "#c",
        user: { ...ANN, avatarUrl: "https://x.y/a.png", isBot: true, account: "ann" },
      },
    }),
    published({
      source: {
        channelId: `${NET}%23c`,
        user: { ...ABSOLUTE_ANN, avatarUrl: "https://x.y/a.png", isBot: true, account: "ann" },
      },
    }),
  ],
  "a message's id, time and referrer": [
    hi({ info: { id: "1/ é", sentAt: { seconds: 1n, nanos: 999_999_999 }, referrer: "r" } }),
    published({
      info: { id: "1/ é", sentAt: { seconds: 1n, nanos: 999_999_999 }, referrer: "r" },
    }),
  ],
  "a time before 1970": [
    hi({ info: { sentAt: { seconds: -62_135_596_800n } } }),
    published({ info: { sentAt: { seconds: -62_135_596_800n } } }),
  ],
  "a reply, with absolute ids": [
    hi({
      info: { replyTo: { messageId: "1", author: ANN, text: "so?", conversation: WITH_USER } },
    }),
    published({
      info: {
        replyTo: {
          messageId: "1",
          author: ABSOLUTE_ANN,
          text: "so?",
          conversation: ABSOLUTE_USER,
        },
      },
    }),
  ],
  "a reply whose ids are empty": [
    hi({
      info: {
        replyTo: {
          author: { displayName: "Ann" },
          conversation: { where: { case: "channelId", value: "" } },
        },
      },
    }),
    published({
      info: {
        replyTo: {
          author: { displayName: "Ann" },
          conversation: { where: { case: "channelId", value: "" } },
        },
      },
    }),
  ],
  "a reply's text of 300 bytes": [
    hi({ info: { replyTo: { text: "é".repeat(150) } } }),
    published({ info: { replyTo: { text: "é".repeat(150) } } }),
  ],
  "a reply's longer text, cut at a code point": [
    hi({ info: { replyTo: { text: `x${"🎉".repeat(80)}` } } }),
    published({ info: { replyTo: { text: `x${"🎉".repeat(74)}` } } }),
  ],
  "fields of 512 bytes and 2 KiB": [
    hi({
      source: { user: { ...ANN, avatarUrl: id(2_048), account: id(2_048) } },
      info: { id: id(512), replyTo: { messageId: id(512) }, referrer: id(512) },
    }),
    published({
      source: {
        channelId: NET,
        user: { ...ABSOLUTE_ANN, avatarUrl: id(2_048), account: id(2_048) },
      },
      info: { id: id(512), replyTo: { messageId: id(512) }, referrer: id(512) },
    }),
  ],
  "no picture whose url has a password in it": [
    hi({ source: { user: { ...ANN, avatarUrl: "https://ann:secret@x.y/a.png" } } }),
    published({ source: { channelId: NET, user: ABSOLUTE_ANN } }),
  ],
  "a picture whose url has an @ in its path": [
    hi({ source: { user: { ...ANN, avatarUrl: "https://x.y/@ann" } } }),
    published({
      source: { channelId: NET, user: { ...ABSOLUTE_ANN, avatarUrl: "https://x.y/@ann" } },
    }),
  ],
  "a mention of a user": [
    saying(block("mention", { inner: text("@ann"), target: { case: "userId", value: "ann" } })),
    said(
      block(
        "mention",
        { inner: plainOf("@ann"), target: { case: "userId", value: `${NET}ann` } },
        "@ann",
      ),
    ),
  ],
  "a mention of a channel, of everyone, of no one, of an empty id": [
    saying(
      block("container", {
        inner: [
          block("mention", { inner: text("#c"), target: { case: "channelId", value: "#c" } }),
          block("mention", { inner: text("all"), target: { case: "everyone", value: true } }),
          block("mention", { inner: text("none"), target: { case: "everyone", value: false } }),
          block("mention", { inner: text("?") }),
          block("mention", { inner: text("!"), target: { case: "userId", value: "" } }),
        ],
      }),
    ),
    said(
      block(
        "container",
        {
          inner: [
            block(
              "mention",
              { inner: plainOf("#c"), target: { case: "channelId", value: `${NET}%23c` } },
              "#c",
            ),
            block(
              "mention",
              { inner: plainOf("all"), target: { case: "everyone", value: true } },
              "all",
            ),
            block(
              "mention",
              { inner: plainOf("none"), target: { case: "everyone", value: false } },
              "none",
            ),
            block("mention", { inner: plainOf("?") }, "?"),
            block("mention", { inner: plainOf("!"), target: { case: "userId", value: "" } }, "!"),
          ],
        },
        "#callnone?!",
      ),
    ),
  ],
  "an emoji": [
    saying(block("emoji", { text: ":parrot:", id: "7", url: "https://x.y/p.gif" })),
    said(block("emoji", { text: ":parrot:", id: "7", url: "https://x.y/p.gif" }, ":parrot:")),
  ],
  "a file": [
    saying(
      block("attachment", {
        id: "f/1",
        url: "https://x.y/c",
        name: "cat",
        sizeBytes: 2n ** 60n,
        presentation: 77,
        expiresAt: { seconds: 9n },
      }),
    ),
    said(
      block(
        "attachment",
        {
          id: `${NET}f%2F1`,
          url: "https://x.y/c",
          name: "cat",
          sizeBytes: 2n ** 60n,
          presentation: 77,
          expiresAt: { seconds: 9n },
        },
        "cat: https://x.y/c",
      ),
    ),
  ],
  "a file whose url has a password in it": [
    saying(block("attachment", { url: "https://:secret@x.y/c", name: "cat" })),
    said(block("attachment", { name: "cat" }, "cat")),
  ],
  "an ordered list in a list": [
    saying(
      block("list", {
        inner: [text("a"), block("list", { inner: [text("b"), text("c")], isOrdered: true })],
      }),
    ),
    said(
      block(
        "list",
        {
          inner: [
            plainOf("a"),
            block("list", { inner: [plainOf("b"), plainOf("c")], isOrdered: true }, "1. b, 2. c"),
          ],
        },
        "a, 1. b, 2. c",
      ),
    ),
  ],
  "a block of which only the words are left": [saying({ plain: "hi" }), published({})],
  "a command's argument as it was sent, with its block": [
    inner("command", {
      command: "hug",
      arg: " @ann ",
      argBlock: block("mention", { inner: text("@ann"), target: { case: "userId", value: "ann" } }),
    }),
    inner("command", {
      command: "hug",
      arg: " @ann ",
      argBlock: block(
        "mention",
        { inner: plainOf("@ann"), target: { case: "userId", value: `${NET}ann` } },
        "@ann",
      ),
    }),
  ],
};

for (const [way, eventId] of Object.entries(WAYS)) {
  suite(`published, ${way}`, () => {
    for (const [name, [from, to]] of Object.entries(PUBLISHED)) {
      test(name, () => assertPublished(from, to, eventId));
    }
  });
}
