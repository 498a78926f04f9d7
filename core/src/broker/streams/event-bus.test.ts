import assert from "node:assert/strict";
import { test } from "node:test";
import { drain, line, privateLine, refusal, TestBroker, textsIn } from "../test/fixtures.ts";
import type { Source } from "./source.ts";

function numbered(count: number, from = 0): string[] {
  return Array.from({ length: count }, (_, i) => `${from + i}`);
}

test("every stream gets every event, in one order", () => {
  const t = new TestBroker();
  const streams = [t.stream(), t.stream(), t.stream()];
  const [a, b] = [t.backend("irc", "a"), t.backend("irc", "b")];
  const said = numbered(500);
  for (const [i, text] of said.entries()) (i % 3 === 0 ? a : b).say(line(text));
  for (const stream of streams) assert.deepEqual(textsIn(stream), said);
  assert.equal(t.broker.stats().lastSequence, 500);
});

test("a stream gets what comes after it was opened", () => {
  const t = new TestBroker();
  const backend = t.backend();
  backend.say(line("before"));
  const stream = t.stream();
  backend.say(line("after"));
  assert.deepEqual(textsIn(stream), ["after"]);
});

test("a stream is woken once for all events until it finds nothing", () => {
  const t = new TestBroker();
  const backend = t.backend();
  const stream = t.stream();
  let woken = 0;
  stream.onReady = () => woken++;
  assert.equal(stream.take(1_000), undefined);
  for (const text of numbered(100)) backend.say(line(text));
  assert.equal(woken, 1);
  assert.equal(textsIn(stream).length, 100);
  backend.say(line("more"));
  assert.equal(woken, 2);
});

test("a stream that takes at once when it is woken misses nothing", () => {
  const t = new TestBroker();
  const backend = t.backend();
  const stream = t.stream();
  const got: string[] = [];
  stream.onReady = () => got.push(...textsIn(stream));
  drain(stream);
  for (const text of numbered(50)) backend.say(line(text));
  assert.deepEqual(got, numbered(50));
});

test("a stream without private messages is neither given them nor woken for them", () => {
  const t = new TestBroker();
  const backend = t.backend();
  const all = t.stream();
  const some = t.stream([], { caller: { mayPrivate: false } });
  let woken = 0;
  some.onReady = () => woken++;
  assert.equal(some.take(1_000), undefined);
  backend.say(privateLine("secret"));
  assert.equal(woken, 0);
  backend.say(line("open"));
  backend.say(privateLine("secret again"));
  assert.equal(woken, 1);
  assert.deepEqual(textsIn(some), ["open"]);
  assert.deepEqual(textsIn(all), ["secret", "open", "secret again"]);
});

function assertFellBehind(stream: Source): void {
  refusal("fell_behind", "client fell too far behind")(stream.end?.error);
}

test("a stream too many events behind ends; what waited is dropped, others go on", () => {
  const t = new TestBroker({ maxQueuedEventsPerStream: 100 });
  const backend = t.backend();
  const slow = t.stream(["slow"]);
  const quick = t.stream();
  let told = 0;
  slow.onReady = () => told++;
  const got: string[] = [];
  for (const text of numbered(100)) {
    backend.say(line(text));
    got.push(...textsIn(quick));
  }
  assert.equal(slow.end, undefined, "at the limit it still lives");
  backend.say(line("100"));
  got.push(...textsIn(quick));
  assertFellBehind(slow);
  assert.equal(told, 1);
  assert.equal(slow.take(1_000), undefined);
  assert.deepEqual(got, numbered(101));
  assert.equal(quick.end, undefined);
  assert.ok(t.seen.observed.includes("eventsLost:101"));
  const { eventLogBytes, commands, eventStreams } = t.broker.stats();
  assert.deepEqual(
    { eventLogBytes, commands, eventStreams },
    {
      eventLogBytes: 0,
      commands: 0,
      eventStreams: 1,
    },
  );
});

