import assert from "node:assert/strict";
import { test } from "node:test";
import { create } from "@bufbuild/protobuf";
import { ChatEventSchema } from "@seabird-chat/protocol";
import type { Cancellable } from "../caller.ts";
import { BrokerError } from "../errors.ts";
import { ManualClock } from "../test/manual-clock.ts";
import { type BackendRequests, Requests, unexpectedAnswer } from "./requests.ts";

const SUCCESS = create(ChatEventSchema, { inner: { case: "success", value: {} } });

class Table {
  readonly clock = new ManualClock();
  readonly requests = new Requests(this.clock);
  readonly settled: string[] = [];
  readonly withdrawn: string[] = [];
  /** Requests that cannot be withdrawn any more. */
  readonly sent = new Set<string>();

  wait(on: BackendRequests, id: string, inMs = 1_000): Cancellable {
    const call: Cancellable = { cancelled: false, onCancelled: undefined };
    const asking = {
      id,
      limit: { deadlineMs: this.clock.now() + inMs, call },
      answered: () => void this.settled.push(`${id} answered`),
      failed: (error: BrokerError) => void this.settled.push(`${id} ${error.code}`),
    };
    on.wait(asking, this.#withdraw(id));
    return call;
  }

  /** A request without a limit of its own. */
  waitOpen(on: BackendRequests, id: string): void {
    const asking = {
      id,
      answered: () => void this.settled.push(`${id} answered`),
      failed: ({ code }: BrokerError, isUnknown: boolean) =>
        void this.settled.push(`${id} ${code}${isUnknown ? ", unknown" : ""}`),
    };
    on.wait(asking, this.#withdraw(id));
  }

  #withdraw(id: string): () => boolean {
    return () => {
      if (this.sent.has(id)) return false;
      this.withdrawn.push(id);
      return true;
    };
  }

  assertEmpty(): void {
    assert.equal(this.requests.size, 0);
    assert.equal(this.requests.deadlines.size, 0);
    assert.equal(this.clock.armed, 0);
  }
}

test("an answer settles its request, once", () => {
  const t = new Table();
  const backend = t.requests.forBackend();
  t.wait(backend, "1");
  assert.ok(backend.answer("1", SUCCESS));
  assert.ok(!backend.answer("1", SUCCESS));
  assert.deepEqual(t.settled, ["1 answered"]);
  t.assertEmpty();
});

test("only the backend that was asked can answer", () => {
  const t = new Table();
  const [asked, other] = [t.requests.forBackend(), t.requests.forBackend()];
  t.wait(asked, "1");
  assert.ok(!other.answer("1", SUCCESS));
  assert.equal(asked.size, 1);
});

test("a deadline settles, and takes back what was not sent", () => {
  const t = new Table();
  const backend = t.requests.forBackend();
  t.wait(backend, "1", 100);
  t.wait(backend, "2", 50);
  t.clock.advance(99);
  assert.deepEqual(t.settled, ["2 request_timeout"]);
  t.clock.advance(1);
  assert.deepEqual(t.settled, ["2 request_timeout", "1 request_timeout"]);
  assert.deepEqual(t.withdrawn, ["2", "1"]);
  assert.ok(!backend.answer("1", SUCCESS));
  t.assertEmpty();
});

test("a cancelled call is forgotten at once", () => {
  const t = new Table();
  const backend = t.requests.forBackend();
  const call = t.wait(backend, "1");
  call.onCancelled?.();
  assert.deepEqual(t.settled, ["1 cancelled"]);
  t.assertEmpty();
});

test("a backend that goes fails its own requests at once, and who comes after", () => {
  const t = new Table();
  const [gone, other] = [t.requests.forBackend(), t.requests.forBackend()];
  t.wait(gone, "1");
  t.wait(other, "2");
  t.wait(gone, "3");
  gone.close(new BrokerError("backend_gone", "backend disconnected"));
  assert.deepEqual(t.settled, ["1 backend_gone", "3 backend_gone"]);
  t.wait(gone, "4");
  assert.deepEqual(t.settled.at(-1), "4 backend_gone");
  assert.deepEqual(t.withdrawn, ["1", "3", "4"]);
  assert.equal(t.requests.size, 1);
});

test("onIdle is called when the last request is settled", () => {
  const t = new Table();
  const backend = t.requests.forBackend();
  let idle = 0;
  t.requests.onIdle(() => idle++);
  assert.equal(idle, 1, "at once if nothing waits");
  t.wait(backend, "1");
  t.wait(backend, "2");
  t.requests.onIdle(() => idle++);
  const undo = t.requests.onIdle(() => idle++);
  undo();
  backend.answer("1", SUCCESS);
  assert.equal(idle, 1);
  backend.answer("2", SUCCESS);
  assert.equal(idle, 2);
});

test("ten thousand that wait share one timer", () => {
  const t = new Table();
  const backend = t.requests.forBackend();
  for (let i = 0; i < 10_000; i++) t.wait(backend, `${i}`, 10_000);
  assert.equal(t.clock.armed, 1);
  t.clock.advance(10_000);
  assert.equal(t.settled.length, 10_000);
  t.assertEmpty();
});

test("a request that was sent can be left open: its answer settles it, and it is not in flight", () => {
  const t = new Table();
  const backend = t.requests.forBackend();
  t.waitOpen(backend, "1");
  t.sent.add("1");
  assert.equal(t.requests.size, 1);
  assert.ok(backend.leaveOpen("1"));
  assert.ok(backend.leaveOpen("1"), "twice is no harm");
  assert.deepEqual([t.requests.size, backend.size], [0, 0]);
  t.clock.advance(1_000_000);
  assert.deepEqual(t.settled, []);
  assert.ok(backend.answer("1", SUCCESS));
  assert.ok(!backend.answer("1", SUCCESS));
  assert.deepEqual(t.settled, ["1 answered"]);
  t.assertEmpty();
});

test("a request that was not sent is withdrawn instead", () => {
  const t = new Table();
  const backend = t.requests.forBackend();
  t.waitOpen(backend, "1");
  assert.ok(!backend.leaveOpen("1"));
  assert.ok(!backend.leaveOpen("1"));
  assert.deepEqual([t.withdrawn, t.settled], [["1"], []]);
  assert.ok(!backend.answer("1", SUCCESS));
  t.assertEmpty();
});

test("a backend's end tells which requests it may have carried out", () => {
  const t = new Table();
  const backend = t.requests.forBackend();
  for (const id of ["unsent", "sent", "open", "forgotten"]) t.waitOpen(backend, id);
  for (const id of ["sent", "open", "forgotten"]) t.sent.add(id);
  backend.leaveOpen("open");
  backend.forget("forgotten");
  backend.close(new BrokerError("backend_gone", "backend disconnected"));
  assert.deepEqual(t.settled, [
    "unsent backend_gone",
    "sent backend_gone, unknown",
    "open backend_gone, unknown",
  ]);
  t.assertEmpty();
});

test("an answer that cannot be read fails a request that was left open, too", () => {
  const t = new Table();
  const backend = t.requests.forBackend();
  t.waitOpen(backend, "1");
  t.sent.add("1");
  backend.leaveOpen("1");
  backend.fail("1", unexpectedAnswer());
  assert.deepEqual(t.settled, ["1 unexpected_answer"]);
  t.assertEmpty();
});
