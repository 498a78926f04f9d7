/** The parser, on the cases of the public suite ircdocs/parser-tests (msg-split, userhost-split; CC0). */
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { parseMessage } from "./irc-message.ts";

interface Atoms {
  readonly tags?: Readonly<Record<string, string>>;
  readonly source?: string;
  readonly verb: string;
  readonly params?: readonly string[];
}

const MESSAGES: readonly (readonly [line: string, atoms: Atoms])[] = [
  ["foo bar baz asdf", { verb: "foo", params: ["bar", "baz", "asdf"] }],
  [":coolguy foo bar baz asdf", { source: "coolguy", verb: "foo", params: ["bar", "baz", "asdf"] }],
  ["foo bar baz :asdf quux", { verb: "foo", params: ["bar", "baz", "asdf quux"] }],
  ["foo bar baz :", { verb: "foo", params: ["bar", "baz", ""] }],
  ["foo bar baz ::asdf", { verb: "foo", params: ["bar", "baz", ":asdf"] }],
  [
    ":coolguy foo bar baz :asdf quux",
    { source: "coolguy", verb: "foo", params: ["bar", "baz", "asdf quux"] },
  ],
  [
    ":coolguy foo bar baz :  asdf quux ",
    { source: "coolguy", verb: "foo", params: ["bar", "baz", "  asdf quux "] },
  ],
  [
    ":coolguy PRIVMSG bar :lol :) ",
    { source: "coolguy", verb: "PRIVMSG", params: ["bar", "lol :) "] },
  ],
  [":coolguy foo bar baz :", { source: "coolguy", verb: "foo", params: ["bar", "baz", ""] }],
  [":coolguy foo bar baz :  ", { source: "coolguy", verb: "foo", params: ["bar", "baz", "  "] }],
  ["@a=b;c=32;k;rt=ql7 foo", { tags: { a: "b", c: "32", k: "", rt: "ql7" }, verb: "foo" }],
  [
    "@a=b\\\\and\\nk;c=72\\s45;d=gh\\:764 foo",
    { tags: { a: "b\\and\nk", c: "72 45", d: "gh;764" }, verb: "foo" },
  ],
  [
    "@c;h=;a=b :quux ab cd",
    { tags: { c: "", h: "", a: "b" }, source: "quux", verb: "ab", params: ["cd"] },
  ],
  [":src JOIN #chan", { source: "src", verb: "JOIN", params: ["#chan"] }],
  [":src JOIN :#chan", { source: "src", verb: "JOIN", params: ["#chan"] }],
  [":src AWAY", { source: "src", verb: "AWAY" }],
  [":src AWAY ", { source: "src", verb: "AWAY" }],
  [":cool\tguy foo bar baz", { source: "cool\tguy", verb: "foo", params: ["bar", "baz"] }],
  [
    ":coolguy!ag@net\x035w\x03ork.admin PRIVMSG foo :bar baz",
    { source: "coolguy!ag@net\x035w\x03ork.admin", verb: "PRIVMSG", params: ["foo", "bar baz"] },
  ],
  [
    ":coolguy!~ag@n\x02et\x0305w\x0fork.admin PRIVMSG foo :bar baz",
    {
      source: "coolguy!~ag@n\x02et\x0305w\x0fork.admin",
      verb: "PRIVMSG",
      params: ["foo", "bar baz"],
    },
  ],
  [
    "@tag1=value1;tag2;vendor1/tag3=value2;vendor2/tag4= :irc.example.com COMMAND param1 param2 :param3 param3",
    {
      tags: { tag1: "value1", tag2: "", "vendor1/tag3": "value2", "vendor2/tag4": "" },
      source: "irc.example.com",
      verb: "COMMAND",
      params: ["param1", "param2", "param3 param3"],
    },
  ],
  [
    ":irc.example.com COMMAND param1 param2 :param3 param3",
    { source: "irc.example.com", verb: "COMMAND", params: ["param1", "param2", "param3 param3"] },
  ],
  [
    "@tag1=value1;tag2;vendor1/tag3=value2;vendor2/tag4 COMMAND param1 param2 :param3 param3",
    {
      tags: { tag1: "value1", tag2: "", "vendor1/tag3": "value2", "vendor2/tag4": "" },
      verb: "COMMAND",
      params: ["param1", "param2", "param3 param3"],
    },
  ],
  ["COMMAND", { verb: "COMMAND" }],
  ["@foo=\\\\\\\\\\:\\\\s\\s\\r\\n COMMAND", { tags: { foo: "\\\\;\\s \r\n" }, verb: "COMMAND" }],
  [
    ":gravel.mozilla.org 432  #momo :Erroneous Nickname: Illegal characters",
    {
      source: "gravel.mozilla.org",
      verb: "432",
      params: ["#momo", "Erroneous Nickname: Illegal characters"],
    },
  ],
  [
    ":gravel.mozilla.org MODE #tckk +n ",
    { source: "gravel.mozilla.org", verb: "MODE", params: ["#tckk", "+n"] },
  ],
  [
    ":services.esper.net MODE #foo-bar +o foobar  ",
    { source: "services.esper.net", verb: "MODE", params: ["#foo-bar", "+o", "foobar"] },
  ],
  ["@tag1=value\\\\ntest COMMAND", { tags: { tag1: "value\\ntest" }, verb: "COMMAND" }],
  ["@tag1=value\\1 COMMAND", { tags: { tag1: "value1" }, verb: "COMMAND" }],
  ["@tag1=value1\\ COMMAND", { tags: { tag1: "value1" }, verb: "COMMAND" }],
  [
    "@tag1=1;tag2=3;tag3=4;tag1=5 COMMAND",
    { tags: { tag1: "5", tag2: "3", tag3: "4" }, verb: "COMMAND" },
  ],
  [
    "@tag1=1;tag2=3;tag3=4;tag1=5;vendor/tag2=8 COMMAND",
    { tags: { tag1: "5", tag2: "3", tag3: "4", "vendor/tag2": "8" }, verb: "COMMAND" },
  ],
  [":SomeOp MODE #channel :+i", { source: "SomeOp", verb: "MODE", params: ["#channel", "+i"] }],
  [
    ":SomeOp MODE #channel +oo SomeUser :AnotherUser",
    { source: "SomeOp", verb: "MODE", params: ["#channel", "+oo", "SomeUser", "AnotherUser"] },
  ],
];

