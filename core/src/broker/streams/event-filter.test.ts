import assert from "node:assert/strict";
import { test } from "node:test";
import { create } from "@bufbuild/protobuf";
import { EventSchema, StreamEventsRequestSchema } from "@seabird-chat/protocol";
import { systemClock } from "../clock.ts";
import type { PublishedKind } from "../codec/encode-event.ts";
import type { BrokerError } from "../errors.ts";
import { silentObserver } from "../observer.ts";
import { type BrokerOptions, resolveBrokerOptions } from "../options.ts";
import { drain, refusal, TestBroker } from "../test/fixtures.ts";
import { EventBus } from "./event-bus.ts";
import { classOf, readFilter } from "./event-filter.ts";
import type { EventStream } from "./event-stream.ts";

const ORIGINAL = [
  "message",
  "private_message",
  "mention",
  "command",
  "action",
  "private_action",
  "send_message",
  "send_private_message",
  "perform_action",
  "perform_private_action",
];
const OPTIONAL = [
  "message_edited",
  "message_deleted",
  "reaction",
  "typing",
  "member",
  "user_changed",
  "channel",
  "backend",
  "send_result",
];

/** Kinds that a stream asks for, and those that it gets. */
const ASKED: Record<string, [readonly string[], readonly string[]]> = {
  "nothing: the original kinds": [[], ORIGINAL],
  "one original kind": [["message"], ["message"]],
  "one new kind": [["reaction"], ["reaction"]],
  repetitions: [Array(64).fill("typing"), ["typing"]],
  "some of both": [
    ["send_result", "message", "typing"],
    ["message", "typing", "send_result"],
  ],
  all: [["*"], [...ORIGINAL, ...OPTIONAL]],
  "all and one": [
    ["*", "typing"],
    [...ORIGINAL, ...OPTIONAL],
  ],
  "each by its name": [
    [...OPTIONAL, ...ORIGINAL],
    [...ORIGINAL, ...OPTIONAL],
  ],
};

for (const [name, [kinds, expected]] of Object.entries(ASKED)) {
  test(`a stream that asks for ${name}`, () => {
    const filter = readFilter({ kinds: [...kinds] }, false, 64);
    assert.deepEqual(filter.kinds, expected === ORIGINAL ? [] : expected);
    const withPrivate = readFilter({ kinds: [...kinds] }, true, 64);
    assert.notEqual(filter.key, withPrivate.key);
    for (const { name: kind, localName } of EventSchema.fields) {
      if (kind === "tags" || kind === "meta") continue;
      const [open, secret] = [false, true].map((isPrivate) =>
        classOf({ kind: localName as PublishedKind, isPrivate }),
      ) as [number, number];
      const isIncluded = expected.includes(kind);
      assert.deepEqual([filter.includes(open), filter.includes(secret)], [isIncluded, false], kind);
      assert.deepEqual(
        [withPrivate.includes(open), withPrivate.includes(secret)],
        [isIncluded, isIncluded],
      );
    }
  });
}

const REFUSED: Record<string, [readonly string[], string]> = {
  "an unknown kind": [["message", "nope"], 'unknown kind "nope"'],
  "a kind by another spelling": [["messageEdited"], 'unknown kind "messageEdited"'],
  "an empty name": [[""], 'unknown kind ""'],
  "a kind that backends only report": [["network_state"], 'unknown kind "network_state"'],
  "a name of every object": [["constructor"], 'unknown kind "constructor"'],
  "a field that is no kind": [["tags"], 'unknown kind "tags"'],
  "too many": [Array(65).fill("message"), "65 kinds for one stream, limit 64"],
};

for (const [name, [kinds, message]] of Object.entries(REFUSED)) {
  test(`${name} is refused, and nothing is registered`, () => {
    const t = new TestBroker();
    const commands = { ping: { name: "ping" } };
    const request = create(StreamEventsRequestSchema, { commands, options: { kinds: [...kinds] } });
    assert.throws(() => t.broker.openEvents(request, t.call()), refusal("bad_request", message));
    assert.deepEqual([t.broker.stats().eventStreams, t.broker.stats().commands], [0, 0]);
  });
}

/** A bus without backends; events are a few bytes. */
class TestBus {
  readonly bus: EventBus;

  constructor(options: BrokerOptions = {}) {
    this.bus = new EventBus({
      options: resolveBrokerOptions(options),
      clock: systemClock,
      observer: silentObserver,
      onEnded: () => {},
    });
  }

  stream(kinds: readonly string[] = [], mayPrivate = true): EventStream {
    const call = new TestBroker().call({ caller: { mayPrivate } });
    return this.bus.subscribe(call, [], readFilter({ kinds: [...kinds] }, mayPrivate, 64));
  }

