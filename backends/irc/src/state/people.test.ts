/** Who is in the channels, from the server's lines, and what TAGMSG and REDACT say. */
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { parseMessage } from "../message/irc-message.ts";
import { IrcState } from "./irc-state.ts";
import { rulesOf } from "./network-rules.ts";
import { MAX_MEMBERSHIPS, MAX_USERS } from "./users.ts";

function setUp(...caps: readonly string[]) {
  const state = new IrcState("bird");
  state.caps = new Set(caps);
  const receive = (...lines: string[]) =>
    lines.flatMap((line) => state.receive(parseMessage(line)));
  const names = (channel: string) => state.membersOf(channel)?.people.map(({ nick }) => nick);
  receive(":bird!b@h JOIN #a bird :Bird");
  return { state, receive, names };
}

suite("NAMES", () => {
  test("nicks without the signs of their ranks, or their masks; complete at the end", () => {
    const { state, receive, names } = setUp();
    state.rules = rulesOf(["bird", "PREFIX=(Yqov)!~@+", "x"], state.rules);
    receive(":srv 353 bird = #A :!~@Ann +Bob!b@h bird", ":srv 353 bird = #a :joe");
    assert.equal(state.membersOf("#a")?.isComplete, false);
    receive(":srv 366 bird #a :End");
    assert.equal(state.membersOf("#A")?.isComplete, true);
    assert.deepEqual(names("#a"), ["Ann", "Bob", "bird", "joe"]);
    assert.equal(state.nickOf("ANN"), "Ann");
    state.rules = rulesOf(["bird", "STATUSMSG=@+", "x"], state.rules);
    assert.equal(state.membersOf("@#a")?.people.length, 4);
  });

  test("of channels that the bot is not in do not count", () => {
    const { state, receive } = setUp();
    receive(":srv 353 bird = #b :ann", ":srv 366 bird #b :End");
    assert.equal(state.membersOf("#b"), undefined);
    assert.equal(state.nickOf("ann"), undefined);
  });

  test("of more people than are tracked are not complete", () => {
    const { state, receive } = setUp();
    for (let at = 0; at <= MAX_USERS; at++) receive(`:srv 353 bird = #a :n${at}`);
    receive(":srv 366 bird #a :End");
    const members = state.membersOf("#a");
    assert.equal(members?.people.length, MAX_USERS);
    assert.equal(members?.isComplete, false);
  });

  test("in more channels than are tracked, or of names that are too long, are not complete", () => {
    const { state, receive } = setUp();
    const perChannel = MAX_USERS / 2;
    const channels = MAX_MEMBERSHIPS / perChannel + 1;
    const nicks = Array.from({ length: perChannel }, (_, at) => `n${at}`).join(" ");
    for (let at = 0; at < channels; at++) {
      receive(`:bird!b@h JOIN #b${at}`, `:srv 353 bird = #b${at} :${nicks}`);
      receive(`:srv 366 bird #b${at} :End`);
    }
    assert.equal(state.membersOf("#b0")?.people.length, perChannel);
    assert.deepEqual(state.membersOf(`#b${channels - 1}`), { people: [], isComplete: false });
    const long = setUp();
    long.receive(`:srv 353 bird = #a :${"x".repeat(201)} joe`, ":srv 366 bird #a :End");
    assert.deepEqual(long.names("#a"), ["joe"]);
    assert.equal(long.state.membersOf("#a")?.isComplete, false);
    long.receive(`:joe!j@h NICK :${"x".repeat(201)}`);
    assert.deepEqual(long.names("#a"), []);
    const renamed = setUp();
    renamed.receive(":srv 353 bird = #a :ann joe", ":srv 366 bird #a :End");
    renamed.receive(`:joe!j@h NICK :${"x".repeat(201)}`);
    assert.deepEqual(renamed.names("#a"), ["ann"]);
    assert.equal(renamed.state.membersOf("#a")?.isComplete, false);
  });

  test("are asked for anew in a channel that the bot comes back to", () => {
    const { state, receive, names } = setUp();
    receive(":srv 353 bird = #a :ann", ":srv 366 bird #a :End", ":bird!b@h PART #a");
    assert.equal(state.membersOf("#a"), undefined);
    receive(":bird!b@h JOIN #a");
    assert.deepEqual(names("#a"), []);
    assert.equal(state.membersOf("#a")?.isComplete, false);
  });
});

