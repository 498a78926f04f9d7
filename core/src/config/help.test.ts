import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { AUTH_LIMITS } from "../auth/limits.ts";
import { BROKER_LIMITS } from "../broker/limits.ts";
import { MEDIA_LIMITS } from "../media/limits.ts";
import { TRANSPORT_LIMITS } from "../transport/limits.ts";
import { envExample, helpText } from "./help.ts";
import { LIMIT_SETTINGS } from "./limit-settings.ts";
import { ALL_SETTINGS } from "./settings.ts";

const read = (path: string) => readFileSync(new URL(`../../../${path}`, import.meta.url), "utf8");

test(".env.example is made from the settings", () => {
  assert.ok(read(".env.example").startsWith(envExample()), "npm run gen writes it");
});

test("the help names every setting by flag and environment", () => {
  const help = helpText();
  for (const { env } of ALL_SETTINGS) for (const name of env) assert.ok(help.includes(name), name);
  assert.match(help, /--bind-host HOST:PORT, SEABIRD_BIND_HOST, BIND_HOST/);
  assert.doesNotMatch(help, /--extra-tokens/);
});

test("every limit has its unit, and what it bounds, and what happens at it", () => {
  for (const { what, policy, unit } of LIMIT_SETTINGS) assert.ok(what && policy && unit);
});

test("the constants in docs/limits.md are those of the code", () => {
  const constants: Record<string, number> = {
    ...BROKER_LIMITS,
    ...TRANSPORT_LIMITS,
    ...AUTH_LIMITS,
    ...MEDIA_LIMITS,
  };
  const rows = [...read("docs/limits.md").matchAll(/^\| `(\w+)` \| ([\d,]+) \|/gm)];
  assert.ok(rows.length > 10);
  for (const [, name = "", value] of rows) {
    assert.equal(value, constants[name]?.toLocaleString("en"), name);
  }
});
