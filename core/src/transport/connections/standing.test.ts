import assert from "node:assert/strict";
import { test } from "node:test";
import { ManualClock } from "../../broker/test/manual-clock.ts";
import { resolveTransportLimits } from "../limits.ts";
import { AddressAccounts } from "./address-accounts.ts";
import { Standing } from "./standing.ts";

function stage(isTrusted: boolean) {
  const clock = new ManualClock();
  const limits = resolveTransportLimits({ connectionFaultBurst: 10, quickResetBurst: 10 });
  let ended = 0;
  const standing = new Standing({
    account: new AddressAccounts(limits, clock).of("10.0.0.1"),
    authenticator: {
      authenticate: () => {
        throw new Error("nothing is authenticated here");
      },
      onEnd: () => () => {},
    },
    clock,
    limits,
    changed: () => {},
    exceeded: () => {
      ended += 1;
    },
    isTrusted,
  });
  const resets = (count: number) => {
    for (let i = 0; i < count; i += 1) standing.reset(clock.now());
  };
  return { standing, resets, ended: () => ended };
}

test("a connection without a token is ended once for its resets", () => {
  const { resets, ended } = stage(false);
  resets(10);
  assert.equal(ended(), 0);
  resets(5);
  assert.equal(ended(), 1);
});

test("no client of a trusted proxy ends the proxy's connection, which others share", () => {
  const { standing, resets, ended } = stage(true);
  resets(1_000);
  standing.refusedHeaders(1_000);
  standing.refused(1_000);
  assert.equal(ended(), 0);
});
