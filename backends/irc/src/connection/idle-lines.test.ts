/** What is said and asked late. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { parseMessage } from "../message/irc-message.ts";
import { IrcState } from "../state/irc-state.ts";
import { rulesOf } from "../state/network-rules.ts";
import { linesAfter, linesAfterWelcome } from "./idle-lines.ts";

function joined(people: number, ...rules: readonly string[]) {
  const state = new IrcState("bird");
  state.rules = rulesOf(["bird", ...rules, "x"], state.rules);
  const lines = [":bird!b@h JOIN #a"];
  for (let at = 0; at < people; at++) lines.push(`:srv 353 bird = #a :n${at}`);
  lines.push(":srv 366 bird #a :End", ":srv 366 bird #a :End", ":n1!n@h JOIN #a");
  const events = lines.flatMap((line) => state.receive(parseMessage(line)));
  return { state, asked: events.flatMap((event) => linesAfter(event, state)) };
}

test("who is in a channel is asked once, where the network has WHOX and not too many are there", () => {
  const who = "WHO #a %tnfa,152";
  assert.deepEqual(joined(3, "WHOX").asked, [who]);
  assert.deepEqual(joined(3).asked, []);
  assert.deepEqual(joined(3, "WHOX", "-WHOX").asked, []);
  assert.deepEqual(joined(1_000, "WHOX").asked, [who]);
  assert.deepEqual(joined(1_001, "WHOX").asked, []);
});

test("the bot says that it is one where the network has a mode for it", () => {
  assert.deepEqual(linesAfterWelcome(joined(0, "BOT=B").state), ["MODE bird +B"]);
  assert.deepEqual(linesAfterWelcome(joined(0).state), []);
});
