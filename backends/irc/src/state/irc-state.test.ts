/** The state and events that a server's lines make. */
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import fc from "fast-check";
import { parseMessage } from "../message/irc-message.ts";
import { IrcState } from "./irc-state.ts";
import { rulesOf } from "./network-rules.ts";

function setUp() {
  const state = new IrcState("bird");
  const receive = (...lines: string[]) =>
    lines.flatMap((line) => state.receive(parseMessage(line)));
  return { state, receive };
}

const origin = { mask: "joe!j@h", account: undefined, msgid: undefined, time: undefined };
const me = ":bird!~b@example.org";

suite("channels", () => {
  test("a join is reported with its topic, once the server has sent all of it", () => {
    const { receive } = setUp();
    assert.deepEqual(receive(`${me} JOIN :#a`, ":srv 332 bird #a :Hello"), []);
    assert.deepEqual(receive(":srv 366 bird #a :End"), [
      { kind: "joined", channel: "#a", topic: "Hello" },
    ]);
    assert.deepEqual(receive(":srv 366 bird #a :End"), []);
  });

  test("a message reports the join first", () => {
    const { receive } = setUp();
    const events = receive(`${me} JOIN #a`, ":joe!j@h PRIVMSG #a :hi");
    assert.deepEqual(
      events.map(({ kind }) => kind),
      ["joined", "message"],
    );
  });

  test("topic changes by users and by the server", () => {
    const { state, receive } = setUp();
    receive(`${me} JOIN #a`, ":srv 366 bird #a :End");
    assert.deepEqual(receive(":joe!j@h TOPIC #A :new"), [
      { kind: "topic", channel: "#a", topic: "new", nick: "joe" },
    ]);
    assert.equal(state.topicOf("#A"), "new");
    assert.deepEqual(receive(":joe!j@h TOPIC #a :"), [
      { kind: "topic", channel: "#a", topic: "", nick: "joe" },
    ]);
    assert.deepEqual(receive(":joe!j@h TOPIC #other :x"), []);
  });

  test("PART and KICK, of the bot only", () => {
    const { state, receive } = setUp();
    receive(`${me} JOIN #a`, `${me} JOIN #b`);
    assert.ok(
      receive(":joe!j@h PART #a", ":op!o@h KICK #a joe :out").every(
        ({ kind }) => kind === "member",
      ),
    );
    assert.notEqual(state.topicOf("#a"), undefined);
    assert.deepEqual(receive(`${me} PART #A :bye`), [{ kind: "left", channel: "#a", why: "part" }]);
    assert.deepEqual(receive(":op!o@h KICK #b BIRD :out"), [
      { kind: "left", channel: "#b", why: "kick" },
    ]);
    assert.deepEqual(state.channels(), []);
    assert.deepEqual(receive(`${me} PART #a`), []);
  });

  test("a lost connection leaves all channels", () => {
    const { state, receive } = setUp();
    receive(`${me} JOIN #a`, `${me} JOIN #b`);
    assert.equal(state.leaveAll().length, 2);
    assert.equal(state.topicOf("#a"), undefined);
  });
});

suite("the bot's nick", () => {
  test("follows the server, which may cut or change it", () => {
    const { state, receive } = setUp();
    receive(":srv 001 bird_ :Welcome");
    assert.equal(state.nick, "bird_");
    receive(":bird_!~b@h NICK :Bird2", ":joe!j@h NICK :bird_");
    assert.equal(state.nick, "Bird2");
    assert.ok(state.isMe("BIRD2"));
    assert.ok(!state.isMe("bird_"));
  });

  test("the bot's own messages are no events", () => {
    assert.deepEqual(setUp().receive(`${me} PRIVMSG #a :echo`), []);
  });

  test("the prefix is measured once it is known, and assumed to be long before", () => {
    const { state, receive } = setUp();
    assert.equal(state.prefixBytes(), ":bird!@ ".length + 11 + 64);
    receive(`${me} JOIN #a`);
    assert.equal(state.prefixBytes(), `${me} `.length);
    receive(`:srv 396 bird a.much.longer.hidden.host.example.org :is now your displayed host`);
    assert.ok(state.prefixBytes() > `${me} `.length);
  });
});

