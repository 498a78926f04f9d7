import assert from "node:assert/strict";
import { test } from "node:test";
import { resolveTransportLimits, TRANSPORT_LIMITS } from "./limits.ts";

test("what is left out has its default", () => {
  const limits = resolveTransportLimits({ maxConnections: 7 });
  assert.equal(limits.maxConnections, 7);
  assert.equal(limits.maxStreamsPerConnection, 1_024);
  assert.deepEqual(limits, { ...TRANSPORT_LIMITS, maxConnections: 7 });
  assert.deepEqual(resolveTransportLimits(TRANSPORT_LIMITS), TRANSPORT_LIMITS);
});

for (const value of [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY]) {
  test(`${value} is refused, by name and with what is allowed`, () => {
    assert.throws(() => resolveTransportLimits({ maxConnections: value }), {
      code: "bad_request",
      message: `maxConnections: got ${value}; allowed is a whole number of at least 1`,
    });
  });
}

test("an unknown limit is refused", () => {
  assert.throws(() => resolveTransportLimits({ maxWishes: 3 } as object), /maxWishes/);
});

test("the steps of a shutdown take 8 s at most", () => {
  const { drainRequestsMs, drainStreamsMs, closeGraceMs } = resolveTransportLimits();
  assert.ok(drainRequestsMs + 2 * drainStreamsMs + closeGraceMs <= 8_000);
});