const SOURCES: readonly (readonly [source: string, nick: string, user: string, host: string])[] = [
  ["coolguy!ag@127.0.0.1", "coolguy", "ag", "127.0.0.1"],
  ["coolguy!~ag@localhost", "coolguy", "~ag", "localhost"],
  ["coolguy@127.0.0.1", "coolguy", "", "127.0.0.1"],
  ["coolguy!ag", "coolguy", "ag", ""],
  ["coolguy!ag@net\x035w\x03ork.admin", "coolguy", "ag", "net\x035w\x03ork.admin"],
  ["coolguy!~ag@n\x02et\x0305w\x0fork.admin", "coolguy", "~ag", "n\x02et\x0305w\x0fork.admin"],
  // Not of the suite: a bare name is a server's if it has a dot.
  ["coolguy", "coolguy", "", ""],
  ["irc.example.com", "", "", "irc.example.com"],
  ["a.b!c", "a.b", "c", ""],
];

suite("parseMessage", () => {
  for (const [line, { tags = {}, source = "", verb, params = [] }] of MESSAGES) {
    test(JSON.stringify(line), () => {
      const message = parseMessage(line);
      assert.deepEqual({ ...message.tags }, tags);
      assert.equal(message.source, source);
      assert.equal(message.command, verb.toUpperCase());
      assert.deepEqual(message.params, params);
    });
  }

  for (const [source, nick, user, host] of SOURCES) {
    test(`source ${JSON.stringify(source)}`, () => {
      const message = parseMessage(`:${source} AWAY`);
      assert.deepEqual([message.nick, message.user, message.host], [nick, user, host]);
    });
  }

  test("finds no command in a line without one", () => {
    for (const line of ["", "   ", "@a=b", ":srv", "@a=b :srv", "@", ":", "@ : "]) {
      assert.equal(parseMessage(line).command, "", line);
    }
  });

  test("knows tags only that the line has", () => {
    const { tags } = parseMessage("@__proto__=x;=y;;a=1=2 PING");
    assert.equal(tags["constructor"], undefined);
    assert.deepEqual(Object.entries(tags), [
      ["__proto__", "x"],
      ["a", "1=2"],
    ]);
  });
});
