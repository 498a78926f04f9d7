/** What became of a send: the response, and the event `send_result`. */
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { type Event, type SendResult, SendResultSchema, Support } from "@seabird-chat/protocol";
import { act, actWith, assertRefused, requestOf, SENDS } from "../test/acting.ts";
import { eventsIn, type TestBackend, TestBroker } from "../test/fixtures.ts";

type Init = MessageInitShape<typeof SendResultSchema>;

/** The result of a send that loses its persona, if the backend answers so. */
async function resultOf(result: Init | undefined): Promise<SendResult> {
  const t = new TestBroker();
  const backend = t.declaring({ features: { reply: Support.FULL } });
  const stream = t.stream();
  const action = actWith(t, "sendMessage", { options: { persona: { displayName: "Bea" } } });
  const { id } = backend.request();
  backend.answer(id, { case: "success", value: { ...(result && { result }) } });
  const given = (await action).result;
  assert.ok(given !== undefined);
  const [event] = eventsIn(stream);
  assert.equal(given.sequence, event?.meta?.sequence, "the number of the announced event");
  return given;
}

suite("a response", () => {
  const ids = Array.from({ length: 101 }, (_, i) => `m${i}`);
  const cases: readonly [string, Init | undefined, Init][] = [
    ["without a result", undefined, {}],
    ["with ids", { messageIds: ["a", "b"] }, { messageIds: ["a", "b"] }],
    ["with more than 100 ids", { messageIds: ids }, { messageIds: ids.slice(0, 100) }],
    [
      "with ids that are too long or empty",
      { messageIds: ["a", "x".repeat(513), "", "b"] },
      { messageIds: ["a", "b"] },
    ],
    ["with a thread", { channelId: "#t" }, { channelId: "irc://net/%23t" }],
    ["with a thread's id that is too long", { channelId: "x".repeat(1_025) }, {}],
    ["with a number of the backend", { sequence: 99n }, {}],
    [
      "with what the backend lost",
      { degraded: ["emoji", "persona", "emoji", "reply"] },
      { degraded: ["persona", "emoji", "reply"] },
    ],
    ["with names that are none", { degraded: ["", "x".repeat(65)] }, {}],
  ];
  for (const [what, given, expected] of cases) {
    test(what, async () => {
      const { sequence, ...result } = await resultOf(given);
      assert.notEqual(sequence, 0n);
      const { sequence: _, ...whole } = create(SendResultSchema, {
        degraded: ["persona"],
        ...expected,
      });
      assert.deepEqual(result, whole);
    });
  }
});

suite("the event send_result", () => {
  type End = (backend: TestBackend, id: string, t: TestBroker) => void;
  const cases: readonly [string, End, string][] = [
    ["of a success", (backend, id) => backend.succeed(id), ""],
    ["of a refusal", (backend, id) => backend.answer(id, { case: "failed", value: {} }), "UNKNOWN"],
    [
      "of another answer",
      (backend, id) => backend.answer(id, { case: "metadata", value: {} }),
      "INTERNAL",
    ],
    ["of a time-out", (_, __, t) => t.clock.advance(10_000), "DEADLINE_EXCEEDED"],
    ["of a backend that goes", (backend) => backend.session.close(), "UNAVAILABLE"],
  ];
  for (const [what, end, error] of cases) {
    test(what, async () => {
      for (const kind of SENDS) {
        const t = new TestBroker();
        const backend = t.backend();
        const stream = t.stream([], {}, ["*"]);
        const action = act(t, kind).then(
          () => "",
          () => "",
        );
        const { id } = backend.request();
        const [announced] = eventsIn(stream);
        end(backend, id, t);
        const event = sendResultIn(eventsIn(stream));
        const isPrivate = kind.includes("Private");
        const where = isPrivate
          ? { case: "userId", value: "irc://net/ann" }
          : { case: "channelId", value: "irc://net/%23c" };
        assert.deepEqual(event.conversation?.where, where);
        assert.equal(event.sequence, announced?.meta?.sequence);
        assert.equal(event.error, error);
        assert.equal(event.result?.sequence, error === "" ? event.sequence : undefined);
        await action;
        if (error === "DEADLINE_EXCEEDED") backend.succeed(id);
        assert.deepEqual(eventsIn(stream), [], "once, whatever comes late");
      }
    });
  }

  test("of a send to an absent backend", async () => {
    const t = new TestBroker();
    const stream = t.stream([], {}, ["*"]);
    await assertRefused(act(t, "sendMessage"), "unknown_backend");
    const [announced, ...others] = eventsIn(stream);
    const { sequence, error } = sendResultIn(others);
    assert.deepEqual([sequence, error], [announced?.meta?.sequence, "NOT_FOUND"]);
  });

  test("of a cancelled call", async () => {
    const t = new TestBroker();
    t.backend();
    const stream = t.stream([], {}, ["*"]);
    const call = t.call();
    const action = t.broker.act("sendMessage", requestOf("sendMessage"), call);
    call.onCancelled?.();
    await assertRefused(action, "cancelled");
    assert.equal(sendResultIn(eventsIn(stream).slice(1)).error, "CANCELLED");
  });

  test("does not follow what was not announced, and reaches only those that name it", async () => {
    const t = new TestBroker();
    const backend = t.backend();
    const all = t.stream([], {}, ["*"]);
    const old = t.stream();
    const shy = t.stream([], { caller: { mayPrivate: false } }, ["*"]);
    await assertRefused(act(t, "sendMessage", "nonsense"), "bad_id");
    const joined = act(t, "joinChannel");
    backend.succeed(backend.request().id);
    await joined;
    assert.deepEqual(eventsIn(all), []);
    const sent = act(t, "sendPrivateMessage");
    backend.succeed(backend.request().id);
    await sent;
    assert.deepEqual(
      [all, old, shy].map((stream) => eventsIn(stream).length),
      [2, 1, 0],
    );
  });

  test("comes before the caller's response", async () => {
    const t = new TestBroker();
    const backend = t.backend();
    const stream = t.stream([], {}, ["send_result"]);
    const seen = act(t, "sendMessage").then(() => eventsIn(stream).length);
    backend.succeed(backend.request().id);
    assert.equal(await seen, 1);
  });
});

/** The only one of its kind; where a backend goes, there are events of that beside it. */
function sendResultIn(events: readonly Event[]) {
  const [event, ...others] = events.filter(({ inner }) => inner.case === "sendResult");
  assert.ok(event?.inner.case === "sendResult" && others.length === 0);
  return event.inner.value;
}
