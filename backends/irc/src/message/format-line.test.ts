import assert from "node:assert/strict";
import { suite, test } from "node:test";
import fc from "fast-check";
import { formatLine, LineRefused, type LineTags, lineProblem, withTags } from "./format-line.ts";
import { parseMessage } from "./irc-message.ts";

/**
 * The cases of the public suite ircdocs/parser-tests (msg-join; CC0), each with the forms that it
 * accepts. A client writes no source, so those of the suite are left out of the lines.
 */
const JOINED: readonly (readonly [
  command: string,
  params: readonly string[],
  tags: LineTags,
  accepted: readonly string[],
])[] = [
  ["foo", ["bar", "baz", "asdf"], {}, ["foo bar baz asdf", "foo bar baz :asdf"]],
  ["AWAY", [], {}, ["AWAY"]],
  ["AWAY", [""], {}, ["AWAY :"]],
  ["foo", ["bar", "baz", "asdf quux"], {}, ["foo bar baz :asdf quux"]],
  ["foo", ["bar", "baz", ""], {}, ["foo bar baz :"]],
  ["foo", ["bar", "baz", ":asdf"], {}, ["foo bar baz ::asdf"]],
  ["foo", ["bar", "baz", "  asdf quux "], {}, ["foo bar baz :  asdf quux "]],
  ["PRIVMSG", ["bar", "lol :) "], {}, ["PRIVMSG bar :lol :) "]],
  ["foo", ["bar", "baz", "  "], {}, ["foo bar baz :  "]],
  ["foo", ["b\tar", "baz"], {}, ["foo b\tar baz", "foo b\tar :baz"]],
  ["foo", ["bar", "baz", "  "], { asd: "" }, ["@asd foo bar baz :  "]],
  [
    "foo",
    [],
    { a: "b\\and\nk", d: "gh;764" },
    ["@a=b\\\\and\\nk;d=gh\\:764 foo", "@d=gh\\:764;a=b\\\\and\\nk foo"],
  ],
  [
    "foo",
    ["par1", "par2"],
    { a: "b\\and\nk", d: "gh;764" },
    ["@a=b\\\\and\\nk;d=gh\\:764 foo par1 par2", "@a=b\\\\and\\nk;d=gh\\:764 foo par1 :par2"],
  ],
  ["COMMAND", [], { foo: "\\\\;\\s \r\n" }, ["@foo=\\\\\\\\\\:\\\\s\\s\\r\\n COMMAND"]],
];

suite("formatLine", () => {
  for (const [command, params, tags, accepted] of JOINED) {
    test(`writes ${JSON.stringify(accepted[0])}`, () => {
      const line = formatLine(command, params, tags);
      assert.ok(accepted.includes(line), line);
    });
  }
  test("puts a colon before a last parameter that is not one word", () => {
    assert.equal(formatLine("NICK", ["bird"]), "NICK bird");
    assert.equal(formatLine("TOPIC", ["#a", ""]), "TOPIC #a :");
    assert.equal(formatLine("PRIVMSG", ["#a", ":)"]), "PRIVMSG #a ::)");
    assert.equal(formatLine("PRIVMSG", ["#a", " hi  you "]), "PRIVMSG #a : hi  you ");
    assert.equal(formatLine("PING"), "PING");
  });

  test("refuses what would be another line or other parameters", () => {
    for (const params of [
      ["#a\r\nQUIT", "x"],
      ["#a", "x\ny"],
      ["#a", "x\0"],
      ["#a #b", "x"],
      ["", "x"],
      [":#a", "x"],
    ]) {
      assert.throws(() => formatLine("PRIVMSG", params), LineRefused, JSON.stringify(params));
    }
    for (const command of ["", "PRIV MSG", ":srv", "@a", "A\n", "1"]) {
      assert.throws(() => formatLine(command, []), LineRefused, command);
    }
    assert.throws(() => formatLine("A", [], { "a b": "" }), LineRefused);
    assert.throws(() => formatLine("A", [], { "a=b": "" }), LineRefused);
  });

  test("what it writes is read as what was given", () => {
    const word = fc.stringMatching(/^[^\r\n\0 :][^\r\n\0 ]{0,20}$/u);
    const text = fc.string({ unit: "grapheme", maxLength: 50 });
    const one = text.filter((each) => !/[\r\n\0]/.test(each));
    const tags = fc.dictionary(fc.stringMatching(/^[a-z][a-z0-9-]{0,9}$/), text, { maxKeys: 4 });
    fc.assert(
      fc.property(fc.array(word, { maxLength: 5 }), one, tags, (words, last, given) => {
        const line = formatLine("PRIVMSG", [...words, last], given);
        if (lineProblem(line, 100_000) !== undefined) return;
        const read = parseMessage(line);
        assert.deepEqual(read.params, [...words, last]);
        assert.deepEqual({ ...read.tags }, { ...given });
      }),
    );
  });
});

suite("lineProblem", () => {
  test("is none for a line, with tags counted apart", () => {
    assert.equal(lineProblem("PING :x"), undefined);
    assert.equal(lineProblem(`PRIVMSG #a :${"x".repeat(498)}`), undefined);
    const tags = { label: "x".repeat(4_088) };
    assert.equal(lineProblem(withTags(`PRIVMSG #a :${"x".repeat(498)}`, tags)), undefined);
  });

  test("tells what is wrong, without the line", () => {
    const wrong: readonly (readonly [string, RegExp])[] = [
      ["PRIVMSG #a :x\nQUIT", /line break/],
      ["PRIVMSG #a :x\0", /NUL/],
      ["PRIVMSG #a :\ud800", /half a character/],
      ["", /no command/],
      [" PING", /no command/],
      ["@a=b", /no command/],
      [":srv PING", /no command/],
      [`PRIVMSG #a :${"é".repeat(250)}`, /^it is 512 bytes; this network allows 510$/],
      [withTags("PING x", { label: "x".repeat(4_090) }), /tags are 4098 bytes; at most 4096/],
    ];
    for (const [line, why] of wrong) {
      assert.match(lineProblem(line) ?? "", why);
      assert.ok(!(lineProblem(line) ?? "").includes("#a"));
    }
    assert.equal(lineProblem("PRIVMSG #a :hi", 13), "it is 14 bytes; this network allows 13");
  });
});
