import assert from "node:assert/strict";
import { test } from "node:test";
import { ManualClock } from "../../broker/test/manual-clock.ts";
import { resolveTransportLimits } from "../limits.ts";
import { AddressAccounts } from "./address-accounts.ts";

function stage() {
  const clock = new ManualClock();
  const limits = resolveTransportLimits({
    maxAddressAccounts: 20,
    faultBurst: 10,
    faultsPerSecond: 1,
  });
  const accounts = new AddressAccounts(limits, clock);
  return { clock, accounts };
}

test("an address without faults left is penalised until half of them are restored", () => {
  const { clock, accounts } = stage();
  const account = accounts.of("10.0.0.1");
  assert.ok(account.faults.take(clock.now(), 9));
  assert.ok(!account.isPenalised(clock.now()));
  assert.ok(account.faults.take(clock.now()));
  assert.ok(account.isPenalised(clock.now()));
  clock.advance(4_000);
  assert.ok(account.isPenalised(clock.now()), "not restored enough");
  clock.advance(1_000);
  assert.ok(!account.isPenalised(clock.now()));
});

test("strikes double the time between openings, and are forgotten", () => {
  const { clock, accounts } = stage();
  const account = accounts.of("10.0.0.1");
  const firstMs = account.openingIntervalMs(clock.now());
  for (let i = 0; i < 2; i += 1) account.strike(clock.now());
  assert.equal(account.openingIntervalMs(clock.now()), 4 * firstMs);
  assert.ok(account.isPenalised(clock.now()));
  clock.advance(10_000);
  assert.equal(account.openingIntervalMs(clock.now()), firstMs);
});

test("a connection with many calls in its first bytes takes several turns", () => {
  const { clock, accounts } = stage();
  const account = accounts.of("10.0.0.1");
  const firstMs = account.openingIntervalMs(clock.now());
  account.opened(96);
  assert.equal(account.openingIntervalMs(clock.now()), 3 * firstMs);
  account.opened(1);
  assert.equal(account.openingIntervalMs(clock.now()), firstMs);
});

const SAME: readonly (readonly [string, string, boolean])[] = [
  ["10.0.0.1", "::ffff:10.0.0.1", true],
  ["10.0.0.1", "10.0.0.2", false],
  ["2001:db8:0:1::1", "2001:db8:0:1:ffff::2", true],
  ["2001:db8:0:1::1", "2001:db8:0:2::1", false],
  ["2001:db8::1", "2001:db8:0:0:5::", true],
  ["::1", "::2", true],
  ["fe80::1%eth0", "fe80::2%eth0", true],
  ["unknown", "10.0.0.1", false],
];
for (const [one, other, isSame] of SAME) {
  test(`${one} and ${other} have ${isSame ? "one account" : "an account each"}`, () => {
    const { accounts } = stage();
    assert.equal(accounts.of(one) === accounts.of(other), isSame);
  });
}

test("accounts are few: unused ones are forgotten first, then the oldest", () => {
  const { clock, accounts } = stage();
  const bad = accounts.of("10.0.0.1");
  bad.faults.take(clock.now(), 10);
  for (let i = 0; i < 100; i += 1) accounts.of(`10.0.1.${i}`);
  assert.ok(accounts.size <= 20);
  assert.equal(accounts.of("10.0.0.1"), bad, "it is remembered, since it did something");
  for (let i = 0; i < 100; i += 1) accounts.of(`10.0.2.${i}`).faults.take(clock.now(), 10);
  assert.ok(accounts.size <= 20);
});
