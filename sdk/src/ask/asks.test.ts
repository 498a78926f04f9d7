/** Which events are answers, and how questions end without one. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { MessageInitShape } from "@bufbuild/protobuf";
import type { EventSchema } from "@seabird-chat/protocol";
import { findName } from "../command/name-index.ts";
import { ManualClock } from "../link/test/manual-clock.ts";
import type { PluginEvent } from "../plugin/events.ts";
import { eventOf } from "../plugin/test/event-of.ts";
import { AskCancelled, type AskCancelReason } from "./ask-cancelled.ts";
import { Asks, isAffirmative } from "./asks.ts";

const HERE = "irc://net/%23c";
const ANN = "irc://net/ann";
const never = new AbortController().signal;

type Inner = NonNullable<MessageInitShape<typeof EventSchema>["inner"]>;
const event = (inner: Inner): PluginEvent => eventOf({ inner });

const source = { channelId: HERE, user: { id: ANN, displayName: "ann" } };
const message = (text: string) => event({ case: "message", value: { source, text } });
const command = (name: string) => event({ case: "command", value: { source, command: name } });
const whisper = (text: string) =>
  event({ case: "privateMessage", value: { source: source.user, text } });

function setUp(maxAsks = 10) {
  const clock = new ManualClock();
  const words = {
    isRegistered: (name: string) => findName(name, ["known"]) !== undefined,
    prefixFor: () => "?",
  };
  return { clock, asks: new Asks({ clock, maxAsks, words }) };
}

const inChannel = { userId: ANN, channelId: HERE };
const inPrivate = { userId: ANN, channelId: "" };

const cancelled = (reason: AskCancelReason) => (error: unknown) =>
  error instanceof AskCancelled && error.reason === reason;

test("in a channel messages, mentions and actions are answers", async () => {
  for (const kind of ["message", "mention", "action"] as const) {
    const { asks } = setUp();
    const { answer } = asks.open(inChannel, never);
    assert.ok(asks.offer(event({ case: kind, value: { source, text: " the red one" } })));
    assert.equal(await answer, " the red one");
    assert.equal(asks.size, 0);
    assert.ok(!asks.offer(message("more")), "one answer only");
  }
});

test("in private private messages are answers, private actions are none", async () => {
  const { asks } = setUp();
  const { answer } = asks.open(inPrivate, never);
  const value = { source: source.user, text: "nods" };
  assert.ok(!asks.offer(event({ case: "privateAction", value })));
  assert.ok(asks.offer(whisper("known")), "a bare word is an answer, whatever it is called");
  assert.equal(await answer, "known");
});

test("only the person asked answers, and only there", () => {
  const { asks } = setUp();
  asks.open(inChannel, never);
  const bob = { channelId: HERE, user: { id: "irc://net/bob" } };
  const elsewhere = { ...source, channelId: "irc://net/%23d" };
  for (const other of [bob, elsewhere]) {
    assert.ok(!asks.offer(event({ case: "message", value: { source: other, text: "hi" } })));
  }
  assert.ok(!asks.offer(event({ case: "message", value: { text: "from nowhere" } })));
  assert.ok(!asks.offer(whisper("hi")));
  assert.ok(!asks.offer(message("  ")), "nothing is no answer");
  const sent = { channelId: HERE, text: "hi", sender: "me" };
  assert.ok(!asks.offer(event({ case: "sendMessage", value: sent })));
  assert.equal(asks.size, 1);
});

test("the word cancel ends the wait, and nobody else hears it", async () => {
  const { asks } = setUp();
  const { answer } = asks.open(inChannel, never);
  assert.ok(asks.offer(message(" Cancel ")));
  await assert.rejects(answer, cancelled("cancel"));
});

test("a registered command ends the wait and goes its way; another name does not", async () => {
  const { asks } = setUp();
  const { answer } = asks.open(inChannel, never);
  assert.ok(!asks.offer(command("unknown")));
  assert.equal(asks.size, 1);
  assert.ok(!asks.offer(command("known")));
  await assert.rejects(answer, cancelled("command"));
});

test("in private a command needs its prefix to end the wait", async () => {
  const { asks } = setUp();
  const { answer } = asks.open(inPrivate, never);
  assert.ok(!asks.offer(whisper("?known 1")));
  await assert.rejects(answer, cancelled("command"));
  const second = asks.open(inPrivate, never);
  assert.ok(asks.offer(whisper("?unknown 1")));
  assert.equal(await second.answer, "?unknown 1");
});

test("a second question to the same person in the same place cancels the first", async () => {
  const { asks } = setUp();
  const first = asks.open(inChannel, never);
  const second = asks.open(inChannel, never);
  const third = asks.open(inPrivate, never);
  await assert.rejects(first.answer, cancelled("replaced"));
  first.cancel("timeout");
  assert.equal(asks.size, 2);
  asks.offer(message("yes"));
  assert.equal(await second.answer, "yes");
  asks.offer(whisper("no"));
  assert.equal(await third.answer, "no");
});

test("a question expires, by the clock and not before it was said", async () => {
  const { clock, asks } = setUp();
  const open = asks.open(inChannel, never);
  await clock.advance(1_000_000);
  open.expireIn(60_000);
  await clock.advance(59_999);
  assert.equal(asks.size, 1);
  await clock.advance(1);
  await assert.rejects(open.answer, cancelled("timeout"));
  assert.equal(asks.size, 0);
});

test("an answer stops the timer, also one that comes before it began", async () => {
  const { clock, asks } = setUp();
  const early = asks.open(inChannel, never);
  asks.offer(message("early"));
  early.expireIn(1_000);
  const timed = asks.open(inChannel, never);
  timed.expireIn(1_000);
  asks.offer(message("in time"));
  assert.equal(clock.timers, 0);
  assert.deepEqual(await Promise.all([early.answer, timed.answer]), ["early", "in time"]);
});

test("questions are bounded: the next one is refused, the others wait on", async () => {
  const { asks } = setUp(2);
  const first = asks.open(inChannel, never);
  asks.open(inPrivate, never);
  const bob = { userId: "irc://net/bob", channelId: HERE };
  assert.throws(() => asks.open(bob, never), /2 questions wait for an answer already/);
  asks.offer(message("yes"));
  assert.equal(await first.answer, "yes");
  asks.open(bob, never);
  assert.equal(asks.size, 2);
});

test("a handler's end and the plugin's end cancel its questions", async () => {
  const { asks } = setUp();
  const stop = new AbortController();
  const one = asks.open(inChannel, stop.signal);
  stop.abort();
  await assert.rejects(one.answer, cancelled("timeout"));
  const two = asks.open(inChannel, never);
  asks.close();
  await assert.rejects(two.answer, cancelled("closed"));
  assert.throws(() => asks.open(inChannel, never), cancelled("closed"));
});

test("a command and the word cancel are found however they are typed", async () => {
  for (const typed of ["“cancel”", "Cancel please.", "can\u200Bcel"]) {
    const { asks } = setUp();
    const { answer } = asks.open(inChannel, never);
    assert.ok(asks.offer(message(typed)), typed);
    await assert.rejects(answer, cancelled("cancel"), typed);
  }
  for (const typed of ["？KNOWN 1", "\u200B?known\uFE0F", "? known"]) {
    const { asks } = setUp();
    const { answer } = asks.open(inPrivate, never);
    const isCommand = !typed.includes("? ");
    assert.equal(asks.offer(whisper(typed)), !isCommand, typed);
    if (isCommand) await assert.rejects(answer, cancelled("command"), typed);
    else assert.equal(await answer, typed);
  }
});

test("what is not clearly yes is no", () => {
  for (const yes of ["yes", "Y", " ok ", "Sure!", "yeah."]) assert.ok(isAffirmative(yes), yes);
  for (const no of ["no", "yes but", "yesterday", "", "nope", "yes no"])
    assert.ok(!isAffirmative(no), no);
});

test("a question cancelled by another copy of the SDK is cancelled", async () => {
  const url = `${import.meta.resolve("./ask-cancelled.ts")}?copy`;
  const other: typeof import("./ask-cancelled.ts") = await import(url);
  assert.notEqual(other.AskCancelled, AskCancelled);
  assert.ok(new other.AskCancelled("timeout") instanceof AskCancelled);
  assert.ok(!((new Error("timeout") as unknown) instanceof AskCancelled));
});
