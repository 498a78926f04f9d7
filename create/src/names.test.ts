/** Names of projects, and what becomes of them in code. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { nameProblem, typeName, variableName } from "./names.ts";

test("a name is what a file, a token and a variable can all be called", () => {
  for (const name of ["dice", "word-game", "a1", "x-1-y"])
    assert.equal(nameProblem(name), undefined);
  for (const name of [
    "",
    "Dice",
    "-dice",
    "dice-",
    "a--b",
    "1st",
    "../up",
    "a b",
    "dïce",
    "x".repeat(41),
  ]) {
    assert.equal(typeof nameProblem(name), "string", name);
  }
  assert.match(nameProblem("help") ?? "", /comes with Seabird/);
  assert.match(nameProblem("class") ?? "", /word of the language/);
});

test("in code the hyphens go", () => {
  assert.equal(variableName("word-game-2"), "wordGame2");
  assert.equal(typeName("word-game"), "WordGame");
});
