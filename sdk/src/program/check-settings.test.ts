/** Settings: one error with all that is wrong, and what their schema tells. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { z } from "zod";
import { checkSettings, liveKeys, toJsonSchema } from "./check-settings.ts";
import { live, SettingsError, secret } from "./settings.ts";

const schema = z.object({
  nick: z.string(),
  password: secret().optional(),
  channels: live(z.array(z.string())).default([]),
  sasl: z.object({ account: z.string() }).optional(),
});

test("defaults are filled in, and every problem has its path", async () => {
  assert.deepEqual(await checkSettings("irc/a", schema, { nick: "x" }), {
    nick: "x",
    channels: [],
  });
  await assert.rejects(checkSettings("irc/a", schema, { sasl: {}, channels: [1] }), (error) => {
    assert.ok(error instanceof SettingsError);
    assert.equal(error.code, "bad_option");
    const paths = error.problems.map(({ path }) => path).sort();
    assert.deepEqual(paths, ["channels.0", "nick", "sasl.account"]);
    assert.match(error.message, /^settings of irc\/a: .*nick: .*; /);
    return true;
  });
  await assert.rejects(checkSettings("x", schema, undefined), /nick/);
});

test("secrets and live settings are told in JSON Schema, defaults are optional", () => {
  const json = toJsonSchema(schema);
  const properties = json?.["properties"] as Record<string, Record<string, unknown>>;
  assert.equal(properties["password"]?.["writeOnly"], true);
  assert.equal(properties["nick"]?.["writeOnly"], undefined);
  assert.deepEqual(json?.["required"], ["nick"]);
  assert.deepEqual(liveKeys(json), ["channels"]);
});

test("a schema that cannot be told as JSON is null, and so is none", () => {
  assert.equal(toJsonSchema(undefined), null);
  assert.equal(toJsonSchema(z.object({ when: z.date() })), null);
  assert.equal(
    toJsonSchema({
      "~standard": { version: 1, vendor: "own", validate: (value) => ({ value }) },
    }),
    null,
  );
  assert.deepEqual(liveKeys(null), []);
});
