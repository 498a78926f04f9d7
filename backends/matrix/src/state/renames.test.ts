/** A new name in several rooms is told once. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Renames } from "./renames.ts";

const change = (id: string, before: string | undefined, after: string | undefined) => ({
  before: { id, displayName: before },
  user: { id, displayName: after },
});

test("a new name is told once, however many rooms report it", () => {
  const renames = new Renames();
  const steps: readonly [
    id: string,
    from: string | undefined,
    to: string | undefined,
    isNew: boolean,
  ][] = [
    ["@ann:a.example", "Ann", "Anna", true],
    ["@ann:a.example", "Ann", "Anna", false],
    ["@bob:a.example", "Ann", "Anna", true],
    ["@ann:a.example", "Anna", "Ann", true],
    ["@ann:a.example", "Ann", "Anna", true],
    ["@ann:a.example", "Anna", undefined, true],
    ["@ann:a.example", "Anna", undefined, false],
  ];
  for (const [id, from, to, isNew] of steps) {
    assert.equal(renames.isNew(change(id, from, to)), isNew, `${id} ${from} ${to}`);
  }
});

test("only a thousand people are remembered", () => {
  const renames = new Renames();
  const ann = change("@ann:a.example", "Ann", "Anna");
  assert.ok(renames.isNew(ann));
  for (let n = 0; n < 1_000; n++) renames.isNew(change(`@u${n}:a.example`, "a", "b"));
  assert.ok(renames.isNew(ann));
});