suite("events of people", () => {
  const ann = { nick: "Ann" };
  const joined = { kind: "member", change: "joined", channel: "#a", person: ann, reason: "" };
  const rows: readonly [what: string, lines: readonly string[], events: readonly object[]][] = [
    ["JOIN", [":Ann!a@h JOIN #A"], [joined]],
    ["a second JOIN", [":Ann!a@h JOIN #a", ":ann!a@h JOIN #a"], [joined]],
    ["JOIN of somebody whom NAMES had", [":srv 353 bird = #a :Ann", ":Ann!a@h JOIN #a"], []],
    ["JOIN elsewhere", [":Ann!a@h JOIN #b"], []],
    [
      "JOIN of a bot that is logged in",
      ["@bot :Ann!a@h JOIN #a anna :Ann"],
      [{ ...joined, person: { nick: "Ann", account: "anna", isBot: true } }],
    ],
    [
      "PART",
      [":Ann!a@h PART #a :\x0304bye"],
      [{ kind: "member", channel: "#a", person: ann, change: "left", reason: "bye" }],
    ],
    [
      "KICK",
      [":Op!o@h KICK #a Ann :out"],
      [
        {
          ...{ kind: "member", channel: "#a", person: ann, change: "removed" },
          ...{ by: { nick: "Op" }, reason: "out" },
        },
      ],
    ],
    [
      "KICK by a server",
      [":irc.example.org KICK #a Ann"],
      [
        {
          ...{ kind: "member", channel: "#a", person: ann, change: "removed" },
          ...{ by: undefined, reason: "" },
        },
      ],
    ],
    ["KICK and PART elsewhere", [":Op!o@h KICK #b Ann", ":Ann!a@h PART #b"], []],
    ["QUIT of a stranger", [":Ann!a@h QUIT :bye"], []],
    ["NICK of a stranger", [":Ann!a@h NICK Bob"], []],
    [
      "NICK",
      [":srv 353 bird = #a :Ann", ":Ann!a@h NICK :Bob"],
      [{ kind: "person", before: ann, person: { nick: "Bob" } }],
    ],
    [
      "the bot's own NICK",
      [":srv 353 bird = #a :bird", ":bird!b@h NICK :duck"],
      [
        { kind: "person", before: { nick: "bird" }, person: { nick: "duck" } },
        { kind: "nick", nick: "duck" },
      ],
    ],
    [
      "ACCOUNT, once",
      [":srv 353 bird = #a :Ann", ":Ann!a@h ACCOUNT anna", ":Ann!a@h ACCOUNT anna"],
      [{ kind: "person", before: ann, person: { nick: "Ann", account: "anna" } }],
    ],
    [
      "ACCOUNT that a message has shown before, and the end of it",
      [
        ":srv 353 bird = #a :Ann",
        "@account=anna;+x=y :Ann!a@h TAGMSG #a",
        "@account=anna :Ann!a@h ACCOUNT anna",
        "@account=anna :Ann!a@h NICK Ann_",
        "@account=anna :Ann_!a@h ACCOUNT *",
      ],
      [
        {
          ...{ kind: "person", before: { ...ann, account: "anna" } },
          person: { nick: "Ann_", account: "anna" },
        },
        {
          ...{ kind: "person", before: { nick: "Ann_", account: "anna" } },
          person: { nick: "Ann_" },
        },
      ],
    ],
    ["old lines", ["BATCH +1 chathistory", "@batch=1 :Ann!a@h JOIN #a"], []],
  ];
  for (const [what, lines, events] of rows) {
    test(what, () => {
      const { receive } = setUp("extended-join", "account-notify", "account-tag");
      assert.deepEqual(receive(...lines), events);
    });
  }

  test("what WHO answers is known of those who were there before", () => {
    const { state, receive } = setUp("extended-join", "account-notify");
    state.rules = rulesOf(["bird", "BOT=B", "WHOX", "x"], state.rules);
    receive(":srv 353 bird = #a :ann bob cid dan", ":srv 366 bird #a :End");
    const answers = [
      ["152 ann H@B anna", { nick: "ann", account: "anna", isBot: true }],
      ["152 bob B 0", { nick: "bob" }],
      ["7 cid HB else", { nick: "cid" }],
      ["152 dan", { nick: "dan" }],
      ["152 eve HB eva", undefined],
      ["", undefined],
    ] as const;
    for (const [words] of answers) assert.deepEqual(receive(`:srv 354 bird ${words}`), []);
    const people = answers.flatMap(([, person]) => (person === undefined ? [] : [person]));
    assert.deepEqual(state.membersOf("#a")?.people, people);
    const without = setUp("extended-join");
    without.receive(":srv 353 bird = #a :ann", ":srv 354 bird 152 ann HB anna");
    assert.deepEqual(without.state.membersOf("#a")?.people, [{ nick: "ann" }]);
  });

  test("QUIT is one for each shared channel", () => {
    const { receive, names } = setUp();
    receive(":bird!b@h JOIN #b", ":bird!b@h JOIN #c", ":Ann!a@h JOIN #a", ":Ann!a@h JOIN #B");
    const gone = { kind: "member", change: "left", person: ann, reason: "bye" };
    assert.deepEqual(receive(":ann!a@h QUIT :bye"), [
      { ...gone, channel: "#a" },
      { ...gone, channel: "#b" },
    ]);
    assert.deepEqual(names("#a"), []);
  });

  test("a lost connection forgets everybody", () => {
    const { state, receive, names } = setUp();
    receive(":srv 353 bird = #a :ann", ":srv 366 bird #a :End");
    state.leaveAll();
    receive(":bird!b@h JOIN #a");
    assert.deepEqual(names("#a"), []);
  });
});

