import assert from "node:assert/strict";
import { test } from "node:test";
import { parseTimeout } from "./timeout.ts";

const GOOD: readonly [string, number][] = [
  ["1H", 3_600_000],
  ["2M", 120_000],
  ["3S", 3_000],
  ["4m", 4],
  ["5000u", 5],
  ["6000000n", 6],
  ["99999999S", 99_999_999_000],
];

for (const [header, ms] of GOOD) {
  test(`${header} is ${ms} ms`, () => {
    assert.ok(Math.abs((parseTimeout(header) ?? 0) - ms) < 1e-6);
  });
}

test("no header is no limit", () => {
  assert.equal(parseTimeout(undefined), undefined);
});

for (const header of ["", "S", "5", "5s", "-5S", "1.5S", "123456789S", "5 S", "0x5S", "٣S"]) {
  test(`"${header}" is malformed`, () => {
    assert.throws(() => parseTimeout(header), { code: "bad_timeout" });
  });
}

for (const header of ["0S", "00n"]) {
  test(`"${header}" is over already`, () => {
    assert.throws(() => parseTimeout(header), { code: "request_timeout" });
  });
}
