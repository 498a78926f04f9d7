import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { envExample, helpText } from "./help.ts";
import { LIMIT_SETTINGS, SETTINGS, type Setting } from "./settings.ts";

test(".env.example lists every setting", () => {
  const file = readFileSync(new URL("../../.env.example", import.meta.url), "utf8");
  assert.equal(file, envExample(), "npm run gen writes it");
});

test("the help names every setting by flag and environment", () => {
  const help = helpText();
  for (const { env } of [...SETTINGS, ...LIMIT_SETTINGS] as readonly Setting[]) {
    for (const name of env) assert.ok(help.includes(name), name);
  }
  assert.match(help, /--bind-host HOST:PORT, SEABIRD_BIND_HOST, BIND_HOST/);
  assert.doesNotMatch(help, /--extra-tokens/);
});