  /** The number of the next event is known before it is encoded. */
  publish(kind: PublishedKind, times = 1, isPrivate = false): void {
    const message = new TextEncoder().encode(kind);
    for (let i = 0; i < times; i++) {
      const sequence = this.bus.nextSequence;
      assert.equal(this.bus.publish({ kind, message, isPrivate }), sequence);
    }
  }
}

function kindsIn(stream: EventStream): string[] {
  return drain(stream).map((message) => new TextDecoder().decode(message));
}

function endOf({ end }: EventStream): BrokerError | undefined {
  return end?.error;
}

test("each stream gets its kinds, in one order, however they are mixed", () => {
  const t = new TestBus();
  const [original, typing, both, all] = [
    t.stream(),
    t.stream(["typing"]),
    t.stream(["message", "typing"]),
    t.stream(["*"]),
  ];
  const published: PublishedKind[] = [
    "typing",
    "message",
    "reaction",
    "typing",
    "typing",
    "command",
  ];
  for (const kind of published) t.publish(kind);
  assert.deepEqual(kindsIn(original), ["message", "command"]);
  assert.deepEqual(kindsIn(typing), ["typing", "typing", "typing"]);
  assert.deepEqual(kindsIn(both), ["typing", "message", "typing", "typing"]);
  assert.deepEqual(kindsIn(all), published);
});

test("a private event of a kind goes to those only who may read private ones", () => {
  const t = new TestBus();
  const [some, all] = [t.stream(["reaction"], false), t.stream(["reaction"])];
  t.publish("reaction", 1, true);
  t.publish("reaction");
  assert.equal(kindsIn(some).length, 1);
  assert.equal(kindsIn(all).length, 2);
});

test("a storm of events that a stream does not ask for neither wakes it nor counts", () => {
  const t = new TestBus({ maxQueuedEventsPerStream: 100, maxQueuedBytesPerStream: 4_096 });
  const [reading, behind, storm] = [t.stream(), t.stream(["message"]), t.stream(["typing"])];
  assert.equal(reading.take(1_000), undefined);
  let woken = 0;
  reading.onReady = () => woken++;
  t.publish("message", 100);
  assert.deepEqual([woken, kindsIn(reading).length], [1, 100]);
  for (let i = 0; i < 1_000; i++) {
    t.publish("typing", 50);
    drain(storm);
  }
  assert.equal(woken, 1, "not woken");
  assert.deepEqual([reading.status().queuedEvents, reading.status().queuedBytes], [0, 0]);
  assert.equal(behind.status().queuedEvents, 100, "at its bound, and not beyond");
  assert.equal(endOf(behind), undefined);
  assert.equal(t.bus.pause(), undefined, "backends are not paused for it");
  t.publish("message");
  assert.equal(woken, 2);
  assert.deepEqual(kindsIn(reading), ["message"]);
  refusal("fell_behind")(endOf(behind));
});

test("a stream that takes its few events among many of others causes a pause like any other", () => {
  const t = new TestBus({ maxQueuedEventsPerStream: 2_048 });
  const [stream, others] = [t.stream(["message"]), t.stream(["typing"])];
  for (let i = 0; i < 1_500 && t.bus.pause() === undefined; i++) {
    t.publish("typing", 5);
    drain(others);
    t.publish("message");
    if (i % 4 === 0) stream.take(12);
  }
  assert.ok(t.bus.pause() !== undefined, "it reads, and is far behind");
  stream.close();
  assert.equal(t.bus.pause(), undefined);
});

test("an event of a new kind that no stream asks for is not kept, others are", () => {
  const t = new TestBus();
  const before = t.bus.lastSequence;
  assert.equal(
    t.bus.publish({ kind: "typing", message: new Uint8Array(9), isPrivate: false }),
    undefined,
  );
  t.publish("message");
  assert.equal(t.bus.lastSequence, before + 1);
});

test("streams with the same kinds share a view; the last one takes it along", () => {
  const t = new TestBus({ maxEventViews: 2 });
  const one = t.stream(["typing", "message"]);
  const same = t.stream(["message", "typing", "message"]);
  const other = t.stream(["message", "typing"], false);
  assert.equal(t.bus.views, 2);
  const message = "too many different lists of kinds, limit 2";
  assert.throws(() => t.stream(["reaction"]), refusal("too_many_streams", message));
  t.stream(["message", "typing"]);
  const common = [t.stream(), t.stream([], false), t.stream(["*"])];
  assert.equal(t.bus.views, 5, "the usual ones are never refused");
  for (const stream of common) stream.close();
  assert.throws(() => t.stream(["reaction"]), refusal("too_many_streams", message));
  other.close();
  t.stream(["reaction"]);
  t.publish("typing");
  assert.deepEqual([kindsIn(one), kindsIn(same)], [["typing"], ["typing"]]);
  for (const stream of t.bus.all()) stream.close();
  assert.equal(t.bus.views, 0);
});
