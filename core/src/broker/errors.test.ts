import assert from "node:assert/strict";
import { test } from "node:test";
import { BrokerError, ERROR_CODES } from "./errors.ts";

test("a foreign failure becomes internal; its cause is kept from its message", () => {
  const cause = new TypeError("secret detail");
  const error = BrokerError.from(cause);
  assert.deepEqual([error.code, error.message, error.cause], ["internal", "internal error", cause]);
});

test("an error of ours stays what it is", () => {
  const error = new BrokerError("rate_limited", "slow down", { retryAfterMs: 5 });
  assert.equal(BrokerError.from(error), error);
  assert.equal(error.retryAfterMs, 5);
  assert.ok(!("cause" in error));
});

test("no code is listed twice", () => {
  assert.equal(new Set(ERROR_CODES).size, ERROR_CODES.length);
});
