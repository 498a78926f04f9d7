/** The account of a message's sender, as far as the server shows it. */
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { parseMessage } from "../message/irc-message.ts";
import { IrcState } from "./irc-state.ts";
import { MAX_USERS } from "./users.ts";

function setUp(...caps: readonly string[]) {
  const state = new IrcState("bird");
  state.caps = new Set(caps);
  const receive = (...lines: string[]) =>
    lines.flatMap((line) => state.receive(parseMessage(line)));
  const origin = (line: string) => {
    const [event] = receive(line).filter(({ kind }) => kind === "message" || kind === "invite");
    return event?.kind === "message" || event?.kind === "invite" ? event.origin : undefined;
  };
  const accountOf = (nick: string) => origin(`:${nick}!u@h PRIVMSG bird :hi`)?.account;
  receive(":bird!b@h JOIN #a bird :Bird", ":srv 366 bird #a :End");
  return { state, receive, origin, accountOf };
}

const TOLD = ["extended-join", "account-notify"] as const;

suite("with account-tag", () => {
  test("the tag names it, and without the tag the sender is not logged in", () => {
    const { receive, origin, accountOf } = setUp(...TOLD, "account-tag", "message-tags");
    receive(":joe!u@h JOIN #a joseph :Joe");
    const line = ":joe!u@h PRIVMSG #a :hi";
    assert.deepEqual(origin(`@account=al;msgid=m1;time=2026-01-02T03:04:05.678Z ${line}`), {
      mask: "joe!u@h",
      account: "al",
      msgid: "m1",
      time: "2026-01-02T03:04:05.678Z",
    });
    assert.equal(accountOf("joe"), undefined);
    for (const none of ["@account=*", "@account=", "@account"]) {
      assert.equal(origin(`${none} ${line}`)?.account, undefined, none);
    }
    assert.equal(origin("@account=al :joe!u@h INVITE bird #x")?.account, "al");
  });
});

suite("with extended-join and account-notify", () => {
  test("JOIN and ACCOUNT name it, while a channel is shared", () => {
    const { receive, accountOf } = setUp(...TOLD);
    assert.equal(accountOf("joe"), undefined);
    receive(":Joe!u@h JOIN #a joseph :Joe", ":eve!u@h JOIN #a * :Eve");
    assert.equal(accountOf("JOE"), "joseph");
    assert.equal(accountOf("eve"), undefined);
    receive(":eve!u@h ACCOUNT eva", ":joe!u@h ACCOUNT *");
    assert.equal(accountOf("eve"), "eva");
    assert.equal(accountOf("joe"), undefined);
  });

  test("CASEMAPPING may change later: accounts are found by the new one", () => {
    const { state, receive, accountOf } = setUp(...TOLD);
    receive(":joe[!u@h JOIN #a joseph :Joe", ":eve!u@h JOIN #a eva :Eve", ":eve!u@h NICK eve[");
    state.rules = { ...state.rules, caseMapping: "ascii" };
    assert.equal(accountOf("JOE["), "joseph");
    assert.equal(accountOf("eve["), "eva");
    assert.equal(accountOf("joe{"), undefined);
    receive(":joe[!u@h PART #A");
    assert.equal(accountOf("joe["), undefined);
  });

  test("a new nick keeps the account, and the old one has none", () => {
    const { receive, accountOf } = setUp(...TOLD);
    receive(":joe!u@h JOIN #a joseph :Joe", ":joe!u@h NICK :jim");
    assert.equal(accountOf("jim"), "joseph");
    assert.equal(accountOf("joe"), undefined);
  });

  for (const line of [
    ":joe!u@h QUIT :bye",
    ":joe!u@h PART #a",
    ":op!o@h KICK #a joe :out",
    ":bird!b@h PART #a",
    ":op!o@h KICK #a bird :out",
  ]) {
    test(`users who share no channel are forgotten: ${line}`, () => {
      const { receive, accountOf } = setUp(...TOLD);
      receive(":joe!u@h JOIN #a joseph :Joe");
      assert.equal(accountOf("joe"), "joseph");
      receive(line);
      assert.equal(accountOf("joe"), undefined);
    });
  }

  test("users in another shared channel are remembered", () => {
    const { receive, accountOf } = setUp(...TOLD);
    receive(":bird!b@h JOIN #b bird :Bird");
    receive(":joe!u@h JOIN #a joseph :Joe", ":joe!u@h JOIN #B joseph :Joe", ":joe!u@h PART #A");
    assert.equal(accountOf("joe"), "joseph");
    receive(":bird!b@h PART #b");
    assert.equal(accountOf("joe"), undefined);
  });

  test("lines of other channels do not count", () => {
    const { receive, accountOf } = setUp(...TOLD);
    receive(":joe!u@h JOIN #elsewhere joseph :Joe");
    assert.equal(accountOf("joe"), undefined);
  });

  test("users who left, however they left, do not fill the limit", () => {
    const { receive, accountOf } = setUp(...TOLD);
    const goings = ["PART #a", "QUIT :*.net *.split", "NICK other", "KICK #a"] as const;
    for (let at = 0; at < 50_000; at++) {
      const [nick, how] = [`n${at}`, goings[at % goings.length] ?? ""];
      receive(`:${nick}!u@h JOIN #a acc :x`);
      if (how === "KICK #a") receive(`:op!o@h KICK #a ${nick} :out`);
      else receive(`:${nick}!u@h ${how}`);
      if (how === "NICK other") receive(":other!u@h PART #A");
    }
    for (let at = 0; at < MAX_USERS; at++) receive(`:last${at}!u@h JOIN #a acc :x`);
    assert.equal(accountOf("n0"), undefined);
    assert.equal(accountOf(`last${MAX_USERS - 1}`), "acc");
  });

  test("users beyond the limit are unknown", () => {
    const { receive, accountOf } = setUp(...TOLD);
    for (let at = 0; at <= MAX_USERS; at++) receive(`:n${at}!u@h JOIN #a acc :x`);
    assert.equal(accountOf("n0"), "acc");
    assert.equal(accountOf(`n${MAX_USERS}`), undefined);
  });
});

suite("without them", () => {
  test("an account without updates is not used", () => {
    for (const caps of [[], ["extended-join"], ["account-notify"]]) {
      const { receive, accountOf, origin } = setUp(...caps);
      receive(":joe!u@h JOIN #a joseph :Joe");
      assert.equal(accountOf("joe"), undefined);
      assert.equal(origin("@account=al :joe!u@h PRIVMSG #a :hi")?.account, undefined);
    }
  });
});

suite("invitations", () => {
  test("of the bot, by others, to channels", () => {
    const { receive } = setUp();
    const invited = (line: string) => receive(line).map(({ kind }) => kind);
    assert.deepEqual(invited(":joe!u@h INVITE BIRD :#x"), ["invite"]);
    for (const line of [
      "joe!u@h INVITE eve #x",
      "bird!b@h INVITE bird #x",
      "joe!u@h INVITE bird",
    ]) {
      assert.deepEqual(invited(`:${line}`), []);
    }
  });
});
