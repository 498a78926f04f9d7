import assert from "node:assert/strict";
import { test } from "node:test";
import { BROKER_LIMITS } from "./limits.ts";
import { type BrokerOptions, resolveBrokerOptions } from "./options.ts";
import { refusal } from "./test/fixtures.ts";

test("what is left out has the default of its row", () => {
  const options = resolveBrokerOptions({ maxBackends: 3 });
  for (const { name, value } of BROKER_LIMITS) {
    assert.equal(options[name], name === "maxBackends" ? 3 : value);
  }
  assert.ok(Object.isFrozen(options));
});

test("every row has its own name, and says what happens at the limit", () => {
  assert.equal(new Set(BROKER_LIMITS.map(({ name }) => name)).size, BROKER_LIMITS.length);
  for (const { what, policy, unit } of BROKER_LIMITS) assert.ok(what && policy && unit);
});

test("a wrong value is refused, with its name, itself and what is allowed", () => {
  const wrong = (options: BrokerOptions, message: string): void =>
    assert.throws(() => resolveBrokerOptions(options), refusal("bad_request", message));
  wrong({ maxBackends: 0 }, "maxBackends must be a number of backends from 1 up, not 0");
  wrong(
    { sendMessageTimeoutMs: Number.NaN },
    "sendMessageTimeoutMs must be a number of ms from 1 up, not NaN",
  );
  wrong(
    { maxActionsPerSecondPerToken: -1 },
    "maxActionsPerSecondPerToken must be a number of actions/s from 0 up, not -1",
  );
});
