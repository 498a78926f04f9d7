/** Flags, environment, defaults, and what is refused. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { ConfigError, readConfig } from "./config.ts";

test("flags come before the environment, the environment before defaults", () => {
  assert.deepEqual(readConfig([], {}), {
    id: "local",
    user: "you",
    nick: "seabird",
    channel: "#terminal",
    commandPrefix: "!",
    waitForGo: false,
    leaveInTurn: false,
  });
  const env = { USER: "ann", SEABIRD_TERMINAL_NICK: "gull", SEABIRD_TERMINAL_CHANNEL: "" };
  const config = readConfig(["--nick", "tern", "--wait-for-go"], env);
  assert.equal(config?.user, "ann");
  assert.equal(config?.nick, "tern");
  assert.equal(config?.channel, "#terminal");
  assert.equal(config?.waitForGo, true);
  assert.equal(readConfig([], env)?.nick, "gull");
});

test("help is no configuration, and an odd login is no reason to fail", () => {
  assert.equal(readConfig(["--help"], {}), undefined);
  assert.equal(readConfig([], { USER: "two words" })?.user, "you");
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
  assert.throws(() => readConfig(["--what"], {}), ConfigError);
  assert.throws(() => readConfig(["extra"], {}), ConfigError);
});
