import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { ManualClock } from "../../test/manual-clock.ts";
import { KeepAlive, pongTo } from "./keep-alive.ts";

function setUp() {
  const clock = new ManualClock();
  const told: string[] = [];
  const hooks = { ping: () => void told.push("ping"), dead: () => void told.push("dead") };
  const alive = new KeepAlive({ pingIntervalMs: 15_000, pingTimeoutMs: 30_000 }, hooks, clock);
  return { clock, told, alive };
}

suite("keep-alive", () => {
  test("pings after a silence, and gives up when nothing comes", () => {
    const { clock, told } = setUp();
    clock.advance(14_999);
    assert.deepEqual(told, []);
    clock.advance(1);
    assert.deepEqual(told, ["ping"]);
    clock.advance(14_999);
    assert.deepEqual(told, ["ping"]);
    clock.advance(1);
    assert.deepEqual(told, ["ping", "dead"]);
    assert.equal(clock.timers, 0);
  });

  test("does not ping an active server, and pings again after each silence", () => {
    const { clock, told, alive } = setUp();
    for (let second = 0; second < 100; second++) {
      clock.advance(1_000);
      alive.lineReceived();
    }
    assert.equal(told.length, 0);
    for (let round = 1; round <= 3; round++) {
      clock.advance(29_000);
      alive.lineReceived();
      assert.equal(told.length, round);
    }
    assert.ok(!told.includes("dead"));
  });

  test("after a suspend it pings before it gives up", () => {
    const { clock, told } = setUp();
    clock.sleep(3_600_000);
    assert.deepEqual(told, ["ping"]);
  });

  test("after close no timer is left", () => {
    const { clock, alive } = setUp();
    alive.close();
    alive.close();
    assert.equal(clock.timers, 0);
  });
});

test("a PING is answered in one line, whatever its token", () => {
  assert.equal(pongTo("abc"), "PONG abc");
  assert.equal(pongTo("a b"), "PONG :a b");
  assert.equal(pongTo(""), "PONG :");
  assert.equal(pongTo(":x"), "PONG ::x");
  assert.equal(pongTo("a\rQUIT :b"), "PONG a");
  assert.equal(pongTo("a\nb"), "PONG a");
});
