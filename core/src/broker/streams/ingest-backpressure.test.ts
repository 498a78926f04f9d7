import assert from "node:assert/strict";
import { test } from "node:test";
import { chatEvent, drain, line, type TestBackend, TestBroker, textsIn } from "../test/fixtures.ts";
import type { Source } from "./source.ts";

const LINE = chatEvent(line("x"));
const OPTIONS = { maxQueuedEventsPerStream: 4_096 };

/** Sends at most so many lines, until core pauses the backend; returns the pause. */
function burst(backend: TestBackend, most: number, each = () => {}): Promise<void> | undefined {
  for (let i = 0; i < most; i++) {
    const paused = backend.session.receive(LINE);
    if (paused !== undefined) return paused as Promise<void>;
    each();
  }
  return undefined;
}

async function isPending(promise: Promise<void>): Promise<boolean> {
  const pending = Symbol("pending");
  const settled: unknown = await Promise.race([promise, Promise.resolve(pending)]);
  return settled === pending;
}

/** A reader that takes a little with each event: it reads, but is slower than the burst. */
function slowly(stream: Source): () => void {
  let count = 0;
  return () => {
    if (++count % 4 === 0) stream.take(100);
  };
}

test("a reader that reads causes a pause, until it has caught up", async () => {
  const t = new TestBroker(OPTIONS);
  const backend = t.backend();
  const stream = t.stream();
  const paused = burst(backend, 4_000, slowly(stream));
  assert.ok(paused !== undefined, "the burst is paused back before the reader is lost");
  assert.ok(await isPending(paused));
  while (t.broker.stats().mostQueuedEvents > 512) {
    assert.ok(await isPending(paused));
    stream.take(100);
  }
  await paused;
  assert.equal(stream.end, undefined);
  assert.equal(backend.session.receive(LINE), undefined);
  assert.equal(t.clock.armed, 0);
});

test("a burst of any length loses no reader that goes on reading", async () => {
  const t = new TestBroker(OPTIONS);
  const backend = t.backend();
  const stream = t.stream();
  let got = 0;
  for (let sent = 0; sent < 50_000; sent++) {
    const paused = backend.session.receive(LINE);
    if (sent % 4 === 0) got += stream.take(100) === undefined ? 0 : 1;
    if (paused === undefined) continue;
    for (let i = 0; i < 600; i++) got += stream.take(100) === undefined ? 0 : 1;
    t.clock.advance(10);
    while (await isPending(paused as Promise<void>)) {
      got += stream.take(100) === undefined ? 0 : 1;
    }
  }
  got += drain(stream).length;
  assert.equal(stream.end, undefined);
  assert.equal(got, 50_000);
});

test("a reader that does not read never causes a pause", () => {
  const t = new TestBroker(OPTIONS);
  const backend = t.backend();
  const stalled = t.stream();
  const reading = t.stream();
  const paused = burst(backend, 10_000, () => void drain(reading));
  assert.equal(paused, undefined);
  assert.equal(stalled.end?.error?.code, "fell_behind");
  assert.equal(reading.end, undefined);
});

test("a pause ends when its reader stops reading", async () => {
  const t = new TestBroker({ ...OPTIONS, maxReaderStallMs: 250, maxIngestPauseMs: 2_000 });
  const backend = t.backend();
  const stream = t.stream();
  const paused = burst(backend, 4_000, slowly(stream));
  assert.ok(paused !== undefined);
  t.clock.advance(200);
  stream.take(100);
  t.clock.advance(249);
  assert.ok(await isPending(paused));
  t.clock.advance(1);
  await paused;
  assert.ok(t.seen.observed.includes("ingestPaused:450"));
  assert.equal(t.clock.armed, 0);
});

test("a reader that only pretends to read causes one pause, of the longest time", async () => {
  const t = new TestBroker({ ...OPTIONS, maxReaderStallMs: 250, maxIngestPauseMs: 2_000 });
  const backend = t.backend();
  const trickling = t.stream();
  const trickle = slowly(trickling);
  const paused = burst(backend, 4_000, trickle);
  assert.ok(paused !== undefined);
  for (let ms = 0; ms < 2_000; ms += 100) {
    assert.ok(await isPending(paused));
    trickling.take(100);
    t.clock.advance(100);
  }
  await paused;
  assert.equal(burst(backend, 8_000, trickle), undefined, "it causes no pause any more");
  assert.equal(trickling.end?.error?.code, "fell_behind");
});

test("a reader that has caught up may cause a pause again", async () => {
  const t = new TestBroker({ ...OPTIONS, maxIngestPauseMs: 100 });
  const backend = t.backend();
  const stream = t.stream();
  const paused = burst(backend, 4_000, slowly(stream));
  assert.ok(paused !== undefined);
  t.clock.advance(100);
  await paused;
  assert.equal(burst(backend, 300, slowly(stream)), undefined);
  textsIn(stream);
  assert.ok(burst(backend, 4_000, slowly(stream)) !== undefined);
});

test("a pause ends with the last reader that caused it", async () => {
  const t = new TestBroker(OPTIONS);
  const backend = t.backend();
  const stream = t.stream();
  const paused = burst(backend, 4_000, slowly(stream));
  assert.ok(paused !== undefined);
  stream.close();
  await paused;
  assert.equal(t.clock.armed, 0);
});

test("it can be switched off", () => {
  const t = new TestBroker({ ...OPTIONS, maxIngestPauseMs: 0 });
  const stream = t.stream();
  assert.equal(burst(t.backend(), 8_000, slowly(stream)), undefined);
});

test("readers that are slow in turns do not slow the backends below the least pace", async () => {
  const t = new TestBroker({ ...OPTIONS, minIngestEventsPerSecond: 1_000 });
  const { session } = t.backend();
  const streams = Array.from({ length: 16 }, () => t.stream());
  for (let sent = 0; sent < 20_000; sent++) {
    const paused = session.receive(LINE);
    for (const [i, stream] of streams.entries()) {
      if ((sent + i * 256) % 2_560 === 0) drain(stream);
      else if (sent % 4 === 0) stream.take(100);
    }
    while (paused !== undefined && (await isPending(paused))) {
      for (const stream of streams) stream.take(100);
      t.clock.advance(100);
    }
  }
  assert.ok(t.seen.observed.filter((each) => each.startsWith("ingestPaused")).length > 2);
  // Of each event, a tenth of a KiB counts, too.
  assert.ok(t.clock.now() < 2_000 + 20_000 * 1.2, `${t.clock.now()} ms for 20,000 events`);
});

test("a reader that stalls in every pause causes none in the end", async () => {
  const t = new TestBroker({
    ...OPTIONS,
    maxReaderStallMs: 20,
    maxIngestPauseMs: 60,
    minIngestEventsPerSecond: 10_000,
  });
  const { session } = t.backend();
  const stream = t.stream();
  const read = slowly(stream);
  let pausedMs = 0;
  while (stream.end === undefined) {
    const paused = session.receive(LINE);
    read();
    while (paused !== undefined && (await isPending(paused))) {
      t.clock.advance(10);
      pausedMs += 10;
    }
  }
  assert.equal(pausedMs, 60);
});
