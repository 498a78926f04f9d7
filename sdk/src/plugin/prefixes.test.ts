/** What a plugin looks up while it runs: prefixes, command names, users. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { BackendInfo } from "../link/action-client.ts";
import { nextTurn } from "../link/clock.ts";
import { ManualClock } from "../link/test/manual-clock.ts";
import { PREFIX_REFRESH_MS, PREFIX_WAIT_MS, Prefixes } from "./prefixes.ts";
import { NAMES_REFRESH_MS, RegisteredNames } from "./registered-names.ts";
import { SeenUsers } from "./seen-users.ts";
import { eventOf } from "./test/event-of.ts";

function setUp(first: string | undefined) {
  const clock = new ManualClock();
  const state = { prefix: first, asked: 0 };
  const prefixes = new Prefixes(clock, async (): Promise<Pick<BackendInfo, "metadata">> => {
    state.asked += 1;
    if (state.prefix === undefined) throw new Error("away");
    return { metadata: { command_prefix: state.prefix } };
  });
  return { clock, state, prefixes };
}

test("a prefix is queried once, and refreshed in the background when it is old", async () => {
  const { clock, state, prefixes } = setUp("?");
  assert.equal(prefixes.peek("a"), "!");
  assert.equal(prefixes.known("a"), undefined);
  assert.equal(await prefixes.prefixOf("a"), "?");
  assert.equal(prefixes.known("a"), "?");
  assert.equal(state.asked, 1);
  state.prefix = ".";
  await clock.advance(PREFIX_REFRESH_MS - 1);
  assert.equal(await prefixes.prefixOf("a"), "?");
  await clock.advance(1);
  assert.equal(await prefixes.prefixOf("a"), "?");
  await nextTurn();
  assert.equal(prefixes.known("a"), ".");
  assert.equal(state.asked, 2);
});

test("a backend that cannot answer has the default prefix, and later keeps its last one", async () => {
  const { clock, state, prefixes } = setUp(undefined);
  assert.equal(await prefixes.prefixOf("a"), "!");
  state.prefix = "?";
  await clock.advance(PREFIX_REFRESH_MS);
  await prefixes.prefixOf("a");
  await nextTurn();
  assert.equal(await prefixes.prefixOf("a"), "?");
  state.prefix = undefined;
  await clock.advance(PREFIX_REFRESH_MS);
  await prefixes.prefixOf("a");
  await nextTurn();
  assert.equal(await prefixes.prefixOf("a"), "?");
});

test("an invalid prefix is ignored", async () => {
  for (const odd of ["", "a b", "x".repeat(33)]) {
    assert.equal(await setUp(odd).prefixes.prefixOf("a"), "!", odd);
  }
});

test("a backend that does not answer is waited for a moment only, and once", async () => {
  const clock = new ManualClock();
  const prefixes = new Prefixes(clock, () => new Promise(() => undefined));
  let got = "";
  void prefixes.prefixOf("a").then((prefix) => (got = prefix));
  await clock.advance(PREFIX_WAIT_MS - 1);
  assert.equal(got, "");
  await clock.advance(1);
  assert.equal(got, "!");
  assert.equal(await prefixes.prefixOf("a"), "!");
  assert.equal(clock.timers, 0);
});

test("names are asked for when they are needed, but not too often", async () => {
  const clock = new ManualClock();
  let asked = 0;
  let answer: () => string[] = () => ["theirs"];
  const names = new RegisteredNames(
    clock,
    (name) => name === "ours",
    async () => {
      asked += 1;
      return answer();
    },
  );
  assert.deepEqual(
    ["ours", "theirs"].map((name) => names.has(name)),
    [true, false],
  );
  await names.refresh();
  await names.refresh();
  assert.equal(asked, 1);
  assert.ok(names.has("theirs"));
  answer = () => {
    throw new Error("away");
  };
  await clock.advance(NAMES_REFRESH_MS);
  await names.refresh();
  assert.ok(names.has("theirs"), "what was known holds");
  answer = () => ["new"];
  await names.refresh();
  assert.deepEqual(
    ["new", "theirs"].map((name) => names.has(name)),
    [true, false],
  );
});

test("people are known by the name that they were seen with, unless two share it", () => {
  const seen = new SeenUsers();
  const say = (id: string, displayName: string) =>
    seen.note(
      eventOf({ inner: { case: "privateMessage", value: { source: { id, displayName } } } }),
    );
  say("irc://a/bob", "Bob");
  const id = (name: string, channel?: string) => {
    const found = seen.find("irc://a", name, channel);
    return typeof found === "string" ? found : found?.id;
  };
  assert.equal(id("bOB"), "irc://a/bob");
  assert.equal(seen.find("irc://b", "bob"), undefined);
  say("irc://a/bob", "Bob");
  assert.equal(id("bob"), "irc://a/bob");
  say("irc://a/other", "bob");
  assert.equal(id("bob"), "several");
  say("irc://a/bob", "Bob");
  assert.equal(id("bob"), "several");
  for (let i = 0; i < 5_000; i += 1) say(`irc://a/${i}`, `name${i}`);
  assert.equal(seen.find("irc://a", "name0"), undefined);
  assert.equal(id("name4999"), "irc://a/4999");
});

test("of several people of one name the one who is in the channel is meant", () => {
  const seen = new SeenUsers();
  const find = (channelId: string) => {
    const found = seen.find("irc://a", "bob", channelId);
    return typeof found === "string" ? found : found?.id;
  };
  const say = (id: string, channelId: string) => {
    const source = { channelId, user: { id, displayName: "bob" } };
    seen.note(eventOf({ inner: { case: "message", value: { source } } }));
  };
  say("irc://a/1", "irc://a/%23x");
  say("irc://a/2", "irc://a/%23y");
  assert.equal(find("irc://a/%23x"), "irc://a/1");
  assert.equal(find("irc://a/%23y"), "irc://a/2");
  assert.equal(find("irc://a/%23z"), "several");
  say("irc://a/2", "irc://a/%23x");
  assert.equal(find("irc://a/%23x"), "several");
  assert.equal(find("irc://a/%23y"), "several");
  // Who reacts is there; who changes is where they were.
  const user = { id: "irc://a/2", displayName: "bob" };
  const where = { case: "channelId", value: "irc://a/%23y" } as const;
  seen.note(eventOf({ inner: { case: "reaction", value: { conversation: { where }, user } } }));
  assert.equal(find("irc://a/%23y"), "irc://a/2");
  seen.note(eventOf({ inner: { case: "userChanged", value: { before: user, user } } }));
  assert.equal(find("irc://a/%23y"), "irc://a/2");
  // More than are told apart.
  for (let i = 3; i < 12; i += 1) say(`irc://a/${i}`, `irc://a/%23${i}`);
  assert.equal(find("irc://a/%233"), "several");
});
