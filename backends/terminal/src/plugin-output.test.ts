/** A script waits for what plugins do, in order, and not for ever. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { FakeClock } from "@seabird-chat/testkit";
import { Messages } from "./messages.ts";
import { PluginOutput } from "./plugin-output.ts";

const never = new AbortController().signal;
const settled = () => new Promise(setImmediate);

test("what came before counts once, and what is skipped does not count", async () => {
  const output = new PluginOutput(new FakeClock());
  for (const text of ["one", "two", "one"]) output.add(text);
  assert.equal(await output.next("two", 10, never), true);
  assert.equal(await output.next("one", 10, never), true);
  const waiting = output.next("", 10, never);
  await settled();
  output.add("three");
  assert.equal(await waiting, true);
});

test("a wait ends by its time, and when the room is left", async () => {
  const clock = new FakeClock();
  const output = new PluginOutput(clock);
  const waiting = output.next("one", 10, never);
  output.add("two");
  await settled();
  clock.pass(10);
  assert.equal(await waiting, false);
  const stop = new AbortController();
  const stopped = output.next("one", 10, stop.signal);
  stop.abort();
  assert.equal(await stopped, false);
  for (let count = 0; count < 2_000; count++) output.add(`text ${count}.`);
  assert.equal(await output.next("text 999.", 10, AbortSignal.abort()), false);
  assert.equal(await output.next("text 1000.", 10, never), true);
});

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

test("only the beginning of a long text is held", () => {
  const MIB = 1_048_576;
  const held = () => {
    collectGarbage();
    const { heapUsed, external } = process.memoryUsage();
    return heapUsed + external;
  };
  const [messages, output] = [new Messages("run"), new PluginOutput(new FakeClock())];
  const before = held();
  for (let count = 0; count < 100; count++) {
    const text = Buffer.alloc(MIB, `${count} `).toString();
    const common = { kind: "message", author: "ann", isBot: false, sentAt: 0 } as const;
    messages.edit(messages.add({ ...common, conversation: here, text }), text);
    output.add(text);
  }
  const more = held() - before;
  assert.ok(more < 50 * MIB, `${more} bytes`);
  assert.equal(messages.latest(here, 100).length, 100);
  assert.ok(output);
});

const here = { kind: "channel", id: "#t" } as const;
