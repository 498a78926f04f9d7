/** Threads as channels: their ids, and when they are joined and left. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { parseThreadId, Threads, threadChannelId } from "./threads.ts";

test("ids of threads can be told from rooms, whose names may have slashes", () => {
  for (const channelId of ["#a/b:x.test", "!a:x.test", "#a/$b:x.test"]) {
    const thread = { channelId, rootEventId: "$xyz" };
    assert.deepEqual(parseThreadId(threadChannelId(thread)), thread);
  }
  for (const id of ["#a/b:x.test", "!a:x.test", "/$a", "!a:x.test/$", ""]) {
    assert.equal(parseThreadId(id), undefined, id);
  }
});

const of = (rootEventId: string) => ({ channelId: "#a:x.test", rootEventId });

test("a thread is new when it is first used, and its newest message is known", () => {
  const threads = new Threads(() => assert.fail());
  assert.deepEqual([threads.has(of("$1")), threads.latest(of("$1"))], [false, "$1"]);
  assert.deepEqual([threads.used(of("$1"), "$2"), threads.used(of("$1"), "$3")], [true, false]);
  assert.deepEqual([threads.has(of("$1")), threads.latest(of("$1"))], [true, "$3"]);
});

test("the thread that was used longest ago is left for a new one, and may come again", () => {
  const left: string[] = [];
  const threads = new Threads((id) => left.push(id), 2);
  for (const root of ["$1", "$2", "$1", "$3"]) threads.used(of(root), "$x");
  assert.deepEqual(left, ["#a:x.test/$2"]);
  assert.equal(threads.used(of("$2"), "$x"), true);
});

test("threads go with their room", () => {
  const left: string[] = [];
  const threads = new Threads((id) => left.push(id));
  threads.used(of("$1"), "$x");
  threads.used({ channelId: "#b:x.test", rootEventId: "$2" }, "$y");
  threads.roomLeft("#a:x.test");
  assert.deepEqual(left, ["#a:x.test/$1"]);
});
