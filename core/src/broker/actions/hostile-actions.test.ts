/** Ten thousand hostile calls of the messages extension: no other client notices. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import {
  attachment,
  type Block,
  bold,
  channelConversation,
  container,
  DeleteMessagesRequestSchema,
  EditMessageRequestSchema,
  EmojiSchema,
  emoji,
  ListMembersRequestSchema,
  list,
  mention,
  ReactRequestSchema,
  SendMessageRequestSchema,
  SetTypingRequestSchema,
  text,
} from "@seabird-chat/protocol";
import type { ActionKind, ActionRequest } from "../actions.ts";
import { type ChatEventInit, eventsIn, type TestBackend, TestBroker } from "../test/fixtures.ts";

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

const CALLS = 10_000;
/** Every so many, an honest client sends a line. */
const HONEST_EVERY = 100;
const MB = 1_000_000;

const CHANNEL = "irc://net/%23c";
const conversation = channelConversation(CHANNEL);
const HUGE_ID = `irc://net/${"x".repeat(10 * MB)}`;
const INVISIBLE = "\u200b\u202e".repeat(200_000);
const MILLION_IDS = Array.from({ length: MB }, () => "1");

/** One call, made anew each time: core may keep or change what it is given. */
type Make = (number: number) => { [K in ActionKind]: [K, ActionRequest<K>] }[ActionKind];

type SendInit = MessageInitShape<typeof SendMessageRequestSchema>;

const say = (init: SendInit): ReturnType<Make> => [
  "sendMessage",
  create(SendMessageRequestSchema, { channelId: CHANNEL, text: "bad", ...init }),
];
const block = (rootBlock: Block): ReturnType<Make> => say({ rootBlock });
const options = (init: SendInit["options"]): ReturnType<Make> => say({ options: init });

/** Mentions in each other, as deep as asked. */
function mentionTree(depth: number): Block {
  let tree = text("x");
  for (let level = 1; level < depth; level++) {
    tree = {
      $typeName: "common.Block",
      plain: "",
      inner: {
        case: "mention",
        value: {
          $typeName: "common.MentionBlock",
          inner: tree,
          target: { case: "userId", value: `irc://net/${level}` },
        },
      },
    };
  }
  return tree;
}

const HUGE_EMOJI: Block = {
  $typeName: "common.Block",
  plain: "",
  inner: {
    case: "emoji",
    value: { $typeName: "common.EmojiBlock", text: "x".repeat(MB), id: "", url: "" },
  },
};
const HUGE_MENTION = mention({ userId: HUGE_ID }, "x");
const HUGE_FILE = attachment({ id: HUGE_ID, name: "x" });
const MANY_MENTIONS = list(
  Array.from({ length: 5_000 }, () => mention({ userId: "irc://x/y" }, "z")),
);

/** Calls that take the time of reading megabytes. */
const LARGE: Readonly<Record<string, Make>> = {
  "a target of 10 MB": () => say({ channelId: HUGE_ID }),
  "a message id of 10 MB": () => options({ replyTo: { messageId: HUGE_ID } }),
  "an author of 10 MB": () => options({ replyTo: { messageId: "m", author: { id: HUGE_ID } } }),
  "a name of megabytes that nobody sees": () =>
    options({
      persona: { displayName: INVISIBLE },
      replyTo: { messageId: "m", text: INVISIBLE, author: { displayName: INVISIBLE } },
    }),
  "a reference into a conversation of 10 MB": () =>
    options({ replyTo: { messageId: "m", conversation: channelConversation(HUGE_ID) } }),
  "a referrer of 10 MB": () => options({ referrer: HUGE_ID }),
  "a key of 10 MB": () => options({ idempotencyKey: HUGE_ID }),
  "a text of 10 MB with a key": () => say({ text: HUGE_ID, options: { idempotencyKey: "huge" } }),
  "a mention of 10 MB": () => block(HUGE_MENTION),
  "five thousand mentions": () => block(MANY_MENTIONS),
  "an attachment with an id of 10 MB": () => block(HUGE_FILE),
  "an emoji of 1 MB": () => block(HUGE_EMOJI),
  "a reaction of megabytes": () => [
    "react",
    create(ReactRequestSchema, { conversation, messageId: "m", emoji: { text: INVISIBLE } }),
  ],
  "a reaction to an id of 10 MB": () => [
    "react",
    create(ReactRequestSchema, {
      conversation,
      messageId: HUGE_ID,
      emoji: create(EmojiSchema, { text: "x" }),
    }),
  ],
  "a deletion of a million ids": () => [
    "deleteMessages",
    { ...create(DeleteMessagesRequestSchema, { conversation }), messageIds: MILLION_IDS },
  ],
  "members of 10 MB": () => [
    "listMembers",
    create(ListMembersRequestSchema, { channelId: HUGE_ID }),
  ],
};