suite("messages", () => {
  test("messages, actions, and other CTCP", () => {
    const { receive } = setUp();
    assert.deepEqual(receive(":joe!j@h PRIVMSG #a :\x01ACTION waves\x01"), [
      { kind: "action", target: "#a", nick: "joe", text: "waves", origin },
    ]);
    assert.deepEqual(receive(":joe!j@h PRIVMSG #a :\x01action waves"), [
      { kind: "action", target: "#a", nick: "joe", text: "waves", origin },
    ]);
    assert.deepEqual(receive(":joe!j@h PRIVMSG bird :\x01VERSION\x01"), [
      { kind: "query", nick: "joe", query: "VERSION" },
    ]);
    assert.deepEqual(receive(":joe!j@h PRIVMSG #a :\x01VERSION\x01"), []);
    assert.deepEqual(receive(":joe!j@h NOTICE bird :hi", ":srv PRIVMSG"), []);
  });

  test("a channel has one name, however the sender spells it", () => {
    const { receive } = setUp();
    receive(`${me} JOIN #Chan`, ":srv 366 bird #Chan :End");
    const [event] = receive(":joe!j@h PRIVMSG #CHAN :hi");
    assert.ok(event?.kind === "message");
    assert.equal(event.target, "#Chan");
  });

  test("old messages are no events", () => {
    const { receive } = setUp();
    const line = ":joe!j@h PRIVMSG #a :!help";
    assert.deepEqual(receive("BATCH +x chathistory #a", `@batch=x ${line}`, "BATCH -x"), []);
    assert.equal(receive("BATCH +y netsplit a b", `@batch=y ${line}`).length, 1);
    assert.equal(receive(`@batch=x ${line}`).length, 1);
    receive("BATCH + chathistory #a");
    assert.equal(receive(line).length, 1);
  });

  for (const [what, before, reference] of [
    ["a batch in it", ["BATCH +x chathistory #a", "@batch=x BATCH +y draft/multiline #a"], "y"],
    [
      "a batch in a batch in it",
      ["BATCH +x znc.in/playback #a", "@batch=x BATCH +y netjoin a b", "@batch=y BATCH +z any"],
      "z",
    ],
    [
      "playback in the answer to a label",
      ["@label=l BATCH +x labeled-response", "@batch=x BATCH +y chathistory #a"],
      "y",
    ],
  ] as const) {
    test(`playback: ${what} holds old lines of any kind`, () => {
      const { state, receive } = setUp();
      receive(`${me} JOIN #a`, ":srv 366 bird #a :End", ...before);
      for (const line of [
        ":joe!j@h PRIVMSG #a :!help",
        ":joe!j@h PRIVMSG bird :\x01VERSION\x01",
        ":joe!j@h TOPIC #a :old",
        ":op!o@h KICK #a bird :out",
        ":joe!j@h INVITE bird #b",
        `${me} NICK :other`,
        `${me} JOIN #c`,
      ]) {
        assert.deepEqual(receive(`@batch=${reference} ${line}`), [], line);
      }
      assert.deepEqual(state.channels(), [{ name: "#a", topic: "", announced: true }]);
      assert.equal(state.nick, "bird");
      receive(`BATCH -${reference}`);
      assert.equal(receive(`@batch=${reference} :joe!j@h PRIVMSG #a :hi`).length, 1);
    });
  }

  test("a server is not a user", () => {
    assert.deepEqual(setUp().receive("PRIVMSG #a :hi"), []);
  });

  test("no invalid line makes an event", () => {
    const word = fc.constantFrom("bird", "#a", ":", "", "\x01ACTION", ":bird!b@h", "@a=b", "joe");
    const command = fc.constantFrom(
      "JOIN",
      "PART",
      "KICK",
      "NICK",
      "TOPIC",
      "PRIVMSG",
      "001",
      "332",
      "366",
      "396",
      "BATCH",
    );
    fc.assert(
      fc.property(fc.array(word), command, fc.array(word), (before, name, after) => {
        setUp().receive([...before, name, ...after].join(" "));
      }),
    );
  });
});

