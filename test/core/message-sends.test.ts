/** Sends in the messages extension over all three wires: what is asked, announced, answered, refused. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import {
  attachment,
  type Block,
  type ChatRequest,
  channelConversation,
  emoji,
  FEATURES,
  list,
  Messages,
  mention,
  Seabird,
  type SendMessageRequestSchema,
  type SendMessageResponse,
  SendOptionsSchema,
  Support,
} from "@seabird-chat/protocol";
import {
  type EventTail,
  type MessageWorld,
  openMessageWorld,
  WIRE_NAMES,
} from "../support/message-world.ts";
import type { RawBackend, Responder } from "../support/raw-backend.ts";
import { until } from "../support/until.ts";
import type { WireCallOptions } from "../support/wires.ts";

type Init = MessageInitShape<typeof SendMessageRequestSchema>;

const STATUS = {
  OK: 0,
  UNKNOWN: 2,
  INVALID_ARGUMENT: 3,
  DEADLINE_EXCEEDED: 4,
  PERMISSION_DENIED: 7,
  RESOURCE_EXHAUSTED: 8,
  ABORTED: 10,
} as const;
const rpc = Seabird.method;
const SCOPES = ["plugin", "persona", "mention-everyone"];
const everything = Object.fromEntries(FEATURES.map((feature) => [feature, Support.PARTIAL]));
const id = (bytes: number) => "x".repeat(bytes);
const success: Responder = () => ({ case: "success", value: {} });

const to = (backend: string, more: Init = {}): Init => ({
  channelId: `irc://${backend}/%23c`,
  text: "hi",
  ...more,
});
const replyTo = {
  messageId: "1",
  author: { id: "irc://able/bea", displayName: "Bea\nB" },
  text: "so\r\n?",
};

/** What a backend is given to say by a send with these options to one that declared `features`. */
interface Degraded {
  readonly features?: readonly string[];
  readonly send: Init;
  readonly text: string;
  readonly degraded: readonly string[];
}

const block = (rootBlock: Block): Init => ({ rootBlock });
const DEGRADED: Record<string, Degraded> = {
  "a reply": { send: { options: { replyTo } }, text: "> Bea B: so ?\nhi", degraded: ["reply"] },
  "a reply without author": {
    send: { options: { replyTo: { messageId: "1", text: "so?" } } },
    text: "> so?\nhi",
    degraded: ["reply"],
  },
  "a reply without text": {
    send: { options: { replyTo: { messageId: "1", author: { displayName: "Bea" } } } },
    text: "> Bea\nhi",
    degraded: ["reply"],
  },
  "a reply with neither": {
    send: { options: { replyTo: { messageId: "1" } } },
    text: "hi",
    degraded: ["reply"],
  },
  "a reply to another conversation": {
    send: {
      options: {
        replyTo: { messageId: "1", text: "so?", conversation: channelConversation("irc://able/d") },
      },
    },
    text: "> so?\nhi",
    degraded: ["reply"],
  },
  "a thread": {
    features: ["reply"],
    send: { options: { replyTo, startThread: true } },
    text: "hi",
    degraded: ["thread"],
  },
  "a persona": {
    send: { options: { persona: { displayName: "Bob" } } },
    text: "<B\u200bob> hi",
    degraded: ["persona"],
  },
  "a persona of one code point, and a reply": {
    send: { options: { persona: { displayName: "🐦" }, replyTo } },
    text: "> Bea B: so ?\n<🐦> hi",
    degraded: ["reply", "persona"],
  },
  "a file": {
    send: block(attachment({ name: "cat", url: "https://x.y/c" })),
    text: "cat: https://x.y/c",
    degraded: ["attachment"],
  },
  "a mention": {
    send: block(mention({ userId: "irc://partial/ann" }, "@ann")),
    text: "@ann",
    degraded: ["mention"],
  },
  "a mention of another backend's, which is no degradation": {
    features: ["mention"],
    send: block(mention({ userId: "irc://other/ann" }, "@ann")),
    text: "@ann",
    degraded: [],
  },
  "an emoji": { send: block(emoji(":x:")), text: ":x:", degraded: ["emoji"] },
  "an ordered list": {
    send: block(list(["a", "b"], { ordered: true })),
    text: "1. a, 2. b",
    degraded: [],
  },
};

interface Refused {
  readonly send: Init;
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
    let partial: RawBackend;
    let tail: EventTail;
    let plugin: WireCallOptions;

    before(async () => {
      world = await openMessageWorld(name, {
        brokerOptions: { maxIdempotencyKeys: 4, actionTimeoutMs: 2_000 },
      });
      plugin = await world.caller(SCOPES);
      able = await world.backend("able", { features: everything });
      able.send({ inner: { case: "joinChannel", value: { channelId: "group", isPrivate: true } } });
      const thread = { channelId: "thread", parentId: "group" };
      able.send({ inner: { case: "joinChannel", value: thread } });
      partial = await world.backend("partial");
      await until("the channels", () => world.core.core.broker.stats().channels === 2);
      tail = await world.watch();
      await tail.take();
    });

    after(() => world.close());

    const send = async (init: Init, options: WireCallOptions = plugin) => {
      const end = await world.wire.unary(rpc.sendMessage, init, options);
      const { result } = (end.response ?? {}) as Partial<SendMessageResponse>;
      return { ...end, result };
    };
    const declare = async (features: readonly string[]) => {
      const value = {
        features: Object.fromEntries(features.map((feature) => [feature, Support.FULL])),
      };
      const received = () => {
        const { backends } = world.core.core.broker.status();
        return backends.find((each) => each.id === "irc://partial")?.eventsReceived ?? 0;
      };
      const before = received();
      partial.send({ inner: { case: "capabilities", value } });
      await until("the capabilities", () => received() > before);
    };
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

