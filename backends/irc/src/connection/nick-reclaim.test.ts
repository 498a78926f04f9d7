import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { ManualClock } from "../../test/manual-clock.ts";
import { parseMessage } from "../message/irc-message.ts";
import { IrcState } from "../state/irc-state.ts";
import { rulesOf } from "../state/network-rules.ts";
import { isNetsplit, NickReclaim } from "./nick-reclaim.ts";

interface SetUp {
  readonly password?: string;
  readonly isLoggedIn?: boolean;
  readonly nick?: string;
}

function setUp({ password, isLoggedIn = false, nick = "bird_" }: SetUp = {}) {
  const clock = new ManualClock();
  const sent: string[] = [];
  const state = new IrcState(nick);
  const reclaim = new NickReclaim(
    { nick: "bird", nickCheckMs: 60_000, nickservPassword: password },
    state,
    (line) => void sent.push(line),
    () => isLoggedIn,
    clock,
  );
  reclaim.start();
  const receive = (...lines: readonly string[]) => {
    for (const line of lines) {
      reclaim.receive(parseMessage(line));
      state.receive(parseMessage(line));
    }
  };
  return { clock, sent, state, reclaim, receive };
}

const NICKSERV = ":NickServ!n@services NOTICE bird_ :";

suite("without services", () => {
  test("asks when the holder leaves or changes the nick, and from time to time", () => {
    const { clock, sent, receive } = setUp();
    assert.deepEqual(sent, []);
    receive(":joe!j@h QUIT :bye", ":BIRD!b@h QUIT :bye");
    assert.deepEqual(sent, ["NICK bird"]);
    receive(":bird!b@h NICK gull");
    assert.deepEqual(sent, ["NICK bird", "NICK bird"]);
    clock.advance(60_000);
    assert.equal(sent.length, 3);
    receive(":bird_!b@h NICK bird");
    clock.advance(600_000);
    assert.equal(sent.length, 3);
  });

  test("a netsplit is waited for, in full", () => {
    const { clock, sent, receive } = setUp();
    clock.advance(59_000);
    receive(":bird!b@h QUIT :hub.one.example leaf.two.example");
    clock.advance(59_999);
    assert.deepEqual(sent, []);
    clock.advance(1);
    assert.deepEqual(sent, ["NICK bird"]);
  });

  test("services that rename the bot are not fought", () => {
    const { sent, receive } = setUp({ nick: "bird" });
    receive(":bird!b@h NICK Guest7");
    assert.deepEqual(sent, []);
  });

  test("the wanted nick is cut to what the network allows", () => {
    const { clock, sent, state } = setUp({ nick: "bir" });
    state.rules = rulesOf(["bir", "NICKLEN=3", ":are"], state.rules);
    clock.advance(600_000);
    assert.deepEqual(sent, []);
  });
});

suite("with services", () => {
  test("REGAIN, then GHOST where that is unknown, then the nick", () => {
    const { sent, receive } = setUp({ password: "hush" });
    assert.deepEqual(sent.splice(0), ["PRIVMSG NickServ :REGAIN bird hush"]);
    receive(`${NICKSERV}Invalid command. Use /msg NickServ help.`);
    assert.deepEqual(sent.splice(0), ["PRIVMSG NickServ :GHOST bird hush"]);
    receive(`${NICKSERV}bird has been ghosted.`);
    assert.deepEqual(sent.splice(0), ["NICK bird"]);
    receive(`${NICKSERV}You are a fine bird.`);
    assert.deepEqual(sent, []);
  });

  test("with a login, no password is sent", () => {
    const { sent } = setUp({ password: "hush", isLoggedIn: true });
    assert.deepEqual(sent, ["PRIVMSG NickServ :REGAIN bird"]);
  });

  test("that do not answer are not waited for long, and are asked every second time", () => {
    const { clock, sent } = setUp({ isLoggedIn: true });
    sent.splice(0);
    clock.advance(5_000);
    assert.deepEqual(sent.splice(0), ["NICK bird"]);
    clock.advance(55_000);
    assert.deepEqual(sent.splice(0), ["PRIVMSG NickServ :REGAIN bird"]);
    clock.advance(5_000);
    assert.deepEqual(sent.splice(0), ["NICK bird"]);
    clock.advance(55_000);
    assert.deepEqual(sent.splice(0), ["NICK bird"]);
  });

  test("are not asked for a nick that the bot has; after close no timer is left", () => {
    const { clock, sent, reclaim } = setUp({ isLoggedIn: true, nick: "bird" });
    clock.advance(600_000);
    assert.deepEqual(sent, []);
    reclaim.close();
    assert.equal(clock.timers, 0);
  });
});

test("a netsplit's reason is two servers' names and nothing else", () => {
  for (const reason of ["a.b c.d", "*.net *.split", "irc-1.example.org hub.example.org"]) {
    assert.ok(isNetsplit(reason), reason);
  }
  for (const reason of [
    "",
    "a.b",
    "bye now",
    "a.b c.d e.f",
    "Quit: a.b c.d",
    "a.b  c.d",
    "a.b c.",
  ]) {
    assert.ok(!isNetsplit(reason), reason);
  }
});
