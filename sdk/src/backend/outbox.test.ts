/** What a backend has yet to send: order, bounds, and what is kept while core is away. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { create, fromBinary } from "@bufbuild/protobuf";
import { type ChatEvent, ChatEventSchema } from "@seabird-chat/protocol";
import type { Clock } from "../link/clock.ts";
import { Outbox } from "./outbox.ts";

const said = (text: string): ChatEvent =>
  create(ChatEventSchema, { inner: { case: "message", value: { text } } });

/** A time that stands still until it is set. */
let nowMs = 0;
const clock: Clock = { now: () => nowMs, wallMs: () => nowMs, after: () => () => undefined };

const never = new AbortController().signal;

function outbox({ events = 3, bytes = 10_000 } = {}): Outbox {
  const spool = { maxEvents: events, maxBytes: bytes };
  return new Outbox({
    spool,
    open: { maxEvents: events * 2, maxBytes: bytes * 2 },
    maxEventBytes: 400,
    maxCommandAgeMs: 30_000,
    clock,
  });
}

function decode(messages: readonly Uint8Array[] = []): string[] {
  return messages.map((message) => {
    const { inner } = fromBinary(ChatEventSchema, message);
    return inner.case === "message" ? inner.value.text : String(inner.case);
  });
}

async function drain(box: Outbox): Promise<string[]> {
  const texts: string[] = [];
  const finish = AbortSignal.abort();
  for (;;) {
    const messages = await box.take(finish, never);
    if (messages === undefined) return texts;
    texts.push(...decode(messages));
  }
}

test("the oldest events go first when too many wait, and are counted", async () => {
  const box = outbox();
  for (const text of ["1", "2", "3", "4", "5"]) box.push("event", said(text));
  assert.equal(box.dropped, 2);
  assert.equal(box.size, 3);
  assert.deepEqual(await drain(box), ["3", "4", "5"]);
  assert.equal(box.size, 0);
});

test("bytes are bounded too, and one event larger than everything is dropped", async () => {
  const box = outbox({ bytes: 100 });
  box.push("event", said("x".repeat(60)));
  box.push("event", said("y".repeat(60)));
  assert.deepEqual(await drain(box), ["y".repeat(60)]);
  box.push("event", said("z".repeat(500)));
  assert.equal(box.dropped, 2);
  assert.deepEqual(await drain(box), []);
});

test("an event that core would not take is dropped alone", async () => {
  const box = outbox();
  box.open();
  box.push("event", said("1"));
  box.push("event", said("x".repeat(400)));
  box.push("event", said("2"));
  assert.equal(box.dropped, 1);
  assert.deepEqual(await drain(box), ["1", "2"]);
});

test("while core is away only events are kept, within smaller bounds", async () => {
  const box = outbox();
  const answer = create(ChatEventSchema, { id: "1", inner: { case: "success", value: {} } });
  const join = create(ChatEventSchema, { inner: { case: "joinChannel", value: {} } });
  box.push("answer", answer);
  box.push("state", join);
  assert.equal(box.isEmpty, true);
  box.open();
  for (const text of ["1", "2", "3", "4", "5"]) box.push("event", said(text));
  box.push("answer", answer);
  box.push("state", join);
  box.spool();
  assert.equal(box.dropped, 2);
  assert.deepEqual(await drain(box), ["3", "4", "5"]);
});

test("events are dropped before channels, and answers never", async () => {
  const box = outbox({ events: 1 });
  box.open();
  for (let i = 0; i < 5; i++) {
    box.push("answer", create(ChatEventSchema, { id: "1", inner: { case: "success", value: {} } }));
  }
  box.push("state", create(ChatEventSchema, { inner: { case: "joinChannel", value: {} } }));
  for (const text of ["1", "2", "3"]) box.push("event", said(text));
  assert.equal(box.dropped, 2);
  assert.deepEqual(await drain(box), [...Array(5).fill("success"), "joinChannel", "3"]);
});

test("who waits gets the next one; a session that is over takes nothing", async () => {
  const box = outbox();
  const next = box.take(never, never);
  box.push("event", said("1"));
  assert.deepEqual(decode(await next), ["1"]);
  const over = new AbortController();
  const late = box.take(over.signal, over.signal);
  box.push("event", said("2"));
  over.abort();
  assert.equal(await late, undefined);
  assert.deepEqual(await drain(box), ["2"]);
});

test("drained resolves when the last one is taken, or on abort", async () => {
  const box = outbox();
  await box.drained(never);
  box.push("event", said("1"));
  const drained = box.drained(never);
  await drain(box);
  await drained;
  box.push("event", said("2"));
  await box.drained(AbortSignal.abort());
});

test("drained resolves too when core goes, and with it all that waited", {
  timeout: 5_000,
}, async () => {
  const box = outbox();
  box.open();
  box.push("answer", create(ChatEventSchema, { id: "r", inner: { case: "success", value: {} } }));
  const drained = box.drained(never);
  box.spool();
  await drained;
});

test("a command that waited too long for core is dropped, everything else is kept", async () => {
  const box = outbox();
  const command = (name: string) =>
    create(ChatEventSchema, { inner: { case: "command", value: { command: name } } });
  nowMs = 0;
  box.push("event", command("old"));
  box.push("event", said("kept"));
  nowMs = 1_000;
  box.push("event", command("young"));
  nowMs = 30_500;
  box.open();
  assert.deepEqual([box.size, box.dropped], [2, 1]);
  assert.deepEqual(await drain(box), ["kept", "command"]);
});

test("a command that grew old because core did not read is dropped, and the next one comes", async () => {
  const box = outbox();
  box.open();
  const give = (command: string) =>
    create(ChatEventSchema, { inner: { case: "command", value: { command } } });
  box.push("event", give("old"));
  nowMs += 30_001;
  const finish = new AbortController();
  const next = box.take(finish.signal, never);
  box.push("event", said("new"));
  assert.deepEqual(decode(await next), ["new"]);
  assert.equal(box.dropped, 1);
  box.push("event", give("old too"));
  nowMs += 30_001;
  finish.abort();
  assert.equal(await box.take(finish.signal, never), undefined);
  assert.ok(box.isEmpty);
});

test("that somebody types is not kept while core is away, and goes before all else", async () => {
  const box = outbox({ events: 1 });
  const typing = create(ChatEventSchema, { inner: { case: "typing", value: {} } });
  const join = create(ChatEventSchema, { inner: { case: "joinChannel", value: {} } });
  box.push("transient", typing);
  assert.deepEqual([box.unsent, box.dropped], [0, 0]);
  box.open();
  box.push("transient", typing);
  box.push("state", join);
  box.push("event", said("1"));
  assert.equal(box.dropped, 1);
  box.push("transient", typing);
  for (let count = 0; count < 100; count++) box.push("transient", typing);
  assert.deepEqual(await drain(box), ["joinChannel", "1"]);
  box.push("transient", typing);
  assert.deepEqual(await drain(box), ["typing"]);
  box.push("transient", typing);
  box.spool();
  assert.deepEqual([await drain(box), box.dropped], [[], 102]);
});

test("events go through what this core understands", async () => {
  const box = outbox();
  for (const text of ["1", "2"]) box.push("event", said(text));
  const isSecond = (message: Uint8Array) => decode([message])[0] === "2";
  box.translate((message) => (isSecond(message) ? message : undefined));
  assert.deepEqual(await drain(box), ["2"]);
  box.push("event", said("1"));
  box.translate();
  assert.deepEqual(await drain(box), ["1"]);
});
