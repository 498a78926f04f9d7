/** Keyed sends against a model of the rules, and the rules one by one. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { create } from "@bufbuild/protobuf";
import {
  ChatEventSchema,
  IDEMPOTENCY_MS,
  type SendMessageResponse,
  SendMessageResponseSchema,
} from "@seabird-chat/protocol";
import fc from "fast-check";
import type { Cancellable } from "../caller.ts";
import { BrokerError } from "../errors.ts";
import { type BrokerOptions, resolveBrokerOptions } from "../options.ts";
import { ManualClock } from "../test/manual-clock.ts";
import { SendsModel } from "../test/sends-model.ts";
import { IdempotencyKeys } from "./idempotency.ts";
import { RequestQueue } from "./request-queue.ts";
import { type BackendRequests, Requests, unexpectedAnswer } from "./requests.ts";

const LIMITS = { maxIdempotencyKeys: 3, maxCallsPerIdempotencyKey: 3 };

interface Asked {
  readonly id: string;
  /** The connection that was asked. */
  readonly requests: BackendRequests;
}

/** Keyed sends to one backend, as the runner makes them. */
class Sends {
  readonly clock = new ManualClock();
  readonly keys: IdempotencyKeys;
  readonly requests = new Requests(this.clock);
  /** Outcomes of calls: `3 ok m1`, `4 outcome_unknown`. */
  readonly outcomes: string[] = [];
  readonly calls: Cancellable[] = [];
  /** What reached the backend, oldest first. */
  readonly asked: Asked[] = [];
  #backend = this.requests.forBackend();
  #queue = new RequestQueue({ maxRequests: 1_000, maxBytes: 1_000_000 });
  #requested = 0;
  readonly #unsent: Asked[] = [];

  constructor(options: BrokerOptions = LIMITS) {
    this.keys = new IdempotencyKeys(resolveBrokerOptions(options), this.clock);
  }

  send(name: string, key: string, hash = "h", timeoutMs = 1_000): void {
    const number = this.calls.length;
    const call: Cancellable = { cancelled: false, onCancelled: undefined };
    this.calls.push(call);
    const done = {
      deadlineMs: this.clock.now() + timeoutMs,
      call,
      responded: (response: object) =>
        void this.outcomes.push(
          `${number} ok ${(response as SendMessageResponse).result?.messageIds}`,
        ),
      failed: ({ code }: BrokerError) => void this.outcomes.push(`${number} ${code}`),
    };
    const sendKey = { name, key, hash };
    try {
      const known = this.keys.find(sendKey);
      if (known !== undefined) {
        known.repeat(done);
        return;
      }
      const send = this.keys.open(sendKey);
      const id = `r${this.#requested++}`;
      const asked = { id, requests: this.#backend };
      this.#unsent.push(asked);
      const request = {
        ...asked,
        withdraw: this.#queue.push(Buffer.from(id)),
        responseSchema: SendMessageResponseSchema,
        read: ({ inner }: { inner: { case?: string | undefined; value?: unknown } }) => {
          if (inner.case === "failed") throw new BrokerError("backend_refused", "no");
          if (inner.case !== "success") throw unexpectedAnswer();
          return create(SendMessageResponseSchema, { result: { messageIds: [`m-${id}`] } });
        },
      };
      send.ask(request as never, done);
    } catch (reason) {
      done.failed(BrokerError.from(reason));
    }
  }

  /** The backend reads all that waits for it. */
  take(): void {
    for (;;) {
      const bytes = this.#queue.take(1);
      if (bytes === undefined) break;
      const id = Buffer.from(bytes).toString();
      this.asked.push(this.#unsent.find((each) => each.id === id) as Asked);
    }
  }

  answer({ id, requests }: Asked, kind: "success" | "failed" | "metadata"): boolean {
    return requests.answer(id, create(ChatEventSchema, { id, inner: { case: kind, value: {} } }));
  }

  /** The backend's stream ends, and it connects again. */
  reconnect(): void {
    this.#backend.close(new BrokerError("backend_gone", "backend disconnected"));
    this.#queue.close();
    this.#backend = this.requests.forBackend();
    this.#queue = new RequestQueue({ maxRequests: 1_000, maxBytes: 1_000_000 });
  }

  newOutcomes(): string[] {
    return this.outcomes.splice(0).sort();
  }
}

const anyStep = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant("send" as const),
      name: fc.constantFrom("a", "b"),
      key: fc.constantFrom("1", "2", "3", "4"),
      hash: fc.constantFrom("h", "h", "h", "h", "other"),
      timeoutMs: fc.constantFrom(30, 50, 51, 200, 5_000),
    }),
  },
  { weight: 3, arbitrary: fc.constant({ kind: "take" as const }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant("answer" as const),
      which: fc.nat(5),
      answer: fc.constantFrom(
        "success" as const,
        "success" as const,
        "failed" as const,
        "metadata" as const,
      ),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("cancel" as const), which: fc.nat(5) }) },
  { weight: 1, arbitrary: fc.constant({ kind: "reconnect" as const }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant("advance" as const),
      ms: fc.constantFrom(1, 49, 50, 150, 5_000, 299_999, 300_000, IDEMPOTENCY_MS),
    }),
  },
);

