/** Sends with idempotency keys, as callers, backends and readers see them. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { create } from "@bufbuild/protobuf";
import { attachment, IDEMPOTENCY_MS, SendOptionsSchema } from "@seabird-chat/protocol";
import type { ActionResponse } from "../actions.ts";
import type { CallContext } from "../caller.ts";
import type { BrokerOptions } from "../options.ts";
import { assertRefused, requestOf, SENDS } from "../test/acting.ts";
import { drain, eventsIn, type TestBackend, TestBroker, textsIn } from "../test/fixtures.ts";

type SendKind = (typeof SENDS)[number];
type Sent = Promise<ActionResponse<SendKind>>;

interface Send {
  readonly kind?: SendKind;
  readonly key?: string;
  readonly text?: string;
  readonly target?: string;
  readonly call?: CallContext;
}

/** A broker, a backend and a reader. */
function setUp(options: BrokerOptions = {}) {
  const t = new TestBroker({ actionTimeoutMs: 1_000, ...options });
  return { t, backend: t.backend(), stream: t.stream() };
}

function send(
  t: TestBroker,
  { kind = "sendMessage", key = "k", text = "hi", target, call = t.call() }: Send = {},
): Sent {
  const request = requestOf(kind, target);
  request.text = text;
  request.options = create(SendOptionsSchema, { idempotencyKey: key });
  const sent = t.broker.act(kind, request, call);
  sent.catch(() => {});
  return sent;
}

function succeed(backend: TestBackend, id: string): void {
  backend.answer(id, { case: "success", value: { result: { messageIds: ["m1"] } } });
}

function refuse(backend: TestBackend, id: string): void {
  backend.answer(id, { case: "failed", value: { reason: "no" } });
}

async function assertDone(...sends: Sent[]): Promise<void> {
  for (const { result } of await Promise.all(sends)) assert.deepEqual(result?.messageIds, ["m1"]);
}

for (const kind of SENDS) {
  test(`${kind} that succeeded is not done again: its repetition gets the same result`, async () => {
    const { t, backend, stream } = setUp();
    const sent = send(t, { kind });
    const { id, inner } = backend.request();
    assert.ok(inner.case === kind);
    assert.equal(inner.value.options, undefined, "the key is not for the backend");
    succeed(backend, id);
    const [event, ...others] = eventsIn(stream);
    assert.deepEqual(others, []);
    assert.ok(event?.inner.case === kind);
    assert.equal(event.inner.value.options, undefined, "and not for readers");
    backend.session.close();
    const again = send(t, { kind });
    assert.deepEqual(await again, await sent);
    await assertDone(again);
    assert.deepEqual(drain(stream), []);
  });
}

test("the next attempt of a send that was refused has its request's id for ten minutes", async () => {
  const { t, backend } = setUp();
  const attempt = (given: Send = {}) => {
    void send(t, given);
    const { id } = backend.request();
    refuse(backend, id);
    return id;
  };
  const id = attempt();
  assert.equal(attempt(), id);
  assert.notEqual(attempt({ key: "other" }), id);
  assert.notEqual(attempt({ text: "other" }), id);
  t.clock.advance(IDEMPOTENCY_MS - 1);
  assert.equal(attempt(), id, "counted from the last refusal");
  t.clock.advance(IDEMPOTENCY_MS);
  assert.notEqual(attempt(), id);
});

test("a repetition while the first call waits waits for the same answer", async () => {
  const { t, backend, stream } = setUp({ maxRequestsInFlightPerBackend: 1 });
  const sends = [send(t), send(t), send(t)];
  succeed(backend, backend.request().id);
  await assertDone(...sends);
  assert.deepEqual(textsIn(stream), ["hi"]);
});

/** How the first call of a send that reached the backend ends without an answer. */
const UNKNOWN = {
  request_timeout: (t: TestBroker) => t.clock.advance(1_000),
  cancelled: (_: TestBroker, call: CallContext) => call.onCancelled?.(),
} as const;

