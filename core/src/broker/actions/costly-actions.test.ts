/** What an action costs: it is refused before its blocks are worked on, or has bounds for its blocks. */
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import {
  type Block,
  BlockSchema,
  MAX_MESSAGE_BLOCKS,
  SendMessageRequestSchema,
} from "@seabird-chat/protocol";
import { actWith, assertRefused } from "../test/acting.ts";
import { eventsIn, type TestBackend, TestBroker, type TestCall } from "../test/fixtures.ts";

type Init = MessageInitShape<typeof BlockSchema>;

const text: Init = { inner: { case: "text", value: { text: "a" } } };
const link: Init = { inner: { case: "link", value: { url: "https://a.b", inner: text } } };
const mention: Init = {
  inner: {
    case: "mention",
    value: { inner: text, target: { case: "userId", value: "irc://net/ann" } },
  },
};
const time: Init = { inner: { case: "timestamp", value: { inner: { seconds: 1n } } } };
const emoji: Init = { inner: { case: "emoji", value: { text: "a" } } };
const file: Init = { inner: { case: "attachment", value: { name: "a" } } };

const block = (init: Init): Block => create(BlockSchema, init);
const container = (inner: readonly Init[]): Block =>
  block({ inner: { case: "container", value: { inner: [...inner] } } });
const many = (count: number, each: Init): Block =>
  container(Array.from({ length: count }, () => each));
const TOO_MANY = `more than ${MAX_MESSAGE_BLOCKS} blocks in a message`;

/** As many of them as a container may have. */
const MOST: readonly (readonly [string, Init, number])[] = [
  ["texts", text, MAX_MESSAGE_BLOCKS - 1],
  ["containers of texts", container([text, text]), Math.floor((MAX_MESSAGE_BLOCKS - 1) / 3)],
  ["links", link, Math.floor((MAX_MESSAGE_BLOCKS - 1) / 5)],
  ["mentions", mention, Math.floor((MAX_MESSAGE_BLOCKS - 1) / 5)],
  ["times", time, Math.floor((MAX_MESSAGE_BLOCKS - 1) / 4)],
  ["emoji", emoji, Math.floor((MAX_MESSAGE_BLOCKS - 1) / 4)],
  ["files", file, Math.floor((MAX_MESSAGE_BLOCKS - 1) / 4)],
];

suite("a message may have so many", () => {
  for (const [what, each, most] of MOST) {
    test(`${what} in a send`, async () => {
      const t = new TestBroker();
      const backend = t.backend();
      actWith(t, "sendMessage", { rootBlock: many(most, each) }).catch(() => {});
      assert.equal(backend.request().inner.case, "sendMessage");
      const stream = t.stream();
      const tooMany = many(most + 1, each);
      await assertRefused(actWith(t, "sendMessage", { rootBlock: tooMany }), "bad_block", TOO_MANY);
      await assertRefused(actWith(t, "editMessage", { rootBlock: tooMany }), "bad_block", TOO_MANY);
      assert.deepEqual(eventsIn(stream), []);
    });

    test(`${what} in a backend's event`, () => {
      const t = new TestBroker();
      const backend = t.backend();
      const stream = t.stream();
      const say = (rootBlock: Block) =>
        backend.say({ inner: { case: "message", value: { source: {}, rootBlock } } });
      say(many(most, each));
      say(many(most + 1, each));
      assert.equal(eventsIn(stream).length, 1);
      assert.deepEqual(
        t.seen.observed.filter((seen) => seen.startsWith("eventDropped")),
        ["eventDropped:bad_block:irc"],
      );
    });
  }
});

test("a walk over a tree of far too many blocks ends early", async () => {
  let seen = 0;
  const counted = { ...block(text) };
  const { inner } = counted;
  Object.defineProperty(counted, "inner", {
    get() {
      seen++;
      return inner;
    },
  });
  const wide = container([]);
  assert.ok(wide.inner.case === "container");
  wide.inner.value.inner = Array.from({ length: 20 }, () => {
    const part = container([]);
    assert.ok(part.inner.case === "container");
    part.inner.value.inner = Array.from({ length: 1_000 }, () => counted);
    return part;
  });
  const t = new TestBroker();
  await assertRefused(actWith(t, "sendMessage", { rootBlock: wide }), "bad_block", TOO_MANY);
  assert.ok(seen < 3 * MAX_MESSAGE_BLOCKS, `${seen} looks`);
});

