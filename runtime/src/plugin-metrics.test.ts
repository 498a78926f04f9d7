/** Metrics that a plugin may have, and what is said of others. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { checkPluginMetrics } from "./plugin-metrics.ts";

const GAUGE = { name: "open", help: "Open", type: "gauge", samples: [{ value: 1 }] };
const sample = (labels: unknown, value: unknown = 1) => ({
  ...GAUGE,
  samples: [{ labels, value }],
});

test("good metrics are taken, without what does not belong to them", () => {
  assert.deepEqual(checkPluginMetrics([{ ...GAUGE, help: "Open\npolls", more: 1 }]), [
    { ...GAUGE, help: "Open polls", samples: [{ labels: {}, value: 1 }] },
  ]);
  const labelled = sample({ poll: "tea" }, -0.5);
  assert.deepEqual(checkPluginMetrics([labelled]), [labelled]);
});

const WRONG: readonly (readonly [metrics: unknown, says: RegExp])[] = [
  [{}, /have to be a list/],
  [Array(51).fill(GAUGE), /at most 50 metrics/],
  [[GAUGE, GAUGE], /two metrics open/],
  [[{ ...GAUGE, name: "open{" }], /name fits .* got "open\{"/],
  [[null], /name fits/],
  [[{ ...GAUGE, type: "histogram" }], /open: its type is counter or gauge/],
  [[{ ...GAUGE, type: "counter" }], /ends in _total/],
  [[{ ...GAUGE, help: "x".repeat(201) }], /help/],
  [[{ ...GAUGE, samples: {} }], /samples is a list/],
  [[sample({}, "1")], /value is a number; got "1"/],
  [[sample({}, null)], /value is a number/],
  [[sample({ __name__: "x" })], /labels/],
  [[sample({ a: "x".repeat(201) })], /labels/],
  [[sample({ a: 1 })], /labels/],
  [[sample(Object.fromEntries([..."abcdef"].map((name) => [name, ""])))], /labels/],
  [[{ ...GAUGE, samples: [{ value: 1 }, { labels: { a: "" }, value: 1 }] }], /the same labels/],
  [[{ ...GAUGE, samples: [{ value: 1 }, { value: 2 }] }], /two samples have the labels \{\}/],
  [
    [
      {
        ...GAUGE,
        samples: Array.from({ length: 10_001 }, (_, n) => ({ labels: { n: `${n}` }, value: n })),
      },
    ],
    /at most 10000 samples; there are 10001/,
  ],
];

test("what is wrong is named", () => {
  for (const [metrics, says] of WRONG) {
    assert.throws(() => checkPluginMetrics(metrics), says);
  }
});

test("anything else is refused, and breaks nothing", () => {
  const anything = fc.anything({ withNullPrototype: true });
  fc.assert(
    fc.property(fc.array(fc.oneof(anything, fc.record({ ...partsOf(anything) }))), (value) => {
      try {
        checkPluginMetrics(value);
      } catch (reason) {
        assert.ok(reason instanceof Error && reason.message.length < 500);
      }
    }),
  );
});

function partsOf(anything: fc.Arbitrary<unknown>) {
  const samples = fc.array(fc.record({ labels: anything, value: anything }));
  return { name: fc.constant("open"), help: fc.string(), type: fc.constant("gauge"), samples };
}
