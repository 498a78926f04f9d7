/** Formatting codes: found, applied, stripped. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import {
  applyCode,
  changeCodes,
  codeLength,
  PLAIN,
  type Style,
  scan,
  stripCodes,
  TOGGLES,
} from "./codes.ts";

const coded = fc.string({
  unit: fc.oneof(
    fc.constantFrom(
      "\x02",
      "\x1d",
      "\x1f",
      "\x1e",
      "\x11",
      "\x0f",
      "\x16",
      "\x03",
      "\x0304",
      "\x034,12",
      "\x04ff0000",
    ),
    fc.constantFrom("1", "23", ",", "a", "é", "🦀", " "),
  ),
});

describe("scan", () => {
  it("loses nothing", () => {
    fc.assert(
      fc.property(coded, (text) => {
        const pieces = [...scan(text)].map((piece) => piece.text + piece.code);
        assert.equal(pieces.join(""), text);
      }),
    );
  });

  it("finds the end of a colour", () => {
    assert.equal(codeLength("\x0304,05hi", 0), 6);
    assert.equal(codeLength("\x03,5", 0), 1);
    assert.equal(codeLength("\x031234", 0), 3);
    assert.equal(codeLength("\x04ff00aazz", 0), 7);
    assert.equal(codeLength("\x04red", 0), 1);
  });
});

describe("changeCodes", () => {
  const style = fc.subarray([...TOGGLES]).map((names): Style => new Set(names));

  it("changes any style into any other, whatever text follows", () => {
    fc.assert(
      fc.property(style, style, fc.constantFrom("", "1", ",4", "a"), (from, to, following) => {
        const codes = changeCodes(from, to);
        assert.deepEqual(follow(from, codes), new Set(to));
        assert.equal(stripCodes(codes + following), following);
      }),
    );
  });

  it("is empty between equal styles", () => {
    assert.equal(changeCodes(new Set(["bold"]), new Set(["bold"])), "");
    assert.equal(changeCodes(PLAIN, new Set(["bold"])), "\x02");
  });
});

function follow(from: Style, codes: string): Style {
  let style: Style = new Set(from);
  for (const { code } of scan(codes)) style = applyCode(style, code);
  return style;
}

describe("stripCodes", () => {
  it("leaves no control character but tabs", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        for (const char of stripCodes(text)) {
          assert.ok(char === "\t" || !/\p{Cc}/u.test(char), JSON.stringify(char));
        }
      }),
    );
  });

  it("strips C1 controls, which terminals interpret", () => {
    assert.equal(stripCodes("a\x9b31m\x85b"), "a31mb");
  });

  it("strips colours with their digits", () => {
    assert.equal(stripCodes("\x0304,01red\x03 \x02bold\x0f \x04ff0000hex\x01"), "red bold hex");
  });
});
