/** The service Messages: what is refused. */
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import type { MessageInitShape } from "@bufbuild/protobuf";
import { type BlockSchema, Support } from "@seabird-chat/protocol";
import type { ActionKind } from "../actions.ts";
import type { ErrorCode } from "../errors.ts";
import { act, actWith, assertRefused } from "../test/acting.ts";
import { eventsIn, TestBroker, type TestCall } from "../test/fixtures.ts";

const REFUSALS = {
  editMessage: "irc://net cannot edit messages",
  deleteMessages: "irc://net cannot delete messages",
  react: "irc://net cannot react to messages",
  setTyping: "irc://net cannot show typing",
  listMembers: "irc://net cannot list members",
} as const;
const KINDS = Object.keys(REFUSALS) as (keyof typeof REFUSALS)[];
const TO_CONVERSATION = KINDS.filter((kind) => kind !== "listMembers");

const toAnn = { conversation: { where: { case: "userId", value: "irc://net/ann" } } };
const nowhere = { conversation: { where: { case: "channelId", value: "irc://gone/x" } } };
const unreadable = { conversation: { where: { case: "channelId", value: "nonsense" } } };

suite("a backend that did not declare it", () => {
  for (const kind of KINDS) {
    test(`${kind}: ${REFUSALS[kind]}`, async () => {
      for (const capabilities of [undefined, {}, { features: { reply: Support.FULL } }]) {
        const t = new TestBroker();
        t.declaring(capabilities);
        const all = t.stream([], {}, ["*"]);
        await assertRefused(act(t, kind), "unsupported", REFUSALS[kind]);
        assert.deepEqual(eventsIn(all), []);
      }
    });
  }

  test("a channel's own capabilities take the place of the backend's", async () => {
    const t = new TestBroker();
    const features = { edit: Support.PARTIAL };
    t.declaring({ features, channels: { "#c": { features: { react: Support.FULL } } } });
    await assertRefused(act(t, "editMessage"), "unsupported", REFUSALS.editMessage);
    act(t, "react").catch(() => {});
    actWith(t, "editMessage", toAnn).catch(() => {});
    assert.equal(t.broker.stats().requestsInFlight, 2);
  });
});

suite("what is refused, by the order of checks", () => {
  const shy: TestCall = { caller: { mayPrivate: false } };
  const quiet: TestCall = { caller: { mayMentionEveryone: false } };
  const everyone = mention({ case: "everyone", value: true });
  const many = (count: number, id = "m") => Array.from({ length: count }, () => id);
  const cases: readonly [string, ActionKind, object, TestCall, ErrorCode, string][] = [
    ...TO_CONVERSATION.flatMap((kind): (typeof cases)[number][] => [
      ["no conversation", kind, { conversation: {} }, {}, "bad_id", "failed to parse conversation"],
      ["an id that is none", kind, unreadable, {}, "bad_id", "failed to parse conversation"],
      ["a person, without scope", kind, toAnn, shy, "missing_scope", lacks("private")],
      ["an absent backend", kind, nowhere, {}, "unknown_backend", "unknown backend"],
    ]),
    ["no id", "listMembers", { channelId: "" }, {}, "bad_id", "failed to parse channel_id"],
    ["no ids", "editMessage", { messageIds: [] }, {}, "bad_request", "missing message_id"],
    [
      "an empty id",
      "editMessage",
      { messageIds: ["a", ""] },
      {},
      "bad_request",
      "missing message_id",
    ],
    ["no ids", "deleteMessages", { messageIds: [] }, {}, "bad_request", "missing message_id"],
    ["no id", "react", { messageId: "" }, {}, "bad_request", "missing message_id"],
    ["no emoji", "react", { emoji: undefined }, {}, "bad_request", "missing emoji"],
    ["an empty emoji", "react", { emoji: { url: "u" } }, {}, "bad_request", "missing emoji"],
    [
      "1,001 ids",
      "deleteMessages",
      { messageIds: many(1_001) },
      {},
      "bad_request",
      "too many message ids: 1001, limit 1000",
    ],
    [
      "a long id",
      "editMessage",
      { messageIds: ["x".repeat(513)] },
      {},
      "bad_request",
      "a message_id may have 512 bytes",
    ],
    [
      "a long emoji",
      "react",
      { emoji: { text: "x".repeat(513) } },
      {},
      "bad_request",
      "text and id of an emoji may have 512 bytes each",
    ],
    [
      "a mention without inner",
      "editMessage",
      { rootBlock: { inner: { case: "mention", value: {} } } },
      {},
      "bad_block",
      "mention block missing inner block",
    ],
    [
      "a mention that is none",
      "editMessage",
      { rootBlock: mention({ case: "userId", value: "ann" }) },
      {},
      "bad_id",
      "failed to parse user_id of a mention",
    ],
    [
      "everyone, without scope",
      "editMessage",
      { rootBlock: everyone },
      quiet,
      "missing_scope",
      lacks("mention-everyone"),
    ],
    [
      "ids before scopes",
      "editMessage",
      { ...unreadable, rootBlock: everyone },
      quiet,
      "bad_id",
      "failed to parse conversation",
    ],
    [
      "scopes before fields",
      "editMessage",
      { ...toAnn, messageIds: [] },
      shy,
      "missing_scope",
      lacks("private"),
    ],
    [
      "fields before the backend",
      "editMessage",
      { ...nowhere, messageIds: [] },
      {},
      "bad_request",
      "missing message_id",
    ],
  ];
  for (const [what, kind, fields, call, code, message] of cases) {
    test(`${kind}: ${what}`, async () => {
      const t = new TestBroker();
      const backend = t.backend();
      const all = t.stream([], {}, ["*"]);
      await assertRefused(actWith(t, kind, fields, call), code, message);
      assert.deepEqual([backend.requests(), eventsIn(all)], [[], []]);
    });
  }
});

function lacks(scope: string): string {
  return `token lacks the scope "${scope}"`;
}

function text(content: string) {
  return { plain: content, inner: { case: "text", value: { text: content } } } as const;
}

function mention(target: object): MessageInitShape<typeof BlockSchema> {
  return { inner: { case: "mention", value: { inner: text("x"), target: target as never } } };
}
