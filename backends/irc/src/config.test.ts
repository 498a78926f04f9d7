/** Configuration: flags, environment, files; and one clear line for what is wrong. */
import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite, test } from "node:test";
import { readConfig } from "./config.ts";
import { ConfigError } from "./settings/config-error.ts";
import { usage } from "./settings/environment.ts";

const env = { IRC_HOST: "irc://irc.example.org", IRC_NICK: "bird", SEABIRD_TOKEN: "secret" };

function wrong(args: readonly string[], more: Record<string, string | undefined>, pattern: RegExp) {
  assert.throws(
    () => readConfig(args, { ...env, ...more }),
    (error: unknown) => {
      assert.ok(error instanceof ConfigError);
      assert.match(error.message, pattern);
      assert.doesNotMatch(error.message, /\n/);
      return true;
    },
  );
}

suite("configuration", () => {
  test("the existing names, with their defaults", () => {
    const config = readConfig([], env);
    assert.equal(config.id, undefined);
    assert.deepEqual(config.settings, { host: env.IRC_HOST, nick: "bird" });
    assert.equal(config.url, "http://127.0.0.1:11235");
    assert.equal(config.token, "secret");
    assert.equal(config.irc.user, "bird");
    assert.equal(config.irc.realName, "bird");
    assert.equal(config.irc.answerWithinMs, 10_000);
    assert.deepEqual(config.irc.channels, []);
    assert.equal(config.logLevel, undefined);
    assert.equal(readConfig([], { ...env, IRC_DEBUG: "true" }).logLevel, "debug");
  });

  test("flags before environment", () => {
    const config = readConfig(["--nick", "gull", "--burst-lines", "3"], {
      ...env,
      IRC_BURST_LINES: "5",
    });
    assert.equal(config.irc.nick, "gull");
    assert.equal(config.irc.burstLines, 3);
  });

  test("the former name of the nick check", () => {
    const checked = (more: Record<string, string>) =>
      readConfig([], { ...env, ...more }).irc.nickCheckMs;
    assert.equal(checked({}), 60_000);
    assert.equal(checked({ NICK_CHECK_DURATION: "1m30s" }), 90_000);
    assert.equal(checked({ NICK_CHECK_DURATION: "1m", IRC_NICK_CHECK_MS: "5" }), 5);
    wrong([], { NICK_CHECK_DURATION: "soon" }, /^NICK_CHECK_DURATION is "soon"/);
  });

  for (const [host, port, tls, verifyCertificate] of [
    ["irc://h", 6667, false, true],
    ["ircs://h", 6697, true, true],
    ["ircs+unsafe://h", 6697, true, false],
    ["irc://h:7000/", 7000, false, true],
  ] as const) {
    test(host, () => {
      const { irc } = readConfig([], { ...env, IRC_HOST: host });
      assert.deepEqual(
        { host: irc.host, port: irc.port, tls: irc.tls, verifyCertificate: irc.verifyCertificate },
        { host: "h", port, tls, verifyCertificate },
      );
    });
  }

  test("an IPv6 address", () => {
    assert.equal(readConfig([], { ...env, IRC_HOST: "irc://[::1]:6667" }).irc.host, "::1");
  });

  test("channels and keys", () => {
    const channels = (given: string) =>
      readConfig([], { ...env, IRC_CHANNELS: given }).irc.channels;
    assert.deepEqual(channels(" #a, #b key,,##c ,"), [
      { name: "#a", key: undefined },
      { name: "#b", key: "key" },
      { name: "##c", key: undefined },
    ]);
    assert.deepEqual(channels(","), []);
  });

  test("secrets from files", async () => {
    const folder = await mkdtemp(join(tmpdir(), "seabird-config-"));
    try {
      const file = join(folder, "pass");
      await writeFile(file, "a pass \n");
      const config = readConfig([], { ...env, IRC_PASS_FILE: file, IRC_NICKSERV_PASS: "direct" });
      assert.equal(config.irc.password, "a pass ");
      assert.equal(config.irc.nickservPassword, "direct");
      const flag = readConfig(["--irc-pass-file", file], { ...env, IRC_PASS: "other" });
      assert.equal(flag.irc.password, "a pass ");
      await writeFile(file, "two\nlines\n");
      wrong([], { IRC_PASS_FILE: file }, /^IRC_PASS has more than one line$/);
    } finally {
      await rm(folder, { recursive: true });
    }
    wrong([], { IRC_PASS_FILE: "/nowhere" }, /^cannot read IRC_PASS_FILE/);
  });

  test("what is wrong is said, with what would be right", () => {
    wrong([], { IRC_HOST: undefined }, /^IRC_HOST is not set/);
    wrong([], { IRC_HOST: "" }, /^IRC_HOST is not set/);
    wrong([], { IRC_HOST: "irc.example.org" }, /ircs:\/\/host/);
    wrong([], { IRC_HOST: "http://h" }, /^IRC_HOST is "http:\/\/h"/);
    wrong([], { IRC_HOST: "irc://user:pw@h" }, /use IRC_NICK and IRC_PASS$/);
    wrong([], { IRC_HOST: "http://user:pw@h" }, /use IRC_NICK and IRC_PASS$/);
    wrong(
      [],
      { IRC_PING_INTERVAL_MS: "90000" },
      /^IRC_PING_INTERVAL_MS is 90000 and IRC_PING_TIMEOUT_MS is 30000/,
    );
    wrong([], { IRC_RECONNECT_MAX_MS: "5" }, /^IRC_RECONNECT_MIN_MS is 1000/);
    wrong([], { IRC_NICK: "two words" }, /^IRC_NICK is "two words"/);
    wrong([], { IRC_CHANNELS: "a" }, /^IRC_CHANNELS has "a"/);
    wrong([], { IRC_CHANNELS: "#a k e" }, /^IRC_CHANNELS/);
    wrong([], { IRC_COMMAND_PREFIX: "! " }, /^IRC_COMMAND_PREFIX/);
    wrong([], { IRC_BURST_LINES: "0" }, /^IRC_BURST_LINES is "0"; give a whole number from 1/);
    wrong([], { SEABIRD_TOKEN: undefined }, /^SEABIRD_TOKEN is not set/);
    wrong([], { SEABIRD_HOST: "ftp://x" }, /address/);
    wrong([], { LOG_LEVEL: "loud" }, /^LOG_LEVEL is "loud"/);
    wrong(["--nope"], {}, /nope/);
    wrong(["--irc-pass", "x"], {}, /irc-pass/);
  });

  test("values of many lines, with control characters or without end are told in one short line", () => {
    for (const name of ["IRC_HOST", "IRC_NICK", "IRC_CHANNELS", "IRC_REJOIN", "LOG_LEVEL"]) {
      for (const value of ["a\nb: c", "\u001b[31mred", "\u009b31m", "two words".repeat(1_000)]) {
        wrong([], { [name]: value }, new RegExp(`^${name} (is|has) "[^\\p{Cc}]{1,200}$`, "u"));
      }
    }
    wrong([], { IRC_REJOIN: "a\nb" }, /^IRC_REJOIN is "a\\nb"; give yes or no$/);
    wrong(
      [],
      { IRC_SASL_ACCOUNT: "a", IRC_SASL_PASS: "p", IRC_SASL_MECHANISM: "SCRAM" },
      /^IRC_SASL_MECHANISM is "SCRAM"; it has to be PLAIN or EXTERNAL$/,
    );
  });

  test("the help names every flag and variable", () => {
    for (const name of [
      "--host",
      "IRC_PASS[_FILE]",
      "--line-interval-ms",
      "IRC_LINE_INTERVAL_MS",
    ]) {
      assert.ok(usage().includes(name), name);
    }
  });
});
