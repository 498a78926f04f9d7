import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { PublishedKind } from "../codec/encode-event.ts";
import { silentObserver } from "../observer.ts";
import { resolveBrokerOptions } from "../options.ts";
import { drain, messagesIn, refusal, TestBroker } from "../test/fixtures.ts";
import { ManualClock } from "../test/manual-clock.ts";
import { EventBus } from "./event-bus.ts";
import { readFilter } from "./event-filter.ts";
import { type EventStream, fellBehind } from "./event-stream.ts";

const MAX_QUEUED = 40;
const KINDS = ["message", "command", "typing"] as const;
const ORIGINAL: readonly string[] = ["message", "command"];
const ASKED: readonly (readonly string[])[] = [[], ["*"], ["message", "typing"]];

type Step =
  | {
      readonly do: "publish";
      kind: PublishedKind;
      isPrivate: boolean;
      bytes: number;
      times: number;
    }
  | { readonly do: "open"; readonly asked: number; readonly mayPrivate: boolean; reads: boolean }
  | { readonly do: "take" | "finish" | "cut" | "close"; readonly at: number; maxBytes: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant("publish" as const),
      kind: fc.constantFrom(...KINDS),
      isPrivate: fc.boolean(),
      // A few large ones begin slabs of their own and new slabs.
      bytes: fc.oneof(
        { weight: 9, arbitrary: fc.nat(60) },
        { weight: 1, arbitrary: fc.nat(300_000) },
      ),
      times: fc.nat(12),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant("open" as const),
      asked: fc.nat(ASKED.length - 1),
      mayPrivate: fc.boolean(),
      reads: fc.boolean(),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constantFrom("take", "take", "take", "finish", "cut", "close"),
      at: fc.nat(20),
      maxBytes: fc.constantFrom(1, 100, 65_536),
    }),
  },
);

/** One stream, and what a simple list says of it. */
class Modelled {
  readonly stream: EventStream;
  readonly #asked: readonly string[];
  readonly #mayPrivate: boolean;
  /** Published for it and not taken yet. */
  waiting: string[] = [];
  isEnded = false;
  isClosed = false;
  #isAsleep = false;

  constructor(stream: EventStream, asked: readonly string[], mayPrivate: boolean, reads: boolean) {
    this.stream = stream;
    this.#asked = asked;
    this.#mayPrivate = mayPrivate;
    stream.onReady = () => {
      assert.ok(this.#isAsleep, "woken only after it found nothing");
      this.#isAsleep = false;
      if (reads) this.takeAll();
    };
    if (reads) this.takeAll();
  }

  published(kind: string, isPrivate: boolean, label: string): void {
    if (this.isEnded || (isPrivate && !this.#mayPrivate)) return;
    const isAsked =
      this.#asked.length === 0
        ? ORIGINAL.includes(kind)
        : this.#asked.includes("*") || this.#asked.includes(kind);
    if (isAsked) this.waiting.push(label);
  }

  take(maxBytes: number): boolean {
    const run = this.stream.take(maxBytes);
    if (run === undefined) {
      assert.deepEqual(this.waiting, [], "nothing is left behind");
      if (!this.isEnded) this.#isAsleep = true;
      return false;
    }
    const got = messagesIn(run).map(labelOf);
    assert.ok(got.length === 1 || run.length <= maxBytes);
    assert.deepEqual(got, this.waiting.splice(0, got.length), "in order, none missing");
    return true;
  }

  check(): void {
    const { length } = this.waiting;
    assert.equal(this.stream.cursor.waitingEvents, length);
    assert.ok(length === 0 || !this.#isAsleep || this.isEnded, "woken for what waits");
  }

  takeAll(): void {
    while (this.take(65_536));
  }

  ended(): void {
    this.isEnded = true;
    this.#isAsleep = true;
  }
}

function labelOf(message: Uint8Array): string {
  return new TextDecoder().decode(message.subarray(0, LABEL_BYTES));
}

const LABEL_BYTES = 8;

function messageOf(label: string, bytes: number): Uint8Array {
  const message = new Uint8Array(LABEL_BYTES + bytes);
  new TextEncoder().encodeInto(label, message);
  return message;
}

test("streams of any kinds get what a list of the events says, however they read and end", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
      const bus = new EventBus({
        options: resolveBrokerOptions({ maxQueuedEventsPerStream: MAX_QUEUED }),
        clock: new ManualClock(),
        observer: silentObserver,
        onEnded: () => {},
      });
      const caller = new TestBroker();
      const all: Modelled[] = [];
      let count = 0;
      for (const each of steps) {
        if (each.do === "publish") {
          const { kind, isPrivate, bytes, times } = each;
          for (let i = 0; i < times; i++) {
            const label = `${count++}`.padStart(LABEL_BYTES, "0");
            for (const one of all) one.published(kind, isPrivate, label);
            const behind = all.filter(({ waiting }) => waiting.length > MAX_QUEUED);
            for (const one of behind) {
              one.waiting = [];
              one.ended();
            }
            bus.publish({ kind, isPrivate, message: messageOf(label, bytes) });
            for (const { stream } of behind) refusal("fell_behind")(stream.end?.error);
          }
        } else if (each.do === "open") {
          const { asked, mayPrivate, reads } = each;
          const kinds = ASKED[asked] as readonly string[];
          const call = caller.call({ caller: { mayPrivate } });
          const stream = bus.subscribe(call, [], readFilter({ kinds: [...kinds] }, mayPrivate, 64));
          all.push(new Modelled(stream, kinds, mayPrivate, reads));
        } else {
          const one = all[each.at % Math.max(1, all.length)];
          if (one === undefined || one.isClosed) continue;
          apply(each.do, one, each.maxBytes);
        }
        for (const one of all) one.check();
      }
      for (const one of all) {
        one.takeAll();
        apply("close", one, 1);
      }
      assert.deepEqual([bus.views, bus.retainedBytes, [...bus.all()]], [0, 0, []]);
    }),
    { numRuns: 300 },
  );
});

function apply(what: "take" | "finish" | "cut" | "close", one: Modelled, maxBytes: number): void {
  switch (what) {
    case "take":
      one.take(maxBytes);
      return;
    case "finish":
      one.ended();
      one.stream.finish({ error: undefined });
      return;
    case "cut":
      one.waiting = [];
      one.ended();
      one.stream.cut(fellBehind());
      return;
    case "close":
      one.waiting = [];
      one.isEnded = true;
      one.isClosed = true;
      one.stream.close();
  }
}

test("a slab of many small events is searched like any other", () => {
  const bus = new EventBus({
    options: resolveBrokerOptions(),
    clock: new ManualClock(),
    observer: silentObserver,
    onEnded: () => {},
  });
  const call = new TestBroker().call();
  const typing = bus.subscribe(call, [], readFilter({ kinds: ["typing"] }, true, 64));
  const [asked, others] = [Uint8Array.of(1), Uint8Array.of(0)];
  for (let i = 0; i < 10_000; i++) {
    bus.publish({ kind: "typing", isPrivate: false, message: asked });
    for (let j = 0; j < 2; j++) bus.publish({ kind: "message", isPrivate: false, message: others });
  }
  assert.deepEqual(
    drain(typing).map(([first]) => first),
    Array(10_000).fill(1),
  );
});
