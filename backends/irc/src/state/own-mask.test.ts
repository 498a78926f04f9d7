import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { parseMessage } from "../message/irc-message.ts";
import { IrcState } from "./irc-state.ts";

function after(...lines: readonly string[]): IrcState {
  const state = new IrcState("bird");
  for (const line of lines) state.receive(parseMessage(line));
  return state;
}

suite("our prefix", () => {
  test("is unknown at first, and its maximum length is assumed", () => {
    const state = after(":srv 001 bird :Welcome");
    assert.equal(state.ourPrefix, undefined);
    assert.equal(state.prefixBytes(), ":bird!@ ".length + 11 + 64);
  });

  test("is learned from the bot's own lines", () => {
    const state = after(":bird!~wing@sea.example JOIN #a", ":joe!j@elsewhere JOIN #a");
    assert.equal(state.ourPrefix, "bird!~wing@sea.example");
    assert.equal(state.prefixBytes(), ":bird!~wing@sea.example ".length);
  });

  test("changes with CHGHOST, 396 and the nick", () => {
    const join = ":bird!~wing@sea.example JOIN #a";
    assert.equal(after(join, ":bird!~wing@sea.example CHGHOST w x.y").ourPrefix, "bird!w@x.y");
    assert.equal(after(join, ":joe!j@h CHGHOST w x.y").ourPrefix, "bird!~wing@sea.example");
    assert.equal(after(join, ":srv 396 bird hid.den :is now").ourPrefix, "bird!~wing@hid.den");
    assert.equal(after(join, ":srv 396 bird u@hid.den :is now").ourPrefix, "bird!u@hid.den");
    assert.equal(
      after(join, ":bird!~wing@sea.example NICK gull").ourPrefix,
      "gull!~wing@sea.example",
    );
  });

  test("leaves space for text, whatever a server sends", () => {
    const state = after(`:bird!${"u".repeat(5_000)}@${"h".repeat(5_000)} JOIN #a`);
    assert.ok(state.prefixBytes() < 300);
    assert.equal(
      after(":bird!~w@h JOIN #a", ":bird!~w@h CHGHOST", ":srv 396 bird", ":srv 396").ourPrefix,
      "bird!~w@h",
    );
  });
});
