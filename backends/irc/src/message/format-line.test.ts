import assert from "node:assert/strict";
import { suite, test } from "node:test";
import fc from "fast-check";
import { ircLineParser } from "irc-framework";
import { formatLine, LineRefused, lineProblem, withTags } from "./format-line.ts";

suite("formatLine", () => {
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
        const read = ircLineParser(line);
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
