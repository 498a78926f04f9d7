/** Runs: written, parsed and sliced. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { type Style, TOGGLES } from "./codes.ts";
import { addRun, parseRuns, plainRuns, type Run, sliceRuns, writeRuns } from "./runs.ts";

const runs = fc.array(
  fc.record({
    text: fc.stringMatching(/^[a-z0-9, é🦀]{1,8}$/u),
    style: fc.subarray([...TOGGLES]).map((names): Style => new Set(names)),
  }),
  { maxLength: 8 },
);

describe("writeRuns and parseRuns", () => {
  it("are inverse, except that neighbours of one style are merged", () => {
    fc.assert(
      fc.property(runs, (given) => {
        assert.deepEqual(parseRuns(writeRuns(given)), merged(given));
      }),
    );
  });

  it("drop colours, reverse and stray codes, and keep the text", () => {
    const line = "\x0304,12red\x03 \x02bold\x16rev\x0f \x04ff0000hex \x01\x07end";
    assert.equal(plainRuns(parseRuns(line)), "red boldrev hex end");
  });
});

describe("sliceRuns", () => {
  it("slices the text, each piece in its style", () => {
    fc.assert(
      fc.property(runs, fc.nat(20), fc.nat(20), (given, start, length) => {
        const end = start + length;
        const span = { start, end };
        const [part = []] = sliceRuns(given, [span]);
        assert.equal(plainRuns(part), plainRuns(given).slice(start, end));
        const all = sliceRuns(given, [{ start: 0, end: start }, span, { start: end, end: 1e6 }]);
        assert.deepEqual(all[1], part);
        assert.deepEqual(merged(all.flat()), merged(given));
      }),
    );
  });
});

function merged(given: readonly Run[]): Run[] {
  const result: Run[] = [];
  for (const run of given) addRun(result, run);
  return result.map(({ text, style }) => ({ text, style: new Set(style) }));
}
