import assert from "node:assert/strict";
import { test } from "node:test";
import { Broker } from "./broker.ts";
import { systemClock } from "./clock.ts";
import { BROKER_LIMITS } from "./limits.ts";
import { type BrokerOptions, MAY_BE_ZERO, resolveBrokerOptions } from "./options.ts";
import { refusal } from "./test/fixtures.ts";

test("what is left out has its default", () => {
  const options = resolveBrokerOptions({ maxBackends: 3 });
  assert.deepEqual(options, { ...BROKER_LIMITS, maxBackends: 3, actionTimeouts: {} });
  assert.ok(Object.isFrozen(options));
});

test("the defaults are allowed", () => {
  assert.deepEqual(resolveBrokerOptions(BROKER_LIMITS), resolveBrokerOptions());
  for (const [name, value] of Object.entries(BROKER_LIMITS)) {
    assert.ok(value > 0 || (MAY_BE_ZERO as readonly string[]).includes(name), name);
  }
});

test("a wrong value is refused, with its name, itself and what is allowed", () => {
  const wrong = (options: BrokerOptions, message: string): void =>
    assert.throws(
      () => new Broker({ options, clock: systemClock }),
      refusal("bad_request", message),
    );
  wrong({ maxBackends: 0 }, "maxBackends: got 0; allowed is a whole number of at least 1");
  wrong(
    { actionTimeoutMs: Number.NaN },
    "actionTimeoutMs: got NaN; allowed is a whole number of at least 1",
  );
  wrong(
    { maxActionsPerSecondPerToken: -1 },
    "maxActionsPerSecondPerToken: got -1; allowed is a number of at least 0",
  );
  wrong(
    { actionTimeouts: { joinChannel: 0 } },
    "actionTimeouts.joinChannel: got 0; allowed is a whole number of at least 1",
  );
  wrong(
    { actionTimeouts: { join: 1 } as object },
    'actionTimeouts: there is no action "join"; allowed are sendMessage, sendPrivateMessage, performAction, performPrivateAction, joinChannel, leaveChannel, updateChannelInfo, getBackendInfo, editMessage, deleteMessages, react, setTyping, listMembers',
  );
  wrong({ maxWishes: 3 } as object, 'there is no limit "maxWishes"');
});