suite("rules", () => {
  test("are read from 005, whatever it contains", () => {
    const { state } = setUp();
    const tokens =
      "CASEMAPPING=ascii CHANTYPES=#! STATUSMSG=@+ PREFIX=(Yov)!@+ CLIENTTAGDENY=*,-typing BOT=B WHOX TOPICLEN=307 NICKLEN=9 LINELEN=2048 NICKLEN FOO=BAR=BAZ -X";
    state.rules = rulesOf(["bird", ...tokens.split(" "), ":are supported"], state.rules);
    assert.deepEqual(state.rules, {
      caseMapping: "ascii",
      channelTypes: "#!",
      statusPrefixes: "@+",
      memberPrefixes: "!@+",
      deniedTags: ["*", "-typing"],
      botMode: "B",
      hasWhox: true,
      maxTopicBytes: 307,
      maxNickBytes: undefined,
      maxLineBytes: 2_046,
      channelLimits: [],
    });
    assert.ok(state.isChannel("!a"));
    assert.ok(state.isChannel("@#a"));
    assert.ok(!state.isChannel("&a"));
    assert.ok(!state.isChannel("@"));
    assert.ok(!state.isChannel(""));
    assert.ok(!state.isMe("bird["));
  });

  for (const [tokens, limits] of [
    ["CHANLIMIT=#:20", [["#", 20]]],
    [
      "CHANLIMIT=#&:20,!:5",
      [
        ["#&", 20],
        ["!", 5],
      ],
    ],
    ["CHANLIMIT=#:20,&:", [["#", 20]]],
    ["CHANLIMIT=#:x,:7,", [["", 7]]],
    ["MAXCHANNELS=30", [["", 30]]],
    ["MAXCHANNELS=30 CHANLIMIT=#:20", [["#", 20]]],
    ["CHANLIMIT=#:20 MAXCHANNELS=30", [["#", 20]]],
    ["CHANLIMIT=#:20 -CHANLIMIT", []],
  ] as const) {
    test(`how many channels: ${tokens}`, () => {
      const { state } = setUp();
      const { channelLimits } = rulesOf(["bird", ...tokens.split(" "), ":are"], state.rules);
      assert.deepEqual(
        channelLimits.map(({ prefixes, max }) => [prefixes, max]),
        limits,
      );
    });
  }

  test("a rule that is withdrawn is the usual one again", () => {
    const { state } = setUp();
    const tokens = "CASEMAPPING=ascii CHANTYPES=! STATUSMSG=@ NICKLEN=9 LINELEN=2048".split(" ");
    const changed = rulesOf(["bird", ...tokens, ":are"], state.rules);
    const names = tokens.map((token) => `-${token.split("=")[0]}`);
    assert.deepEqual(rulesOf(["bird", ...names, ":are"], changed), state.rules);
  });

  test("CASEMAPPING may change later: channels are found by the new one", () => {
    const { state, receive } = setUp();
    const change = (token: string) => {
      state.rules = rulesOf(["bird", token, ":are"], state.rules);
    };
    receive(`${me} JOIN #a[`, ":srv 366 bird #a[ :End");
    assert.equal(state.topicOf("#A{"), "");
    change("CASEMAPPING=ascii");
    assert.equal(state.topicOf("#A{"), undefined);
    assert.equal(state.topicOf("#A["), "");
    receive(":joe!j@h TOPIC #A[ :new");
    change("CASEMAPPING=rfc1459");
    assert.equal(state.topicOf("#A{"), "new");
    assert.deepEqual(receive(`${me} PART #a{`), [{ kind: "left", channel: "#a[", why: "part" }]);
  });

  test("CHANTYPES may change later, also while the bot is in a channel of an old type", () => {
    const { state, receive } = setUp();
    receive(`${me} JOIN &a`);
    state.rules = rulesOf(["bird", "CHANTYPES=#!", ":are"], state.rules);
    assert.deepEqual(
      ["!b", "&a", "&b"].map((name) => state.isChannel(name)),
      [true, true, false],
    );
  });

  test("nonsense changes nothing", () => {
    const { state } = setUp();
    const before = state.rules;
    const tokens = ["TOPICLEN=x", "CHANTYPES=", "constructor=1", "__proto__=1", "-"];
    assert.deepEqual(rulesOf(["bird", ...tokens, ":are"], before), before);
    assert.deepEqual(rulesOf([], before), before);
  });
});
