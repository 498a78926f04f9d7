/** What `config show` shows of a value that is a secret in part. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { originRows } from "./origin-rows.ts";

test("what follows a sign that the schema names is masked", () => {
  const entry = { type: "string", "x-mask-after": " " };
  const schema = {
    type: "object",
    properties: { channels: { type: "array", items: { anyOf: [entry, { type: "object" }] } } },
  };
  const value = { channels: ["#one", "#two sesame open", ""] };
  const rows = originRows(value, { spots: new Map() } as never, { path: [], schema });
  assert.deepEqual(
    rows.map((row) => row.value),
    ['"#one"', '"#two ********"', '""'],
  );
});

test("a password in an address is masked", () => {
  const schema = { type: "object", properties: { host: { type: "string" } } };
  const value = { host: "net://me:sesame@chat.example.org" };
  const [row] = originRows(value, { spots: new Map() } as never, { path: [], schema });
  assert.equal(row?.value, '"net://***@chat.example.org"');
});
