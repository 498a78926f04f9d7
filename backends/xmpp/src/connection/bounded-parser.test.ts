/** What a server sends is read within bounds, in whatever pieces it comes, and nothing is thrown. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { BoundedParser, MAX_DEPTH, MAX_ELEMENTS, MAX_STANZA_CHARACTERS } from "./bounded-parser.ts";

const START =
  '<stream:stream xmlns="jabber:client" xmlns:stream="http://etherx.jabber.org/streams">';

/** The stanzas of a stream that comes in these pieces, and the first error. */
function read(...pieces: readonly string[]): { stanzas: string[]; problem: string | undefined } {
  const parser = new BoundedParser();
  const stanzas: string[] = [];
  let problem: string | undefined;
  parser.on("element", (element) => stanzas.push(String(element)));
  parser.on("error", (reason: Error) => {
    problem ??= reason.message;
  });
  parser.write(START);
  for (const piece of pieces) {
    // A stream that has failed is closed.
    if (problem === undefined) parser.write(piece);
  }
  return { stanzas, problem };
}

function cut(text: string, at: readonly number[]): string[] {
  const starts = [0, ...at.map((each) => each % (text.length + 1)).sort((one, two) => one - two)];
  return starts.map((start, index) => text.slice(start, starts[index + 1] ?? text.length));
}

describe("BoundedParser", () => {
  it("reads the same stanzas in whatever pieces they come", () => {
    const text =
      `<message id='1' from="a&amp;b"><body>x &lt; y &#x1F980;&lt;z&gt;</body></message>\n` +
      `<presence/> <iq type="result"><a:b xmlns:a="n"/></iq>`;
    // No CDATA, since servers write entities: the library loses the text behind it.
    const whole = read(text);
    assert.equal(whole.stanzas.length, 3);
    assert.match(whole.stanzas[0] ?? "", /x &lt; y 🦀&lt;z&gt;/u);
    fc.assert(
      fc.property(fc.array(fc.nat(), { maxLength: 12 }), (at) => {
        assert.deepEqual(read(...cut(text, at)), whole);
      }),
    );
  });

  it("throws for nothing", () => {
    const parts = fc.constantFrom(
      ...[
        "<",
        ">",
        "/",
        "=",
        "'",
        '"',
        "&",
        ";",
        "&#0;",
        "&#xD800;",
        "&x;",
        "<!",
        "--",
        "]]>",
        "?>",
      ],
      ...["<a>", "</a>", "</b>", "</stream:stream>", "<![CDATA[", " xmlns='n'", "<a:b/>", "a", " "],
      ...["\u0000", "\ud800", "<!DOCTYPE x [<!ENTITY y 'z'>]>", "&y;", "<?xml version='1.0'?>"],
    );
    const text = fc.oneof(
      fc.array(parts).map((all) => all.join("")),
      fc.string({ unit: "binary" }),
    );
    fc.assert(
      fc.property(text, fc.array(fc.nat(), { maxLength: 3 }), (sent, at) => {
        read(...cut(sent, at));
      }),
      { numRuns: 1_000 },
    );
  });

  for (const [name, text] of [
    ["an entity of its own", "<message><body>&lol;</body></message>"],
    [
      "entities that grow",
      `<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]]><message><body>&b;</body></message>`,
    ],
    ["a file", `<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]]><message>&f;</message>`],
    ["a document type alone", "<!DOCTYPE a><message/>"],
    ["a comment", "<message><!-- > --><body>x</body></message>"],
    ["a character that XML lacks", "<message><body>&#0;</body></message>"],
    ["elements that cross", "<message><body></message></body>"],
  ] as const) {
    it(`refuses ${name}`, () => {
      const { stanzas, problem } = read(text);
      assert.deepEqual(stanzas, []);
      assert.ok(problem);
    });
  }

  it("refuses a document type in whatever pieces it comes, unless it is text", () => {
    const text = "<message><body><![CDATA[<!DOCTYPE]]]]><![CDATA[<!-- -->]]></body></message>";
    fc.assert(
      fc.property(fc.array(fc.nat(), { maxLength: 12 }), (at) => {
        assert.equal(read(...cut(text, at)).problem, undefined);
        assert.match(read(...cut(`${text}<!DOCTYPE a>`, at)).problem ?? "", /document type/);
      }),
    );
  });

  it("ends a stanza that does not end", () => {
    const piece = "x".repeat(65_536);
    const pieces = Array.from({ length: MAX_STANZA_CHARACTERS / piece.length + 1 }, () => piece);
    for (const start of ["<message><body>", "<message id='", "<message ", "<![CDATA[", "<"]) {
      const { stanzas, problem } = read(start, ...pieces);
      assert.deepEqual(stanzas, []);
      assert.match(problem ?? "", /more than 1048576 characters/);
    }
  });

  it("takes any number of stanzas, however long they are together", () => {
    const stanza = `<message><body>${"x".repeat(60_000)}</body></message>`;
    const count = Math.ceil(MAX_STANZA_CHARACTERS / stanza.length) * 2;
    const { stanzas, problem } = read(...Array.from({ length: count }, () => stanza));
    assert.deepEqual([stanzas.length, problem], [count, undefined]);
  });

  it("leaves out what is nested too deep, and the stanza behind it is whole", () => {
    const deep = `<message>${"<a>".repeat(10_000)}x${"</a>".repeat(10_000)}<body>hi</body></message>`;
    const { stanzas, problem } = read(deep, "<presence/>");
    assert.equal(problem, undefined);
    assert.equal(stanzas[0]?.split("<a").length, MAX_DEPTH);
    assert.match(stanzas[0] ?? "", /<body>hi<\/body><\/message>$/);
    assert.equal(stanzas[1], "<presence/>");
  });

  it("leaves out elements beyond a number, and counts anew for the next stanza", () => {
    const wide = `<message>${"<a/>".repeat(MAX_ELEMENTS * 2)}</message>`;
    const { stanzas, problem } = read(wide, "<message><body>hi</body></message>");
    assert.equal(problem, undefined);
    // The stream and the stanza count, too.
    assert.equal(stanzas[0]?.split("<a").length, MAX_ELEMENTS - 1);
    assert.equal(stanzas[1], "<message><body>hi</body></message>");
  });
});