suite("refused before the blocks are worked on", () => {
  type Refused = readonly [
    code: Parameters<typeof assertRefused>[1],
    prepare: (t: TestBroker) => TestBackend | undefined,
    kind: "sendMessage" | "sendPrivateMessage" | "editMessage",
    call?: TestCall,
  ];
  const cases: Readonly<Record<string, Refused>> = {
    "by rate": ["rate_limited", (t) => void spend(t), "sendMessage"],
    "by scope": [
      "missing_scope",
      (t) => t.backend(),
      "sendPrivateMessage",
      { caller: { mayPrivate: false } },
    ],
    "by feature": ["unsupported", (t) => t.declaring({}), "editMessage"],
    "by requests in flight": ["too_many_in_flight", fill, "sendMessage"],
  };
  for (const [what, [code, prepare, kind, call]] of Object.entries(cases)) {
    test(what, async () => {
      const t = new TestBroker({
        maxRequestsInFlightPerBackend: 1,
        ...(code === "rate_limited" && { maxActionsPerSecondPerToken: 1 }),
      });
      prepare(t);
      const rootBlock = many(10, text);
      await assertRefused(actWith(t, kind, { rootBlock }, call), code);
      assert.equal(rootBlock.plain, "", "its plain text was not made");
    });
  }

  function spend(t: TestBroker) {
    actWith(t, "sendMessage", {}).catch(() => {});
  }

  function fill(t: TestBroker) {
    const backend = t.backend();
    actWith(t, "sendMessage", {}).catch(() => {});
    return backend;
  }
});

suite("sends to absent backends have a rate by what they cost", () => {
  /** How many of these are announced at once, and then in a second. */
  const announced = async (fields: object, tokenId = "t1", t = new TestBroker(LIMITS)) => {
    const counts: number[] = [];
    const stream = t.stream();
    for (const afterMs of [0, 1_000]) {
      t.clock.advance(afterMs);
      const codes = new Set<string>();
      for (let i = 0; i < 200; i++) {
        const request = create(SendMessageRequestSchema, {
          channelId: "irc://absent/c",
          ...fields,
        });
        const call = t.call({ caller: { tokenId } });
        await t.broker.act("sendMessage", request, call).catch(({ code }) => codes.add(code));
      }
      assert.deepEqual([...codes].sort(), ["rate_limited", "unknown_backend"]);
      counts.push(eventsIn(stream).length);
    }
    return counts;
  };
  const LIMITS = { maxAbsentSendCostPerSecond: 20, maxAbsentSendBurst: 100 };

  test("small ones count as one", async () => {
    assert.deepEqual(await announced({ text: "hi" }), [100, 20]);
  });

  test("64 blocks more as one more", async () => {
    const empty: Init = { inner: { case: "text", value: {} } };
    const root = () => many(63 + 64, empty);
    assert.deepEqual(await announced({ rootBlock: root() }), [33, 7]);
  });

  test("each KiB after normalising as one more", async () => {
    assert.deepEqual(await announced({ text: "x".repeat(1_024) }), [25, 5]);
  });

  test("each token has its own, and a backend that is there counts for nothing", async () => {
    const t = new TestBroker(LIMITS);
    await announced({ text: "hi" }, "t1", t);
    assert.deepEqual(await announced({ text: "hi" }, "t2", t), [100, 20]);
    const backend = t.backend();
    for (let i = 0; i < 200; i++) actWith(t, "sendMessage", {}).catch(() => {});
    assert.equal(backend.requests().length, 200);
  });
});

test("large messages of a token have a rate, so that a few do not put all readers behind", async () => {
  const t = new TestBroker();
  const backend = t.backend();
  const reader = t.stream();
  const large = () => actWith(t, "sendMessage", { text: "x".repeat(500_000) });
  const refusals: unknown[] = [];
  for (let i = 0; i < 10; i++) large().catch((error) => refusals.push(error.code));
  assert.equal(backend.requests().length, 4, "6 MiB at once");
  await new Promise(setImmediate);
  assert.deepEqual(refusals, Array(6).fill("rate_limited"));
  assert.equal(reader.end, undefined);
  assert.equal(eventsIn(reader).length, 4);
  t.clock.advance(1_000);
  for (let i = 0; i < 10; i++) large().catch(() => {});
  assert.equal(backend.requests().length, 1, "2 MiB a second");
  for (let i = 0; i < 100; i++) {
    actWith(t, "sendMessage", { text: "x".repeat(1_000) }).catch(() => {});
  }
  assert.equal(backend.requests().length, 100, "small ones do not count");
});

test("tags are bounded", async () => {
  const t = new TestBroker();
  const backend = t.backend();
  const most = t.broker.options.maxUnusualFields;
  const tags = (count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, index) => [`t${index}`, ""]));
  const message = `message too large: more than ${most} tags`;
  for (const kind of ["sendMessage", "joinChannel", "editMessage"] as const) {
    await assertRefused(actWith(t, kind, { tags: tags(most + 1) }), "message_too_large", message);
  }
  actWith(t, "sendMessage", { tags: tags(most) }).catch(() => {});
  assert.equal(backend.request().inner.case, "sendMessage");
});