    for (const [what, { features = [], send: init, text, degraded }] of Object.entries(DEGRADED)) {
      test(`${what} is degraded for a backend that has not declared it`, async () => {
        await declare(features);
        const end = await send(to("partial", init));
        assert.equal(end.status, 0, end.message);
        assert.equal(lastSend(partial).text, text);
        assert.deepEqual(end.result?.degraded, degraded);
        const [said] = await tail.take();
        assert.ok(said?.inner.case === "sendMessage");
        assert.deepEqual(
          said.inner.value.options?.replyTo?.messageId,
          init.options?.replyTo?.messageId,
        );
      });
    }

    test("actions get no quote", async () => {
      await declare([]);
      const request = { channelId: "irc://partial/%23c", text: "waves", options: { replyTo } };
      const end = await world.wire.unary(rpc.performAction, request, plugin);
      assert.equal(end.status, 0);
      const inner = partial.requests.at(-1)?.inner;
      assert.ok(inner?.case === "performAction");
      assert.equal(inner.value.text, "waves");
      await tail.take();
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

    test("a key: once, whoever repeats it; another request is refused; failures free it", async () => {
      const caller = await world.caller(SCOPES, "keyed");
      const keyed = (text: string) =>
        send(to("able", { text, options: { idempotencyKey: "k" } }), caller);
      const asked = able.requests.length;
      able.respond = () => ({ case: "failed", value: { reason: "no" } });
      assert.equal((await keyed("once")).status, STATUS.UNKNOWN);
      able.respond = () => ({ case: "success", value: { result: { messageIds: ["1"] } } });
      const first = await keyed("once");
      const again = await keyed("once");
      assert.equal(first.status, 0);
      assert.deepEqual(again.result, first.result);
      assert.equal((await keyed("other")).status, STATUS.INVALID_ARGUMENT);
      assert.equal(able.requests.length - asked, 2);
      const kinds = (await tail.take()).map(({ inner }) => inner.case);
      assert.deepEqual(kinds, ["sendMessage", "sendResult", "sendMessage", "sendResult"]);
    });

    test("a key whose outcome is open: ABORTED, until a late answer settles it", async () => {
      const caller = await world.caller(SCOPES, "late");
      const request = to("able", { options: { idempotencyKey: "k" } });
      able.respond = () => undefined;
      const first = await send(request, { ...caller, timeout: 200 });
      assert.equal(first.status, STATUS.DEADLINE_EXCEEDED);
      const open = await send(request, { ...caller, timeout: 200 });
      assert.deepEqual([open.status, open.message], [STATUS.ABORTED, "outcome unknown"]);
      const waiting = send(request, caller);
      const requestId = able.requests.at(-1)?.id ?? "";
      const value = { result: { messageIds: ["late"] } };
      able.send({ id: requestId, inner: { case: "success", value } });
      assert.deepEqual((await waiting).result?.messageIds, ["late"]);
      const events = await tail.take();
      assert.deepEqual(
        events.map(({ inner }) => inner.case),
        ["sendMessage", "sendResult"],
      );
      const result = events[1]?.inner;
      assert.ok(result?.case === "sendResult");
      assert.equal(result.value.error, "DEADLINE_EXCEEDED");
    });

    test("too many keys that are open", async () => {
      const caller = await world.caller(SCOPES, "many");
      const quick = { ...caller, timeout: 100 };
      const keyed = (key: string) => to("able", { options: { idempotencyKey: key } });
      able.respond = () => undefined;
      await Promise.all(["a", "b", "c", "d"].map((key) => send(keyed(key), quick)));
      const end = await send(keyed("e"), quick);
      const expected = [STATUS.RESOURCE_EXHAUSTED, "too many idempotency keys"];
      assert.deepEqual([end.status, end.message], expected);
      able.respond = success;
      assert.equal((await send(keyed("e"), plugin)).status, 0, "keys belong to a token's name");
      await tail.take();
    });

    test("edits and reactions are announced once they are done, with the caller's ids", async () => {
      able.respond = () => ({ case: "success", value: { result: { messageIds: ["b"] } } });
      const conversation = channelConversation("irc://able/%23%63");
      const tags = { own: "o", "core/x": "1" };
      const edit = { conversation, messageIds: ["a", "b"], text: "new", tags };
      const end = await world.wire.unary(Messages.method.editMessage, edit, plugin);
      assert.equal(end.status, 0, end.message);
      const [edited, deleted, ...others] = await tail.take();
      assert.ok(edited?.inner.case === "messageEdited" && deleted?.inner.case === "messageDeleted");
      assert.deepEqual(others, []);
      assert.deepEqual(edited.inner.value.conversation, conversation);
      assert.deepEqual(edited.inner.value.info?.id, "b");
      assert.deepEqual(edited.inner.value.sender, "tester");
      assert.deepEqual(edited.tags, { own: "o", "core/original-format": "text" });
      assert.deepEqual(deleted.inner.value.messageIds, ["a"]);
      const react = { conversation, messageId: "a", removed: true };
      assert.equal((await world.wire.unary(Messages.method.react, react, plugin)).status, 0);
      const [reaction] = await tail.take();
      assert.ok(reaction?.inner.case === "reaction");
      assert.deepEqual(
        [reaction.inner.value.removed, reaction.inner.value.emoji],
        [true, undefined],
      );
    });
  });
}
