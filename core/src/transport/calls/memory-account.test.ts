/** Of what is held in memory, the largest holder's goes first. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { BrokerError } from "../../broker/errors.ts";
import type { TickTask } from "../connections/tick-scheduler.ts";
import { ActiveCall } from "./active-call.ts";
import { ConnectionShares } from "./connection-shares.ts";
import { MemoryAccount } from "./memory-account.ts";

const PEER = { address: "192.0.2.1:4000", isAlive: () => Promise.resolve(true) };

function stage(maxHeldBytes: number) {
  const tasks = new Set<TickTask>();
  const ticks = { schedule: (task: TickTask) => void tasks.add(task) };
  const lines: string[] = [];
  const peerLog = { add: (_kind: object, who: string) => void lines.push(who) };
  const account = new MemoryAccount({ maxHeldBytes, ticks, peerLog });
  const evicted: string[] = [];
  const errors: BrokerError[] = [];
  const endTick = () => {
    for (const task of tasks) task.run();
    tasks.clear();
    return evicted.splice(0);
  };
  const connect = (tokenId?: string) => {
    const shares = new ConnectionShares(account);
    const principal = tokenId === undefined ? undefined : ({ tokenId, name: tokenId } as never);
    const call = (name: string, bytes: number) => {
      const opened = new ActiveCall(principal, PEER, 0, undefined);
      const owner = {
        evicted(error: BrokerError) {
          evicted.push(name);
          errors.push(error);
        },
      };
      opened.count(shares, bytes, owner);
      return opened;
    };
    return { shares, call };
  };
  return { account, connect, endTick, errors, lines, tasks };
}

test("nothing goes while there is room, and nothing is planned", () => {
  const { account, connect, endTick, tasks } = stage(1_000);
  const { call, shares } = connect("a");
  const one = call("one", 600);
  call("two", 400);
  assert.equal(tasks.size, 0);
  assert.deepEqual(endTick(), []);
  one.release();
  one.release();
  assert.equal(account.heldBytes, 400);
  one.hold(1_000);
  assert.equal(account.heldBytes, 400, "what is released counts nothing more");
  shares.close();
});

test("of the largest token, on its largest connection, the largest call goes", () => {
  const { account, connect, endTick, errors, lines } = stage(1_000);
  const [honest, first, second] = [connect("honest"), connect("thief"), connect("thief")];
  honest.call("honest", 350);
  first.call("small", 50);
  first.call("middle", 100);
  second.call("little", 1);
  const large = second.call("large", 300);
  large.hold(250);
  assert.deepEqual(endTick(), ["large"]);
  assert.equal(account.heldBytes, 501);
  assert.deepEqual(lines, ["thief"]);
  assert.equal(errors[0]?.code, "too_many_in_flight");
});

test("many small calls of one connection go before one large call of another token", () => {
  const { account, connect, endTick } = stage(10_000);
  connect("honest").call("honest", 4_000);
  const flood = connect("thief");
  for (let i = 0; i < 700; i += 1) flood.call("flood", 10);
  const gone = endTick();
  assert.ok(gone.length > 0 && gone.every((name) => name === "flood"));
  assert.ok(account.heldBytes <= 10_000 * (63 / 64) && account.heldBytes > 9_000);
});

test("calls without a token count together", () => {
  const { connect, endTick } = stage(1_000);
  connect("a").call("a", 300);
  for (let i = 0; i < 9; i += 1) connect().call("stranger", 100);
  assert.deepEqual(endTick(), Array(3).fill("stranger"));
});

test("a call that ends in the same tick spares the others", () => {
  const { connect, endTick } = stage(1_000);
  const { call } = connect("a");
  call("stays", 900);
  call("ends", 200).release();
  assert.deepEqual(endTick(), []);
});

test("a connection that closes leaves nothing, also for a call that comes late", () => {
  const { account, connect } = stage(1_000);
  const { call, shares } = connect("a");
  const open = call("open", 100);
  shares.close();
  open.release();
  const late = call("late", 100);
  assert.equal(account.heldByToken("a"), 0);
  late.release();
  assert.equal(account.heldBytes, 0);
});

test("a connection with two tokens counts for both", () => {
  const { account, connect } = stage(1_000);
  const { shares } = connect();
  const [a, b] = [shares.of("a"), shares.of("b")];
  assert.equal(shares.of("a"), a);
  assert.equal(shares.of("b"), b);
  account.add(a, 5);
  account.add(b, 7);
  assert.deepEqual([account.heldByToken("a"), account.heldByToken("b")], [5, 7]);
  account.add(a, -5);
  account.add(b, -7);
  shares.close();
});