for (const [code, end] of Object.entries(UNKNOWN)) {
  test(`after ${code} a repetition waits, and a late answer settles all`, async () => {
    const { t, backend, stream } = setUp();
    const call = t.call();
    const first = send(t, { call });
    const { id } = backend.request();
    end(t, call);
    await assertRefused(first, code as keyof typeof UNKNOWN);
    assert.equal(t.broker.stats().requestsInFlight, 0, "nobody waits");
    const waiting = [send(t), send(t)];
    succeed(backend, id);
    await assertDone(...waiting, send(t));
    assert.deepEqual(textsIn(stream), ["hi"]);
    assert.deepEqual(backend.requests(), []);
    assert.equal(t.clock.armed, 0);
  });

  test(`after ${code} a late refusal goes to those that wait, and frees the key`, async () => {
    const { t, backend, stream } = setUp();
    const call = t.call();
    send(t, { call });
    const { id } = backend.request();
    end(t, call);
    const waiting = send(t);
    refuse(backend, id);
    await assertRefused(waiting, "backend_refused", "no");
    const anew = send(t);
    succeed(backend, backend.request().id);
    await assertDone(anew);
    assert.deepEqual(textsIn(stream), ["hi", "hi"]);
  });
}

test("a repetition ends 50 ms before its time limit, saying that the outcome is unknown", async () => {
  const { t, backend } = setUp();
  send(t);
  backend.request();
  t.clock.advance(1_000);
  const outcomes: string[] = [];
  for (const timeoutMs of [400, 50]) {
    send(t, { call: t.call({ timeoutMs }) }).catch(({ code, message }) =>
      outcomes.push(`${timeoutMs} ${code} ${message}`),
    );
  }
  const settled = async (ms: number): Promise<string[]> => {
    t.clock.advance(ms);
    await new Promise(setImmediate);
    return outcomes.splice(0);
  };
  assert.deepEqual(await settled(0), ["50 outcome_unknown outcome unknown"]);
  assert.deepEqual(await settled(349), []);
  assert.deepEqual(await settled(1), ["400 outcome_unknown outcome unknown"]);
});

test("a backend that goes leaves the outcome unknown, which repetitions learn at once", async () => {
  const { t, backend, stream } = setUp();
  const first = send(t);
  const waiting = send(t);
  backend.request();
  backend.session.close();
  await assertRefused(first, "backend_gone", "backend disconnected");
  await assertRefused(waiting, "outcome_unknown", "outcome unknown");
  const next = t.backend();
  await assertRefused(send(t), "outcome_unknown", "outcome unknown");
  assert.deepEqual([next.requests(), textsIn(stream)], [[], ["hi"]]);
  t.clock.advance(IDEMPOTENCY_MS);
  const anew = send(t);
  succeed(next, next.request().id);
  await assertDone(anew);
});

test("a backend that goes before it was asked frees the key", async () => {
  const { t, backend } = setUp();
  const sends = [send(t), send(t)];
  backend.session.close();
  for (const sent of sends) await assertRefused(sent, "backend_gone");
  const next = t.backend();
  const anew = send(t);
  succeed(next, next.request().id);
  await assertDone(anew);
});

/** What is forgotten, so that a try after it is a new send; and whether it was announced. */
const FORGOTTEN: Readonly<
  Record<string, readonly [announced: number, run: (s: ReturnType<typeof setUp>) => void]>
> = {
  "a refusal of the backend": [
    1,
    ({ t, backend }) => {
      send(t);
      refuse(backend, backend.request().id);
    },
  ],
  "a time-out before the request was handed over": [
    1,
    ({ t, backend }) => {
      send(t);
      t.clock.advance(1_000);
      assert.deepEqual(backend.requests(), []);
    },
  ],
  "a cancellation before the request was handed over": [
    1,
    ({ t, backend }) => {
      const call = t.call();
      send(t, { call });
      call.onCancelled?.();
      assert.deepEqual(backend.requests(), []);
    },
  ],
  "an absent backend": [
    1,
    ({ t, backend }) => {
      backend.session.close();
      send(t);
    },
  ],
  "a refusal of core": [
    0,
    ({ t }) => {
      send(t, { call: t.call({ caller: { mayPrivate: false } }), kind: "sendPrivateMessage" });
      send(t, { call: t.call({ timeoutMs: 0 }) });
      send(t, { target: "nonsense" });
    },
  ],
};

