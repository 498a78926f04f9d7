import assert from "node:assert/strict";
import { test } from "node:test";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import fc from "fast-check";
import { messagesIn } from "../test/fixtures.ts";
import { classOf, type EventFilter, readFilter } from "./event-filter.ts";
import { type Cursor, EventLog } from "./event-log.ts";

/** A message that is told apart by its first bytes. */
function message(number: number, length: number): Uint8Array {
  const bytes = new Uint8Array(Math.max(4, length));
  new DataView(bytes.buffer).setUint32(0, number);
  return bytes;
}

const [ALL, SOME] = [readFilter(undefined, true, 64), readFilter(undefined, false, 64)];
const PUBLIC = classOf({ kind: "message", isPrivate: false });
const PRIVATE = classOf({ kind: "privateMessage", isPrivate: true });
const FILTERS = [
  ALL,
  SOME,
  readFilter({ kinds: ["typing"] }, true, 64),
  readFilter({ kinds: ["message", "typing"] }, false, 64),
] as const;
const CLASSES = [
  PUBLIC,
  PRIVATE,
  classOf({ kind: "typing", isPrivate: false }),
  classOf({ kind: "typing", isPrivate: true }),
] as const;

function numberOf(bytes: Uint8Array): number {
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(0);
}

test("cursors at the same position share the same bytes", () => {
  const log = new EventLog();
  const [a, b] = [log.cursor(ALL), log.cursor(ALL)];
  for (let i = 0; i < 100; i++) log.append(message(i, 50), PUBLIC);
  const [runA, runB] = [a.take(65_536), b.take(65_536)];
  assert.ok(runA !== undefined && runA === runB, "not only equal: the same view");
  assert.deepEqual(
    messagesIn(runA).map(numberOf),
    Array.from({ length: 100 }, (_, i) => i),
  );
  log.append(message(100, 50), PUBLIC);
  assert.equal(a.take(65_536)?.buffer, runA.buffer, "one slab, nothing copied");
});

test("what was taken never changes, whatever is appended later", () => {
  const log = new EventLog();
  const cursor = log.cursor(ALL);
  log.append(message(1, 10), PUBLIC);
  const run = cursor.take(1_000);
  const before = Uint8Array.from(run ?? []);
  for (let i = 0; i < 10_000; i++) log.append(message(i, 100), i % 3 === 0 ? PRIVATE : PUBLIC);
  assert.deepEqual(Uint8Array.from(run ?? []), before);
});

interface Model {
  readonly cursor: Cursor;
  readonly filter: EventFilter;
  queue: { number: number; size: number }[];
  stopped: boolean;
}

