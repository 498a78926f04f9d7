import assert from "node:assert/strict";
import { test } from "node:test";
import { SeabirdError } from "../link/errors.ts";
import { checkTypePatterns, contentTypeOf, isAllowedType } from "./content-types.ts";

const HEADERS: readonly (readonly [header: string | null, type: string])[] = [
  [null, "application/octet-stream"],
  ["", "application/octet-stream"],
  ["image/png", "image/png"],
  ["IMAGE/PNG; charset=utf-8", "image/png"],
  ["png", "application/octet-stream"],
  [`image/${"p".repeat(249)}`, `image/${"p".repeat(249)}`],
  [`image/${"p".repeat(250)}`, "application/octet-stream"],
  ["image/png, text/html", "application/octet-stream"],
];

test("the type is what the header says, and unknown if it says nothing", () => {
  for (const [header, type] of HEADERS) assert.equal(contentTypeOf(header), type, String(header));
});

test("patterns allow a type, its group, or all", () => {
  assert.ok(isAllowedType("image/png", ["text/plain", "image/png"]));
  assert.ok(isAllowedType("image/png", ["Image/*"]));
  assert.ok(isAllowedType("image/png", ["*/*"]));
  assert.ok(!isAllowedType("image/png", ["image/p", "imag/*", "text/*"]));
  assert.ok(!isAllowedType("image/png", []));
});

test("a pattern that is none is named", () => {
  assert.throws(() => checkTypePatterns([]), SeabirdError);
  checkTypePatterns(["image/svg+xml", "image/*", "*/*"]);
  for (const wrong of ["png", "*", "*/png", "image/", "image/png; q=1", "image/*/x"]) {
    assert.throws(() => checkTypePatterns([wrong]), SeabirdError, wrong);
  }
});
