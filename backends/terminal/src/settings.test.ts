/** Flags, environment, defaults, and what is refused. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { login, readConfig, settings } from "./settings.ts";

test("flags come before the environment, the environment before defaults", () => {
  assert.deepEqual(readConfig([], {}), { id: undefined, settings: {} });
  const { user, ...defaults } = settings.parse({});
  assert.deepEqual(defaults, { nick: "seabird", channel: "#terminal", command_prefix: "!" });
  assert.equal(user, login(process.env) ?? "you");
  const env = { SEABIRD_TERMINAL_NICK: "gull", SEABIRD_TERMINAL_CHANNEL: "" };
  const config = readConfig(["--nick", "tern", "--command-prefix=?"], env);
  assert.deepEqual(config.settings, { nick: "tern", command_prefix: "?" });
  assert.deepEqual(readConfig([], env).settings, { nick: "gull" });
  assert.equal(readConfig([], { SEABIRD_TERMINAL_ID: "a" }).id, "a");
});

test("an odd login is no reason to fail", () => {
  assert.equal(login({ USER: "two words" }), undefined);
  assert.equal(login({ USER: "", LOGNAME: "ann" }), "ann");
});

test("what cannot be is refused with its name", () => {
  assert.throws(
    () => readConfig(["--nick", "two words"], {}),
    /--nick is "two words"; it has to be/,
  );
  assert.throws(
    () => readConfig([], { SEABIRD_TERMINAL_ID: "\x1b" }),
    /--id is "\\u001b"; it has to be/,
  );
  assert.throws(() => readConfig(["--what"], {}), { code: "bad_option" });
  assert.throws(() => readConfig(["extra"], {}), { code: "bad_option" });
  assert.equal(settings.safeParse({ nick: "two words" }).success, false);
});
