/** One id for a channel, however it is spelled. */
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { ChannelIds } from "./channel-ids.ts";
import { IrcState, MAX_CHANNELS } from "./irc-state.ts";
import { rulesOf } from "./network-rules.ts";

function setUp(...rules: readonly string[]) {
  const state = new IrcState("bird");
  const follow = (...tokens: readonly string[]) => {
    state.rules = rulesOf(["bird", ...tokens, "are supported"], state.rules);
  };
  follow(...rules);
  return { ids: new ChannelIds(() => state), follow };
}

suite("channel ids", () => {
  test("the first spelling stays; an unknown channel has the id that it is written with", () => {
    const { ids } = setUp();
    ids.learn("#Staff");
    ids.learn("#STAFF");
    assert.equal(ids.of("#staff"), "#Staff");
    assert.equal(ids.of("#Other"), "#Other");
  });

  test("a channel's operators are addressed by the channel's id", () => {
    const { ids } = setUp("STATUSMSG=@+");
    ids.learn("#Staff");
    assert.equal(ids.of("@#STAFF"), "@#Staff");
    assert.equal(ids.of("@#other"), "@#other");
  });

  for (const [mapping, one, other, isSame] of [
    ["ascii", "#A[^", "#a[^", true],
    ["ascii", "#a[", "#a{", false],
    ["rfc1459", "#a[]\\^", "#A{}|~", true],
    ["strict-rfc1459", "#a[]\\", "#A{}|", true],
    ["strict-rfc1459", "#a^", "#a~", false],
  ] as const) {
    test(`${mapping}: ${one} is ${isSame ? "" : "not "}${other}`, () => {
      const { ids } = setUp(`CASEMAPPING=${mapping}`);
      ids.learn(one);
      assert.equal(ids.of(other), isSame ? one : other);
    });
  }

  test("names of the settings are compared by the network's rules once they are known", () => {
    const { ids, follow } = setUp();
    ids.learn("#a[");
    assert.equal(ids.of("#A{"), "#a[");
    follow("CASEMAPPING=ascii");
    assert.equal(ids.of("#A{"), "#A{");
    assert.equal(ids.of("#A["), "#a[");
  });

  test("beyond the limit the oldest is forgotten", () => {
    const { ids } = setUp();
    for (let at = 0; at <= MAX_CHANNELS; at++) ids.learn(`#C${at}`);
    assert.equal(ids.of("#c0"), "#c0");
    assert.equal(ids.of("#c1"), "#C1");
    assert.equal(ids.of(`#c${MAX_CHANNELS}`), `#C${MAX_CHANNELS}`);
  });
});