for (const [name, [announced, run]] of Object.entries(FORGOTTEN)) {
  test(`forgotten: ${name}`, async () => {
    const s = setUp();
    run(s);
    assert.equal(textsIn(s.stream).length, announced);
    const backend = name === "an absent backend" ? s.t.backend() : s.backend;
    const anew = send(s.t);
    succeed(backend, backend.request().id);
    await assertDone(anew);
    assert.equal(textsIn(s.stream).length, 1);
  });
}

test("a request that still waits to be sent is sent as long as anybody waits for it", async () => {
  const { t, backend, stream } = setUp();
  const first = send(t, { call: t.call({ timeoutMs: 100 }) });
  const repeated = send(t);
  t.clock.advance(100);
  await assertRefused(first, "request_timeout");
  succeed(backend, backend.request().id);
  await assertDone(repeated);
  assert.deepEqual(textsIn(stream), ["hi"]);
});

test("a key belongs to one request of one token's name", async () => {
  const { t, backend, stream } = setUp();
  send(t);
  const message = "idempotency key already used for another request";
  await assertRefused(send(t, { text: "ho" }), "bad_request", message);
  await assertRefused(send(t, { kind: "performAction" }), "bad_request", message);
  send(t, { text: "ho", call: t.call({ caller: { name: "other" } }) });
  assert.deepEqual(textsIn(stream), ["hi", "ho"]);
  assert.equal(backend.requests().length, 2);
});

test("beyond so many keys the one that succeeded first goes; if none has, a send is refused", async () => {
  const { t, backend, stream } = setUp({ maxIdempotencyKeys: 2 });
  for (const key of ["1", "2"]) send(t, { key });
  const refused = send(t, { key: "3" });
  await assertRefused(refused, "too_many_keys", "too many idempotency keys");
  assert.deepEqual(textsIn(stream), ["hi", "hi"]);
  for (const { id } of backend.requests()) succeed(backend, id);
  drain(stream);
  send(t, { key: "3" });
  assert.equal(backend.requests().length, 1);
  await assertDone(send(t, { key: "2" }));
  assert.equal(backend.requests().length, 0);
  drain(stream);
  send(t, { key: "1" });
  assert.equal(backend.requests().length, 1, "it was forgotten");
});

test("a repetition is compared as it was sent, urls with a password in them included", async () => {
  const { t, backend } = setUp();
  const sendFile = (url: string) => {
    const request = requestOf("sendMessage");
    request.rootBlock = attachment({ url, name: "x" });
    request.options = create(SendOptionsSchema, { idempotencyKey: "k" });
    return t.broker.act("sendMessage", request, t.call());
  };
  const sends = [sendFile("https://u:p@x.y"), sendFile("https://u:p@x.y")];
  await assertRefused(sendFile("https://u:q@x.y"), "bad_request");
  succeed(backend, backend.request().id);
  await assertDone(...sends);
});

test("one send has one result, that of its first call; a late answer makes no second one", async () => {
  const { t, backend } = setUp();
  const stream = t.stream([], {}, ["send_message", "send_result"]);
  send(t);
  const { id } = backend.request();
  t.clock.advance(1_000);
  const waiting = send(t);
  succeed(backend, id);
  await assertDone(waiting, send(t));
  const [sent, result, ...others] = eventsIn(stream);
  assert.deepEqual(others, []);
  assert.ok(sent?.inner.case === "sendMessage" && result?.inner.case === "sendResult");
  assert.equal(result.inner.value.error, "DEADLINE_EXCEEDED");
  assert.equal(result.inner.value.sequence, sent.meta?.sequence);
  assert.equal((await waiting).result?.sequence, sent.meta?.sequence);
});
