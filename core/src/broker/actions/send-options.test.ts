/** The options of sends: what is refused, what is announced, and what goes to which backend. */
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { SendOptionsSchema, Support } from "@seabird-chat/protocol";
import type { ErrorCode } from "../errors.ts";
import { actWith, assertRefused, SENDS } from "../test/acting.ts";
import { eventsIn, TestBroker, type TestCall } from "../test/fixtures.ts";

type Init = MessageInitShape<typeof SendOptionsSchema>;

const { FULL } = Support;
const everyone = {
  inner: {
    case: "mention",
    value: {
      inner: { inner: { case: "text", value: { text: "all" } } },
      target: { case: "everyone", value: true },
    },
  },
};

suite("what is refused", () => {
  const plain: TestCall = { caller: { mayUsePersona: false, mayMentionEveryone: false } };
  const persona = { displayName: "Ann" };
  const reply = (fields: object) => ({ replyTo: { messageId: "m", ...fields } });
  const inConversation = (value: string) =>
    reply({ conversation: { where: { case: "channelId", value } } });
  const cases: readonly [string, object, ErrorCode, string][] = [
    [
      "a long message id",
      { options: { replyTo: { messageId: "x".repeat(513) } } },
      "bad_request",
      "message_id may have 512 bytes",
    ],
    [
      "a long id of a file, before scopes",
      {
        rootBlock: { inner: { case: "attachment", value: { id: "x".repeat(16_385) } } },
        options: { persona },
      },
      "bad_id",
      "the id of an attachment may have 16384 bytes",
    ],
    [
      "a long referrer",
      { options: { referrer: "x".repeat(513) } },
      "bad_request",
      "referrer may have 512 bytes",
    ],
    [
      "a long key",
      { options: { idempotencyKey: "x".repeat(65) } },
      "bad_request",
      "idempotency_key may have 64 bytes",
    ],
    [
      "an author that is none",
      { options: reply({ author: { id: "ann" } }) },
      "bad_id",
      "failed to parse user_id of reply_to",
    ],
    [
      "a conversation that is none",
      { options: inConversation("c") },
      "bad_id",
      "failed to parse conversation",
    ],
    [
      "a persona without scope",
      { options: { persona } },
      "missing_scope",
      'token lacks the scope "persona"',
    ],
    [
      "everyone without scope",
      { rootBlock: everyone },
      "missing_scope",
      'token lacks the scope "mention-everyone"',
    ],
    [
      "ids before scopes",
      { options: { ...inConversation("c"), persona } },
      "bad_id",
      "failed to parse conversation",
    ],
    [
      "scopes before bounds",
      { options: { referrer: "x".repeat(513), persona } },
      "missing_scope",
      'token lacks the scope "persona"',
    ],
  ];
  for (const [what, fields, code, message] of cases) {
    test(what, async () => {
      for (const kind of SENDS) {
        const t = new TestBroker();
        // Scopes are checked although this backend would lose what needs them.
        const backend = t.declaring(undefined);
        const stream = t.stream([], {}, ["*"]);
        await assertRefused(actWith(t, kind, fields, plain), code, message);
        assert.deepEqual([backend.requests(), eventsIn(stream)], [[], []]);
      }
    });
  }
});

test("without the scopes, what needs none is done", () => {
  const caller = { mayUsePersona: false, mayMentionEveryone: false };
  const t = new TestBroker();
  t.backend();
  const off = structuredClone(everyone);
  off.inner.value.target.value = false;
  actWith(t, "sendMessage", { rootBlock: off }, { caller }).catch(() => {});
  actWith(t, "sendMessage", { options: { referrer: "r" } }, { caller }).catch(() => {});
  actWith(t, "sendMessage", { options: { persona: {} } }, { caller }).catch(() => {});
  assert.equal(t.broker.stats().requestsInFlight, 3);
});

const author = { id: "irc://net/ann", displayName: "Ann" };
const conversation = { where: { case: "channelId", value: "irc://net/%23d" } } as const;
const FULL_OPTIONS = {
  replyTo: { messageId: "m1", author, text: "what", conversation },
  startThread: true,
  persona: { id: "p", displayName: "Bea" },
  referrer: "r1",
  idempotencyKey: "k1",
};

suite("the announced options", () => {
  const long = "é".repeat(200);
  const cases: readonly [string, Init, Init | undefined][] = [
    ["none", {}, undefined],
    ["the key alone", { idempotencyKey: "k" }, undefined],
    ["all but the key", FULL_OPTIONS, { ...FULL_OPTIONS, idempotencyKey: "" }],
    ["a reply to nothing", { replyTo: { text: "x" } }, undefined],
    ["an empty persona", { persona: {} }, undefined],
    [
      "a long text, which is cut",
      { replyTo: { messageId: "m", text: long } },
      { replyTo: { messageId: "m", text: "é".repeat(150) } },
    ],
    [
      "an id of another backend",
      { replyTo: { messageId: "m", author: { id: "x://y/z" } } },
      { replyTo: { messageId: "m", author: { id: "x://y/z" } } },
    ],
    [
      "an empty conversation",
      { replyTo: { messageId: "m", conversation: {} } },
      { replyTo: { messageId: "m" } },
    ],
    [
      "a picture with a password",
      { persona: { id: "p", avatarUrl: "https://a:b@c" } },
      { persona: { id: "p" } },
    ],
  ];
  for (const [what, options, expected] of cases) {
    test(`${what}`, () => {
      for (const kind of SENDS) {
        const t = new TestBroker();
        t.declaring(undefined);
        const stream = t.stream();
        actWith(t, kind, { options }).catch(() => {});
        const [event] = eventsIn(stream);
        assert.ok(event?.inner.case === kind);
        const announced = event.inner.value.options;
        assert.deepEqual(announced, expected && create(SendOptionsSchema, expected));
      }
    });
  }
});

suite("what a backend gets of the options", () => {
  const replyTo = {
    ...FULL_OPTIONS.replyTo,
    author: { id: "ann", displayName: "Ann" },
    conversation: { where: { case: "channelId", value: "#d" } as const },
  };
  const { startThread, persona, referrer } = FULL_OPTIONS;
  const all = ["reply", "thread", "persona"];
  const cases: readonly [string, string[] | undefined, Init | undefined, string[]][] = [
    ["that knows nothing of capabilities", undefined, undefined, all],
    ["that declared none", [], { referrer }, all],
    ["with replies", ["reply"], { replyTo, referrer }, ["thread", "persona"]],
    ["with threads", ["thread"], { startThread, referrer }, ["reply", "persona"]],
    ["with personas", ["persona"], { persona, referrer }, ["reply", "thread"]],
    ["with everything", all, { replyTo, startThread, persona, referrer }, []],
  ];
  for (const [what, declared, expected, degraded] of cases) {
    test(what, async () => {
      const t = new TestBroker();
      const features = Object.fromEntries((declared ?? []).map((name) => [name, FULL]));
      const backend = t.declaring(declared && { features });
      const action = actWith(t, "sendMessage", { options: FULL_OPTIONS });
      const { id, inner } = backend.request();
      assert.ok(inner.case === "sendMessage");
      assert.deepEqual(inner.value.options, expected && create(SendOptionsSchema, expected));
      backend.succeed(id);
      assert.deepEqual((await action).result?.degraded, degraded);
    });
  }
});