test("it does what the model does", () => {
  fc.assert(
    fc.property(fc.array(anyStep, { maxLength: 60, size: "max" }), (steps) => {
      const real = new Sends();
      const model = new SendsModel();
      for (const step of steps) {
        switch (step.kind) {
          case "send":
            real.send(step.name, step.key, step.hash, step.timeoutMs);
            model.send(step.name, step.key, step.hash, step.timeoutMs);
            break;
          case "take":
            real.take();
            model.take();
            break;
          case "answer": {
            const asked = real.asked.at(-1 - step.which);
            if (asked === undefined) break;
            real.answer(asked, step.answer);
            model.answer(asked.id, step.answer);
            break;
          }
          case "cancel": {
            const number = real.calls.length - 1 - step.which;
            real.calls[number]?.onCancelled?.();
            model.cancel(number);
            break;
          }
          case "reconnect":
            real.reconnect();
            model.reconnect();
            break;
          case "advance":
            real.clock.advance(step.ms);
            model.advance(step.ms);
        }
        assert.deepEqual(real.newOutcomes(), model.newOutcomes());
        assert.equal(real.keys.size, model.sends.length);
        assert.equal(real.requests.size, model.sends.filter(({ isInFlight }) => isInFlight).length);
      }
    }),
    { numRuns: 1_000 },
  );
});

test("a late answer is of use, and a late refusal frees the key", () => {
  const t = new Sends();
  t.send("a", "1");
  t.send("a", "2");
  t.take();
  t.clock.advance(1_000);
  assert.deepEqual(t.newOutcomes(), ["0 request_timeout", "1 request_timeout"]);
  assert.equal(t.requests.size, 0, "nobody waits, so nothing is in flight");
  t.send("a", "1");
  t.send("a", "2");
  const [done, refused] = t.asked;
  assert.ok(done !== undefined && refused !== undefined);
  assert.ok(t.answer(done, "success"));
  assert.ok(t.answer(refused, "failed"));
  assert.deepEqual(t.newOutcomes(), ["2 ok m-r0", "3 backend_refused"]);
  t.send("a", "1");
  assert.deepEqual(t.newOutcomes(), ["4 ok m-r0"]);
  t.send("a", "2");
  t.take();
  assert.equal(t.asked.length, 3, "it is a new send");
});

test("names have keys of their own", () => {
  const t = new Sends();
  t.send("a", "1", "h");
  t.send("b", "1", "other");
  t.take();
  assert.equal(t.asked.length, 2);
});

test("memory is bounded for all names together; who has most of it makes space", () => {
  const maxIdempotencyBytes = 20_000;
  const t = new Sends({ maxIdempotencyBytes });
  const settle = (name: string, key: string): void => {
    t.send(name, key);
    t.take();
    const asked = t.asked.at(-1);
    assert.ok(asked !== undefined);
    t.answer(asked, "success");
    assert.ok(t.keys.bytes <= maxIdempotencyBytes);
  };
  settle("small", "1");
  for (let i = 0; i < 1_000; i++) settle("large", `${i}`);
  const before = t.asked.length;
  t.send("small", "1");
  t.take();
  assert.equal(t.asked.length, before, "it is still remembered");
  assert.ok(t.keys.size > 10);
  for (let i = 0; i < 100; i++) t.send("open", `${i}`);
  assert.ok(t.keys.bytes <= maxIdempotencyBytes);
  assert.ok(t.newOutcomes().some((outcome) => outcome.endsWith("too_many_keys")));
});

test("what is remembered no longer takes no memory and no timer", () => {
  const t = new Sends();
  for (const name of ["a", "b", "c"]) t.send(name, "1");
  t.take();
  t.clock.advance(IDEMPOTENCY_MS + 1_000);
  assert.equal(t.clock.armed, 0);
  assert.equal(t.keys.find({ name: "d", key: "1", hash: "h" }), undefined);
  assert.deepEqual([t.keys.size, t.keys.bytes], [0, 0]);
  const [asked] = t.asked;
  assert.ok(asked !== undefined);
  assert.ok(!t.answer(asked, "success"), "its request is not kept either");
});
