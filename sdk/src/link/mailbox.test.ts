/** The queue between the stream and a plugin. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Mailbox } from "./mailbox.ts";

test("a writer waits while the queue is full", async () => {
  const mailbox = new Mailbox<number>(2);
  await mailbox.put(1);
  let isWritten = false;
  const second = mailbox.put(2)?.then(() => {
    isWritten = true;
  });
  assert.notEqual(second, undefined);
  await new Promise(setImmediate);
  assert.equal(isWritten, false);
  assert.equal(await mailbox.take(), 1);
  await second;
  assert.equal(await mailbox.take(), 2);
});

test("what waits is read before the end, and the end stays", async () => {
  const mailbox = new Mailbox<number>(1);
  const stuck = mailbox.put(1);
  mailbox.end();
  await stuck;
  await mailbox.put(2);
  assert.equal(await mailbox.take(), 1);
  assert.equal(await mailbox.take(), undefined);
  assert.equal(await mailbox.take(), undefined);
});

test("an end with an error is thrown, also at who waits already", async () => {
  const mailbox = new Mailbox<number>(1);
  const waiting = assert.rejects(mailbox.take(), /broken/);
  mailbox.end(new Error("broken"));
  await waiting;
  mailbox.end();
  await assert.rejects(mailbox.take(), /broken/);
});