const SMALL: Readonly<Record<string, Make>> = {
  "a reply to itself": (number) =>
    options({ replyTo: { messageId: `${number}`, text: `> ${number}`, conversation } }),
  "a reply to a reply to it": (number) =>
    options({
      replyTo: {
        messageId: `${number % 2}`,
        text: `> ${(number + 1) % 2}`,
        author: { id: CHANNEL },
      },
    }),
  "a thread on nothing": () => options({ startThread: true }),
  "one key for every request": (number) =>
    say({ text: `${number}`, options: { idempotencyKey: "k" } }),
  "a key for every request": (number) => options({ idempotencyKey: `${number}` }),
  "the same key again and again": () => options({ idempotencyKey: "__proto__" }),
  "the key of somebody else": (number) => options({ idempotencyKey: `${number - 1}` }),
  "mentions that are no ids": () => block(mention({ channelId: "x" }, mention("everyone"))),
  "a tree of mentions": () => block(mentionTree(48)),
  "a tree of mentions with a quote in front": () =>
    say({ rootBlock: mentionTree(48), options: { replyTo: { messageId: "m", text: "x" } } }),
  "a tree of mentions that is too deep": () => block(mentionTree(49)),
  "a file that is larger than all": () =>
    block(attachment({ url: "https://x.y", sizeBytes: 2n ** 64n - 1n })),
  "a deletion of the same id many times": () => [
    "deleteMessages",
    create(DeleteMessagesRequestSchema, {
      conversation,
      messageIds: Array.from({ length: 100 }, () => "__proto__"),
    }),
  ],
  "an edit of nothing": () => ["editMessage", create(EditMessageRequestSchema, { conversation })],
  "an edit into a tree": () => [
    "editMessage",
    create(EditMessageRequestSchema, {
      conversation,
      messageIds: ["m"],
      rootBlock: bold(container([emoji("x"), mention("everyone"), mentionTree(40)])),
    }),
  ],
  "typing nowhere": () => ["setTyping", create(SetTypingRequestSchema, { isActive: true })],
};

/** One call in so many is a large one. */
const LARGE_EVERY = 100;

function hostileCall(number: number): ReturnType<Make> {
  const [makers, index] =
    number % LARGE_EVERY === 0 ? [LARGE, number / LARGE_EVERY] : [SMALL, number];
  const made = Object.values(makers);
  return (made[index % made.length] as Make)(number);
}

/** What a hostile backend answers to hostile calls. */
const ANSWERS: readonly (NonNullable<ChatEventInit["inner"]> | undefined)[] = [
  undefined,
  { case: "failed", value: { reason: "no" } },
  { case: "success", value: {} },
  {
    case: "success",
    value: {
      result: {
        messageIds: Array.from({ length: 150 }, (_, index) => "y".repeat(4 * index)),
        degraded: Array.from({ length: 300 }, (_, index) => `lost ${index}`),
        channelId: "z".repeat(2_000),
        sequence: 2n ** 60n,
      },
      failed: { ["__proto__"]: "x", m: "y" },
    },
  },
  { case: "metadata", value: {} },
  {
    case: "members",
    value: { members: Array.from({ length: 100 }, (_, id) => ({ user: { id: `${id}` } })) },
  },
];

function answerAll(backend: TestBackend, number: number): void {
  for (const { id } of backend.requests()) {
    const answer = ANSWERS[number++ % ANSWERS.length];
    if (answer !== undefined) backend.answer(id, answer);
  }
}

test("ten thousand hostile calls harm no other client, and nothing of them is kept", async () => {
  const t = new TestBroker({ actionTimeoutMs: 1_000, maxIdempotencyKeys: 100 });
  const attacked = [t.backend(), t.declaring(undefined, { type: "irc", id: "old" })];
  const honest = t.backend("irc", "honest");
  const stream = t.stream();
  const before = heapAfterCollection();
  const heard: string[] = [];
  let pending: Promise<unknown>[] = [];
  for (let number = 0; number < CALLS; number++) {
    const [kind, request] = hostileCall(number);
    const call = t.call({ caller: { name: "hostile", tokenId: "h" } });
    pending.push(t.broker.act(kind, request as never, call).catch(() => {}));
    if (number % 7 === 0) call.onCancelled?.();
    if (number % HONEST_EVERY > 0) continue;
    for (const backend of attacked) answerAll(backend, number);
    const sent = honestLine(t, `${number}`);
    honest.succeed(honest.request().id);
    await sent;
    for (const { inner } of eventsIn(stream)) {
      if (inner.case === "sendMessage" && inner.value.sender === "honest") {
        heard.push(inner.value.text);
      }
    }
    t.clock.advance(1_000);
    await Promise.all(pending);
    pending = [];
  }
  t.clock.advance(1_000);
  await Promise.all(pending);
  assert.deepEqual(
    heard,
    Array.from({ length: CALLS / HONEST_EVERY }, (_, index) => `${index * HONEST_EVERY}`),
  );
  const { requestsInFlight, requestsQueued, requestBytesQueued, backends } = t.broker.stats();
  assert.deepEqual([requestsInFlight, requestsQueued, requestBytesQueued, backends], [0, 0, 0, 3]);
  assert.equal(t.clock.armed, 0);
  const grownMb = (heapAfterCollection() - before) / MB;
  assert.ok(grownMb < 30, `${grownMb.toFixed(1)} MB more than before`);
});

function honestLine(t: TestBroker, line: string): Promise<unknown> {
  const request = create(SendMessageRequestSchema, {
    channelId: "irc://honest/c",
    text: line,
    options: { idempotencyKey: line },
  });
  return t.broker.act("sendMessage", request, t.call({ caller: { name: "honest", tokenId: "g" } }));
}

function heapAfterCollection(): number {
  collect();
  return process.memoryUsage().heapUsed;
}
