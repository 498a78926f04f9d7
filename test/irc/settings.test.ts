/** The backend's program and its settings: what it says of itself, and how it ends with wrong ones. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite, test } from "node:test";
import { fileURLToPath } from "node:url";

const SCRIPT = fileURLToPath(
  new URL("../../backends/irc/bin/seabird-backend-irc.js", import.meta.url),
);

interface Start {
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
  readonly cwd?: string;
}

function run({ args = [], env = {}, input = "", cwd = "/" }: Start) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [SCRIPT, ...args], {
    // No .env of the working directory, and nothing of the machine's own settings.
    ...{ cwd, env: { PATH: process.env["PATH"], ...env } },
    ...{ input, encoding: "utf8", timeout: 30_000 },
  });
  return { status, stdout, stderr };
}

function handOver(settings: object) {
  const bootstrap = { url: "http://127.0.0.1:1", token: "sbd_unused", settings, id: "libera" };
  return run({ args: ["--bootstrap-fd", "0"], input: `${JSON.stringify(bootstrap)}\n` });
}

test("--describe needs no settings and says what they are", () => {
  const { status, stdout } = run({ args: ["--describe"] });
  assert.equal(status, 0);
  const { kind, components } = JSON.parse(stdout);
  assert.equal(kind, "backend");
  assert.equal(components[0].type, "irc");
  assert.deepEqual(components[0].settings.required, ["host", "nick"]);
  assert.equal(components[0].settings.additionalProperties, false);
});

suite("wrong settings that were handed over: 78, each by its path, no secret shown", () => {
  for (const [settings, words] of [
    [
      { host: "irc.example.org", nick: "two words", password: "sesame\nopen" },
      [
        "host: has no scheme; give ircs://irc.example.org (TLS) or irc://irc.example.org",
        "nick: has to be one word",
        "password: has to be one line",
      ],
    ],
    [
      { host: "ircs://h", nick: "b", tls: { cert: "/nowhere.pem", key: "/nowhere.pem" } },
      ["tls.cert: cannot read /nowhere.pem: there is no such file"],
    ],
    [{ host: "irc://b:sesame@h", nick: "b" }, ["host: holds a user or password"]],
    [{ host: "irc://h", nick: "b", nik: "b" }, ['Unrecognized key: "nik"']],
  ] as const) {
    test(words.join(" and "), () => {
      const { status, stderr } = handOver(settings);
      assert.equal(status, 78, stderr);
      assert.match(stderr, /^seabird-backend-irc: settings of irc\/libera: [^\n]*\n$/);
      for (const word of words) assert.ok(stderr.includes(word), stderr);
      assert.doesNotMatch(stderr, /sesame|sbd_/);
    });
  }
});

suite("wrong flags or environment: 2, and one line that names the variable", () => {
  const env = { IRC_HOST: "irc://h", IRC_NICK: "b", SEABIRD_TOKEN: "sbd_unused" };
  for (const [start, words] of [
    [{ env: {} }, "no token: set SEABIRD_TOKEN"],
    [{ env: { SEABIRD_TOKEN: "x" } }, "IRC_HOST is not set"],
    [
      { env: { ...env, IRC_HOST: "irc.example.org" } },
      'IRC_HOST is "irc.example.org": has no scheme; give ircs://irc.example.org (TLS) or irc://',
    ],
    [{ env: { ...env, IRC_SASL_PASS: "sesame" } }, "IRC_SASL_ACCOUNT is not set"],
    [{ env: { ...env, IRC_SASL_ACCOUNT: "b" } }, "IRC_SASL_PASS is not set"],
    [{ env: { ...env, IRC_SASL_MECHANISM: "SCRAM" } }, 'IRC_SASL_MECHANISM is "SCRAM"'],
    [{ env: { ...env, IRC_TLS_CERT_FILE: "/nowhere" } }, "IRC_TLS_KEY_FILE is not set"],
    [
      { env: { ...env, IRC_TLS_CA_FILE: "/nowhere" } },
      'IRC_TLS_CA_FILE is "/nowhere": cannot read /nowhere: there is no such file',
    ],
    [
      { env: { ...env, IRC_ACCEPT_INVITES_FROM: "alice" } },
      'IRC_ACCEPT_INVITES_FROM has "alice": has to be "account:alice"',
    ],
    [{ env: { ...env, IRC_REJOIN: "perhaps" } }, 'IRC_REJOIN is "perhaps"; give yes or no'],
    [{ env, args: ["--bootstrap-fd", "x"] }, '--bootstrap-fd is "x"'],
    [{ env, args: ["--nope"] }, "--nope"],
  ] as const) {
    test(words, () => {
      const { status, stderr } = run(start);
      assert.equal(status, 2, stderr);
      assert.match(stderr, /^seabird-backend-irc: [^\n]*\n$/);
      assert.ok(stderr.includes(words), stderr);
      assert.doesNotMatch(stderr, /sesame|sbd_/);
    });
  }
});

test("a .env that cannot be read: 2 and one line; not looked at when settings are handed over", async (t) => {
  const cwd = await mkdtemp(join(tmpdir(), "seabird-env-"));
  t.after(() => rm(cwd, { recursive: true }));
  await mkdir(join(cwd, ".env"));
  const { status, stderr } = run({ cwd });
  assert.equal(status, 2, stderr);
  assert.match(stderr, /^seabird-backend-irc: [^\n]*\.env is not a file\n$/);
  assert.equal(run({ cwd, args: ["--describe"] }).status, 0);
});