test("a stream too many bytes behind ends", () => {
  const t = new TestBroker({ maxQueuedBytesPerStream: 10_000 });
  const backend = t.backend();
  const slow = t.stream();
  for (const _ of numbered(10)) backend.say(line("x".repeat(280)));
  assert.equal(slow.end, undefined);
  backend.say(line("x".repeat(1_000)));
  assertFellBehind(slow);
});

test("beyond the log's bytes the streams furthest behind end first", () => {
  const t = new TestBroker({ maxEventLogBytes: 20_000 });
  const backend = t.backend();
  const first = t.stream();
  for (const _ of numbered(5)) backend.say(line("x".repeat(700)));
  const second = t.stream();
  while (first.end === undefined) backend.say(line("x".repeat(700)));
  assertFellBehind(first);
  assert.equal(second.end, undefined);
  assert.ok(t.broker.stats().eventLogBytes <= 20_000);
});

test("a reader that sees no private messages cannot be made to hold them", () => {
  const t = new TestBroker({ maxEventLogBytes: 200_000 });
  const backend = t.backend();
  const some = t.stream([], { caller: { mayPrivate: false } });
  for (const _ of numbered(1_000)) backend.say(privateLine("x".repeat(700)));
  assert.equal(some.end, undefined, "nothing waits for it");
  backend.say(line("open"));
  for (const _ of numbered(1_000)) backend.say(privateLine("x".repeat(700)));
  assertFellBehind(some);
});

test("a stream that is ended gives what waits first, and nothing later", () => {
  const t = new TestBroker();
  const backend = t.backend();
  const stream = t.stream();
  backend.say(line("before"));
  t.broker.endEventStreams();
  backend.say(line("after"));
  refusal("shutting_down", "core is shutting down")(stream.end?.error);
  assert.deepEqual(textsIn(stream), ["before"]);
  stream.close();
  assert.equal(t.broker.stats().eventLogBytes, 0);
});

test("closing twice is closing once", () => {
  const t = new TestBroker();
  const stream = t.stream(["x"]);
  stream.close();
  stream.close();
  assert.equal(stream.take(1_000), undefined);
  assert.equal(t.broker.stats().eventStreams, 0);
  assert.deepEqual(
    t.seen.observed.filter((each) => each.startsWith("eventStream")),
    ["eventStreamOpened", "eventStreamClosed:left"],
  );
});

test("there are so many streams and no more", () => {
  const t = new TestBroker({ maxEventStreams: 2 });
  const [first] = [t.stream(), t.stream()];
  assert.throws(() => t.stream(["x"]), refusal("too_many_streams"));
  assert.equal(t.broker.stats().commands, 0, "what it wanted to register is free");
  first.close();
  t.stream(["x"]);
});

test("a token with many streams makes room for one that has few, and gets none itself", () => {
  const t = new TestBroker({ maxEventStreams: 4 });
  const open = (tokenId: string) => t.stream([], { caller: { tokenId } });
  const greedy = Array.from({ length: 4 }, () => open("greedy"));
  assert.throws(() => open("greedy"), refusal("too_many_streams"));
  const first = open("honest");
  assert.deepEqual(
    greedy.map(({ end }) => end?.error?.code),
    [undefined, undefined, undefined, "too_many_streams"],
  );
  greedy[3]?.close();
  const other = open("other");
  greedy[2]?.close();
  assert.throws(() => open("honest"), refusal("too_many_streams"), "it has as many as the others");
  for (const stream of [first, other, greedy[0], greedy[1]]) assert.equal(stream?.end, undefined);
});

test("streams that come and go while nothing happens leave nothing behind", () => {
  const t = new TestBroker();
  for (let i = 0; i < 1_000; i++) {
    const stream = t.stream(["x"]);
    drain(stream);
    stream.close();
  }
  const { eventStreams, commands, eventLogBytes } = t.broker.stats();
  assert.deepEqual(
    { eventStreams, commands, eventLogBytes },
    {
      eventStreams: 0,
      commands: 0,
      eventLogBytes: 0,
    },
  );
});
