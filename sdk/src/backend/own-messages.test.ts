/** One's own messages are told from others', whichever comes first: the report or the answer. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { ManualClock } from "../link/test/manual-clock.ts";
import { ownMessages } from "./own-messages.ts";

function setUp(options: { windowMs?: number; maxIds?: number; maxWaiting?: number } = {}) {
  const clock = new ManualClock();
  const own = ownMessages({ clock, ...options });
  const reported: string[] = [];
  const report = (conversation: string, id: string) =>
    own.unlessOwn(conversation, id, () => reported.push(`${conversation}/${id}`));
  /** A send that is answered later. */
  const send = (conversation: string, more?: { startsThread: boolean }) => {
    const { promise, resolve, reject } = Promise.withResolvers<{
      ids: string[];
      channel?: string;
    }>();
    const sent = own.sending(conversation, () => promise, more);
    return { resolve, reject, sent };
  };
  return { clock, own, reported, report, send };
}

test("without a send under way a report goes out at once, unless its id is one's own", async () => {
  const { own, reported, report, send } = setUp();
  report("a", "1");
  assert.deepEqual(reported, ["a/1"]);
  const { resolve, sent } = send("a");
  resolve({ ids: ["2", "3"] });
  assert.deepEqual(await sent, { ids: ["2", "3"] });
  for (const id of ["2", "3", "4"]) report("a", id);
  report("b", "2");
  assert.deepEqual(reported, ["a/1", "a/4", "b/2"]);
  assert.deepEqual([own.has("a", "2"), own.has("b", "2")], [true, false]);
});

test("a report that is faster than the answer waits for it, in order, and others' go out", async () => {
  const { reported, report, send } = setUp();
  const { resolve, sent } = send("a");
  for (const id of ["before", "mine", "after"]) report("a", id);
  report("b", "elsewhere");
  assert.deepEqual(reported, ["b/elsewhere"]);
  resolve({ ids: ["mine"] });
  await sent;
  assert.deepEqual(reported, ["b/elsewhere", "a/before", "a/after"]);
});

test("a report waits for the sends before it, not for those that begin later", async () => {
  const { reported, report, send } = setUp();
  const first = send("a");
  report("a", "1");
  const second = send("a");
  report("a", "2");
  first.resolve({ ids: [] });
  await first.sent;
  assert.deepEqual(reported, ["a/1"]);
  second.reject(new Error("refused"));
  await assert.rejects(second.sent, /refused/);
  assert.deepEqual(reported, ["a/1", "a/2"]);
});

test("ids of a send that started a thread are those of the thread", async () => {
  const { own, send } = setUp();
  const { resolve, sent } = send("a");
  resolve({ ids: ["1"], channel: "thread" });
  await sent;
  assert.deepEqual([own.has("thread", "1"), own.has("a", "1")], [true, false]);
});

test("reports of a thread that is not known yet wait for the send that starts it", async () => {
  const { reported, report, send } = setUp();
  const { resolve, sent } = send("a", { startsThread: true });
  for (const id of ["mine", "other"]) report("thread", id);
  assert.deepEqual(reported, []);
  resolve({ ids: ["mine"], channel: "thread" });
  await sent;
  assert.deepEqual(reported, ["thread/other"]);
});

test("a report that throws does not make a failure of a message that was sent", async () => {
  const { own, reported, report, send } = setUp();
  const { resolve, sent } = send("a");
  own.unlessOwn("a", "1", () => {
    throw new TypeError("a line that nobody can read");
  });
  report("a", "2");
  const thrown = new Promise((resolve) => process.once("warning", resolve));
  resolve({ ids: ["3"] });
  assert.deepEqual(await sent, { ids: ["3"] });
  assert.match(String(await thrown), /nobody can read/);
  assert.deepEqual(reported, ["a/2"]);
  const odd = { ids: 7 } as never;
  assert.equal(await own.sending("a", () => odd), odd);
});

test("nothing waits or is kept for ever", async () => {
  const { clock, reported, report, send, own } = setUp({ windowMs: 100, maxIds: 2, maxWaiting: 2 });
  const { resolve, sent } = send("a");
  for (const id of ["1", "2", "3"]) report("a", id);
  assert.deepEqual(reported, ["a/1"]);
  await clock.advance(100);
  assert.deepEqual(reported, ["a/1", "a/2", "a/3"]);
  resolve({ ids: ["4", "5", "6"] });
  await sent;
  assert.deepEqual(
    ["4", "5", "6"].map((id) => own.has("a", id)),
    [false, true, true],
  );
});

test("options that cannot work are refused", () => {
  assert.throws(() => ownMessages({ windowMs: 0 }), { code: "bad_option" });
  assert.throws(() => ownMessages({ maxIds: 1.5 }), { code: "bad_option" });
});