suite("TAGMSG and REDACT", () => {
  const origin = { mask: "Ann!a@h", account: undefined, msgid: undefined, time: undefined };
  const from = { target: "#a", nick: "Ann", origin };
  const answering = { ...from, origin: { ...origin, replyTo: "m1" } };
  const reaction = { kind: "reaction", ...answering, messageId: "m1", emoji: "👍", removed: false };
  const rows: readonly [line: string, events: readonly object[]][] = [
    ["@+draft/react=👍;+draft/reply=m1 :Ann!a@h TAGMSG #A", [reaction]],
    ["@+react=👍;+reply=m1 :Ann!a@h TAGMSG #a", [reaction]],
    ["@+draft/unreact=👍;+draft/reply=m1 :Ann!a@h TAGMSG #a", [{ ...reaction, removed: true }]],
    ["@+draft/react=👍 :Ann!a@h TAGMSG #a", []],
    ["@+draft/react=;+draft/reply=m1 :Ann!a@h TAGMSG #a", []],
    ["@+draft/react=👍;+draft/reply=m1 :bird!b@h TAGMSG #a", []],
    ["@+draft/react=👍;+draft/reply=m1 :irc.example.org TAGMSG #a", []],
    ["@+typing=active :Ann!a@h TAGMSG #a", [{ kind: "typing", ...from, isActive: true }]],
    ["@+typing=paused :Ann!a@h TAGMSG #a", [{ kind: "typing", ...from, isActive: false }]],
    ["@+typing=done :Ann!a@h TAGMSG #a", [{ kind: "typing", ...from, isActive: false }]],
    ["@+typing=x :Ann!a@h TAGMSG #a", []],
    ["@+typing :Ann!a@h TAGMSG", []],
    [
      ":Ann!a@h REDACT #a m1 :\x02spam",
      [{ kind: "redacted", ...from, messageId: "m1", reason: "spam" }],
    ],
    [":Ann!a@h REDACT #a", []],
    [":bird!b@h REDACT #a m1", []],
    [
      "@msgid=m2 :bird!b@h PRIVMSG #A :hi",
      [{ kind: "echo", target: "#a", text: "hi", msgid: "m2" }],
    ],
    [
      "@msgid=m2 :bird!b@h NOTICE #a :hi",
      [{ kind: "echo", target: "#a", text: "hi", msgid: "m2" }],
    ],
    [":bird!b@h PRIVMSG #a :hi", []],
    ["@msgid=m2 :Ann!a@h NOTICE #a :hi", []],
  ];
  for (const [line, events] of rows) {
    test(line, () =>
      assert.deepEqual(
        setUp()
          .receive(line)
          .filter(({ kind }) => kind !== "joined"),
        events,
      ),
    );
  }
});
