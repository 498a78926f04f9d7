/** Streams of backends that do not say Hello are few, and end. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { IngestSession } from "../broker.ts";
import { chatEvent, line, refusal, TestBroker } from "../test/fixtures.ts";

const endOf = ({ output }: IngestSession) => output.end;

test("a stream without a hello ends in time, and leaves no timer", () => {
  const t = new TestBroker({ helloTimeoutMs: 10_000 });
  const silent = t.broker.openIngest(t.call());
  t.clock.advance(9_999);
  assert.equal(endOf(silent), undefined);
  t.clock.advance(1);
  refusal("request_timeout", "no hello within 10000 ms")(endOf(silent)?.error);
  assert.equal(t.clock.armed, 0);
});

test("a backend that has said Hello has all the time in the world", () => {
  const t = new TestBroker({ helloTimeoutMs: 10_000 });
  const { session } = t.backend();
  assert.equal(t.clock.armed, 0);
  t.clock.advance(100_000);
  assert.equal(session.output.end, undefined);
});

test("one whose first event is another, and one that leaves, keep no timer either", () => {
  const t = new TestBroker();
  const wrong = t.broker.openIngest(t.call());
  assert.throws(() => wrong.receive(chatEvent(line("x"))), refusal("bad_hello"));
  const gone = t.broker.openIngest(t.call());
  gone.close();
  assert.equal(t.clock.armed, 0);
});

test("a token has few of them: the oldest makes room, so an honest backend always gets in", () => {
  const t = new TestBroker({ maxSilentBackendsPerToken: 3 });
  const open = (tokenId: string) => t.broker.openIngest(t.call({ caller: { tokenId } }));
  const other = open("other");
  const silent = Array.from({ length: 5 }, () => open("thief"));
  const ended = (each: IngestSession) => endOf(each)?.error?.code;
  const gone = "too_many_streams";
  assert.deepEqual(silent.map(ended), [gone, gone, undefined, undefined, undefined]);
  assert.equal(ended(other), undefined);
  const { session } = t.backend("irc", "net", { caller: { tokenId: "thief" } });
  assert.equal(session.output.end, undefined);
  assert.deepEqual(silent.map(ended), [gone, gone, gone, undefined, undefined]);
  for (const each of [...silent, other]) each.close();
  assert.equal(t.clock.armed, 0);
});
