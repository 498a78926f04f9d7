/** Whose account a message comes from, as far as the server tells. */
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
  return { receive, origin, accountOf };
}

const TOLD = ["extended-join", "account-notify"] as const;

suite("with account-tag", () => {
  test("the tag says it, and without one nobody is logged in", () => {
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
  test("joins and changes say it, while we see each other", () => {
    const { receive, accountOf } = setUp(...TOLD);
    assert.equal(accountOf("joe"), undefined);
    receive(":Joe!u@h JOIN #a joseph :Joe", ":eve!u@h JOIN #a * :Eve");
    assert.equal(accountOf("JOE"), "joseph");
    assert.equal(accountOf("eve"), undefined);
    receive(":eve!u@h ACCOUNT eva", ":joe!u@h ACCOUNT *");
    assert.equal(accountOf("eve"), "eva");
    assert.equal(accountOf("joe"), undefined);
  });

  test("a new nick takes the account along, and the old one has none", () => {
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
    test(`out of sight they are forgotten: ${line}`, () => {
      const { receive, accountOf } = setUp(...TOLD);
      receive(":joe!u@h JOIN #a joseph :Joe");
      assert.equal(accountOf("joe"), "joseph");
      receive(line);
      assert.equal(accountOf("joe"), undefined);
    });
  }

  test("in another channel of ours they are still in sight", () => {
    const { receive, accountOf } = setUp(...TOLD);
    receive(":bird!b@h JOIN #b bird :Bird");
    receive(":joe!u@h JOIN #a joseph :Joe", ":joe!u@h JOIN #B joseph :Joe", ":joe!u@h PART #A");
    assert.equal(accountOf("joe"), "joseph");
    receive(":bird!b@h PART #b");
    assert.equal(accountOf("joe"), undefined);
  });

  test("channels that we are not in say nothing", () => {
    const { receive, accountOf } = setUp(...TOLD);
    receive(":joe!u@h JOIN #elsewhere joseph :Joe");
    assert.equal(accountOf("joe"), undefined);
  });

  test("very many people who come and go, however they go, leave room for the next", () => {
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

  test("more people than fit are not known", () => {
    const { receive, accountOf } = setUp(...TOLD);
    for (let at = 0; at <= MAX_USERS; at++) receive(`:n${at}!u@h JOIN #a acc :x`);
    assert.equal(accountOf("n0"), "acc");
    assert.equal(accountOf(`n${MAX_USERS}`), undefined);
  });
});

suite("without them", () => {
  test("what is not told for good is not believed", () => {
    for (const caps of [[], ["extended-join"], ["account-notify"]]) {
      const { receive, accountOf, origin } = setUp(...caps);
      receive(":joe!u@h JOIN #a joseph :Joe");
      assert.equal(accountOf("joe"), undefined);
      assert.equal(origin("@account=al :joe!u@h PRIVMSG #a :hi")?.account, undefined);
    }
  });
});

suite("invitations", () => {
  test("of ourselves, by others, to channels", () => {
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
