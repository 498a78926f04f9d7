/** Sends in the messages extension over all three wires: what is asked, announced, answered, refused. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { create } from "@bufbuild/protobuf";
import {
  type Block,
  type ChatRequest,
  channelConversation,
  mention,
  SendOptionsSchema,
} from "@seabird-chat/protocol";
import {
  ALL_FEATURES,
  type EventTail,
  type MessageWorld,
  openMessageWorld,
  replyTo,
  type SendInit,
  WIRE_NAMES,
} from "../support/message-world.ts";
import type { RawBackend } from "../support/raw-backend.ts";
import { until } from "../support/until.ts";
import type { WireCallOptions } from "../support/wires.ts";

const STATUS = {
  INVALID_ARGUMENT: 3,
  PERMISSION_DENIED: 7,
} as const;
const SCOPES = ["plugin", "persona", "mention-everyone"];
const id = (bytes: number) => "x".repeat(bytes);

const to = (backend: string, more: SendInit = {}): SendInit => ({
  channelId: `irc://${backend}/%23c`,
  text: "hi",
  ...more,
});

const block = (rootBlock: Block): SendInit => ({ rootBlock });

interface Refused {
  readonly send: SendInit;
  readonly scopes?: readonly string[];
  readonly status: keyof typeof STATUS;
  readonly message: string | RegExp;
}

const REFUSED: Record<string, Refused> = {
  "a mention without inner": {
    send: { rootBlock: { inner: { case: "mention", value: {} } } },
    status: "INVALID_ARGUMENT",
    message: "mention block missing inner block",
  },
  "a mention of no user": {
    send: block(mention({ userId: "ann" }, "x")),
    status: "INVALID_ARGUMENT",
    message: "failed to parse user_id of a mention",
  },
  "a mention of no channel": {
    send: block(mention({ channelId: "#c" }, "x")),
    status: "INVALID_ARGUMENT",
    message: "failed to parse channel_id of a mention",
  },
  "a block of no kind without words": {
    send: { rootBlock: {} },
    status: "INVALID_ARGUMENT",
    message: "unknown block type",
  },
  "a mention of everyone without the scope": {
    send: block(mention("everyone")),
    scopes: ["plugin"],
    status: "PERMISSION_DENIED",
    message: 'token lacks the scope "mention-everyone"',
  },
  "a persona without the scope": {
    send: { options: { persona: { displayName: "B" } } },
    scopes: ["plugin"],
    status: "PERMISSION_DENIED",
    message: 'token lacks the scope "persona"',
  },
  "into a private channel without the scope": {
    send: { channelId: "irc://able/group" },
    scopes: ["plugin", "-private"],
    status: "PERMISSION_DENIED",
    message: 'token lacks the scope "private"',
  },
  "into a thread of one": {
    send: { channelId: "irc://able/thread" },
    scopes: ["plugin", "-private"],
    status: "PERMISSION_DENIED",
    message: 'token lacks the scope "private"',
  },
  "an id of a message over its bound": {
    send: { options: { replyTo: { messageId: id(513) } } },
    status: "INVALID_ARGUMENT",
    message: /message_id.*512/,
  },
  "a referrer over its bound": {
    send: { options: { referrer: id(513) } },
    status: "INVALID_ARGUMENT",
    message: /referrer.*512/,
  },
  "a key over its bound": {
    send: { options: { idempotencyKey: id(65) } },
    status: "INVALID_ARGUMENT",
    message: /idempotency_key.*64/,
  },
};

for (const name of WIRE_NAMES) {
  describe(`sends of messages over ${name}`, () => {
    let world: MessageWorld;
    let able: RawBackend;
    let tail: EventTail;
    let plugin: WireCallOptions;

    before(async () => {
      world = await openMessageWorld(name, {
        brokerOptions: { actionTimeoutMs: 2_000 },
      });
      plugin = await world.caller(SCOPES);
      able = await world.backend("able", { features: ALL_FEATURES });
      able.send({ inner: { case: "joinChannel", value: { channelId: "group", isPrivate: true } } });
      const thread = { channelId: "thread", parentId: "group" };
      able.send({ inner: { case: "joinChannel", value: thread } });
      await until("the channels", () => world.core.core.broker.stats().channels === 2);
      tail = await world.watch();
      await tail.take();
    });

    after(() => world.close());

    const send = (init: SendInit, options = plugin) => world.send(init, options);
    const lastSend = (backend: RawBackend) => {
      const inner = (backend.requests.at(-1) as ChatRequest).inner;
      assert.ok(inner.case === "sendMessage");
      return inner.value;
    };

    test("everything there is, to a backend that can do it all", async () => {
      const persona = { id: "p", displayName: "Bob", avatarUrl: "https://x.y" };
      const options = { replyTo, startThread: true, persona, referrer: "r", idempotencyKey: "all" };
      able.respond = () => {
        const messageIds = ["", id(513), ...Array.from({ length: 101 }, (_, at) => `m${at}`)];
        const result = { messageIds, degraded: ["emoji", "emoji"], channelId: "#t", sequence: 1n };
        return { case: "success", value: { result } };
      };
      const end = await send(to("able", { options }));
      assert.equal(end.status, 0, end.message);
      const [said, result, ...others] = await tail.take();
      assert.deepEqual(others, []);
      assert.ok(said?.inner.case === "sendMessage" && result?.inner.case === "sendResult");
      const sequence = said.meta?.sequence;
      assert.ok(sequence !== undefined && sequence > 1n);
      assert.deepEqual(
        end.result?.messageIds,
        Array.from({ length: 100 }, (_, at) => `m${at}`),
      );
      assert.deepEqual(end.result?.degraded, ["emoji"]);
      assert.equal(end.result?.channelId, "irc://able/%23t");
      assert.equal(end.result?.sequence, sequence);
      const { idempotencyKey: _, ...announced } = options;
      assert.deepEqual(said.inner.value.options, create(SendOptionsSchema, announced));
      assert.deepEqual(result.inner.value.result, end.result);
      assert.equal(result.inner.value.sequence, sequence);
      assert.equal(result.inner.value.error, "");
      const conversation = channelConversation("irc://able/%23c");
      assert.deepEqual(result.inner.value.conversation, conversation);
      const author = { ...replyTo.author, id: "bea" };
      const asked = { ...announced, replyTo: { ...replyTo, author } };
      assert.deepEqual(lastSend(able).options, create(SendOptionsSchema, asked));
    });

    for (const [what, { send: init, scopes, status, message }] of Object.entries(REFUSED)) {
      test(`${what} is refused, and not announced`, async () => {
        const options = scopes === undefined ? plugin : await world.caller(scopes);
        const end = await send(to("able", init), options);
        assert.equal(end.status, STATUS[status], end.message);
        if (typeof message === "string") assert.equal(end.message, message);
        else assert.match(end.message, message);
        assert.deepEqual(await tail.take(), []);
      });
    }
  });
}