const size = fc.oneof(fc.integer({ min: 4, max: 400 }), fc.integer({ min: 20_000, max: 90_000 }));
const step = fc.oneof(
  { weight: 6, arbitrary: fc.tuple(fc.constant("append" as const), size, fc.nat(3)) },
  { weight: 1, arbitrary: fc.tuple(fc.constant("open" as const), fc.nat(), fc.nat(3)) },
  {
    weight: 5,
    arbitrary: fc.tuple(
      fc.constantFrom("take" as const),
      fc.oneof(fc.integer({ min: 1, max: 1_000 }), fc.constant(65_536)),
      fc.nat(7),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(fc.constantFrom("stop" as const, "drop" as const), fc.nat(7), fc.nat(7)),
  },
);

/** What a reader with a queue of its own would get. */
function takeFromModel(model: Model, maxBytes: number, got: number): number[] {
  const taken = model.queue.splice(0, got);
  const bytes = taken.reduce((sum, each) => sum + each.size, 0);
  assert.ok(got === 1 || bytes <= maxBytes, "at most what was asked for, or one alone");
  return taken.map(({ number }) => number);
}

function check(model: Model): void {
  const bytes = model.queue.reduce((sum, each) => sum + each.size, 0);
  assert.equal(model.cursor.waitingEvents, model.queue.length);
  assert.equal(model.cursor.waitingBytes, bytes);
  assert.ok(model.cursor.retainedBytes >= (model.queue.length > 0 && !model.stopped ? bytes : 0));
}

test("every cursor reads what a queue of its own would hold", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const log = new EventLog();
      const models: Model[] = [];
      log.onSlab = () => {
        for (const { cursor } of models) cursor.settle();
      };
      const open = (filter: EventFilter): void => {
        models.push({ cursor: log.cursor(filter), filter, queue: [], stopped: false });
      };
      open(ALL);
      open(SOME);
      let count = 0;
      for (const each of steps) {
        if (each[0] === "append") {
          const bytes = message(count, each[1]);
          const eventClass = CLASSES[each[2]] ?? PUBLIC;
          assert.equal(log.append(bytes, eventClass), ++count);
          for (const model of models) {
            if (model.stopped || !model.filter.includes(eventClass)) continue;
            model.queue.push({ number: count - 1, size: bytes.length + 5 });
          }
        } else if (each[0] === "open") {
          if (models.length < 8) open(FILTERS[each[2]] ?? ALL);
        } else {
          const model = models[each[2] % models.length];
          assert.ok(model !== undefined);
          if (each[0] === "take") {
            const run = model.cursor.take(each[1]);
            const numbers = run === undefined ? [] : messagesIn(run).map(numberOf);
            assert.equal(numbers.length > 0, model.queue.length > 0, "something, if it waits");
            assert.deepEqual(numbers, takeFromModel(model, each[1], numbers.length));
          } else {
            if (each[0] === "stop") model.cursor.stopHere();
            else assert.equal(model.cursor.drop(), model.queue.splice(0).length);
            model.stopped = true;
          }
        }
        for (const model of models) check(model);
      }
    }),
    { numRuns: 200 },
  );
});

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

/** Bytes of all buffers that are still reachable; one collection alone leaves some to the next. */
async function bufferBytes(): Promise<number> {
  for (let i = 0; i < 3; i++) {
    collectGarbage();
    await new Promise(setImmediate);
  }
  return process.memoryUsage().arrayBuffers;
}

const MIB = 1_048_576;

test("memory is free once no cursor needs it", async () => {
  const log = new EventLog();
  const stalled = log.cursor(ALL);
  const reading = log.cursor(ALL);
  log.onSlab = () => reading.settle();
  const before = await bufferBytes();
  for (let i = 0; i < 1_024; i++) {
    log.append(message(i, 32_700), PUBLIC);
    while (reading.take(65_536) !== undefined);
  }
  assert.ok(
    (await bufferBytes()) - before > 30 * MIB,
    "the stalled cursor holds what it has yet to take",
  );
  assert.ok(stalled.retainedBytes > 31 * MIB);
  assert.equal(stalled.drop(), 1_024);
  assert.ok((await bufferBytes()) - before < 2 * MIB, "and nothing once it was dropped");
  assert.equal(stalled.retainedBytes, 0);
});

test("private events cost a reader that does not see them nothing", async () => {
  const log = new EventLog();
  const cursor = log.cursor(SOME);
  log.onSlab = () => cursor.settle();
  const before = await bufferBytes();
  for (let i = 0; i < 1_024; i++) log.append(message(i, 32_700), PRIVATE);
  assert.equal(cursor.waitingEvents, 0);
  assert.equal(cursor.take(1_000), undefined);
  assert.ok((await bufferBytes()) - before < 2 * MIB);
});

test("slabs take no more than twice the memory of what is in them", () => {
  const sizes = [300_000, 10, 500_000, 140_000, 10, 524_000, 130_000];
  const log = new EventLog();
  const cursor = log.cursor(ALL);
  for (let i = 0; i < 70; i++) log.append(new Uint8Array(sizes[i % sizes.length] ?? 0), PUBLIC);
  const retainedBytes = cursor.retainedBytes;
  const slabs = new Set<ArrayBufferLike>();
  for (let run = cursor.take(1); run !== undefined; run = cursor.take(1)) slabs.add(run.buffer);
  const memory = [...slabs].reduce((sum, { byteLength }) => sum + byteLength, 0);
  assert.ok(memory <= 2 * retainedBytes, `${memory} for ${retainedBytes}`);
});
