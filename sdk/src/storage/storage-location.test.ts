/** The url of a plugin's storage. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { locationOf, schemaOf } from "./storage-location.ts";

test("the default, a path, memory, PostgreSQL", () => {
  const sqlite = (file: string) => ({ kind: "sqlite", file });
  assert.deepEqual(locationOf("notes", undefined), sqlite(".seabird/data/notes.db"));
  assert.deepEqual(locationOf("notes", "./a b.db"), sqlite("./a b.db"));
  assert.deepEqual(locationOf("notes", "/nowhere/at/all/"), sqlite("/nowhere/at/all/notes.db"));
  assert.deepEqual(locationOf("notes", ":memory:"), sqlite(":memory:"));
  for (const url of ["postgres://host/db", "POSTGRESQL://host/db", "postgres:///db?host=/tmp"]) {
    assert.deepEqual(locationOf("notes", url), { kind: "postgres", url, schema: "seabird_notes" });
  }
});

test("schemas of long names are short and distinct", () => {
  const names = ["a".repeat(55), "a".repeat(56), `${"a".repeat(63)}b`, "a".repeat(64)];
  const schemas = names.map(schemaOf);
  assert.equal(new Set(schemas).size, names.length);
  for (const schema of schemas) assert.ok(schema.length <= 63, schema);
});
