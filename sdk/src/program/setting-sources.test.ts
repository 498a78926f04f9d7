/** Flags, environment and files as settings; `--help`, tables and `.env.example` from one schema. */
import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite, test } from "node:test";
import { z } from "zod";
import { checkSettings, SettingsError, toJsonSchema } from "./check-settings.ts";
import { settingRows, settingsEnvExample, settingsTable, settingsUsage } from "./setting-rows.ts";
import { readSettingSources } from "./setting-sources.ts";
import { secret } from "./settings.ts";

const word = z.string({ error: "is missing; give one word" }).regex(/^\S+$/, "has to be one word");

const schema = z.strictObject({
  host: word
    .refine((host) => !host.includes("@"), "holds a password")
    .meta({
      description: "where it is: `net://host`",
      "x-env": ["NET_HOST"],
    }),
  nick: word.default("bird").meta({ description: "its name", "x-env": ["NET_NICK", "NICK"] }),
  rooms: z
    .array(
      z
        .string()
        .regex(/^#\S+( \S+)?$/, "has to be #name")
        .meta({ "x-mask-after": " " }),
    )
    .default([])
    .meta({ description: "where it goes", "x-env": ["NET_ROOMS"] }),
  pace: z
    .number()
    .int()
    .min(1)
    .default(5)
    .meta({ description: "a|b", "x-env": ["NET_PACE"] }),
  password: secret()
    .regex(/^[^\n]*$/, "has to be one line")
    .optional()
    .meta({ description: "the server's", "x-env": ["NET_PASS"] }),
  login: z
    .strictObject({
      account: word.meta({ "x-env": ["NET_ACCOUNT"] }),
      required: z
        .boolean()
        .default(true)
        .meta({ "x-env": ["NET_LOGIN_REQUIRED"] }),
    })
    .optional(),
  url: z.string().optional(),
});

const json = toJsonSchema(schema);
const rows = settingRows(json);

type Env = Readonly<Record<string, string>>;

function read(args: readonly string[], env: Env = {}) {
  return readSettingSources(args, env, { rows, idVariable: "NET_ID" });
}

async function problemOf(args: readonly string[], env: Env): Promise<string> {
  const given = read(args, { NET_HOST: "net://h", ...env });
  const error = await checkSettings("net/a", schema, given.settings).then(
    () => assert.fail("it is fine"),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof SettingsError);
  const told = given.explain(error);
  assert.equal(told.code, "bad_option");
  return told.message;
}

suite("sources", () => {
  test("flags before the environment, the first variable before the second, no empty ones", () => {
    assert.deepEqual([read([]).id, read([]).settings], [undefined, {}]);
    const env = { NET_NICK: "gull", NICK: "tern", NET_HOST: "", NET_ID: "a" };
    assert.deepEqual(read([], env).settings, { nick: "gull" });
    assert.deepEqual(read([], { NICK: "tern" }).settings, { nick: "tern" });
    assert.equal(read([], env).id, "a");
    const given = read(["--nick", "auk", "--id=b", "--host=net://x"], env);
    assert.deepEqual([given.id, given.settings], ["b", { nick: "auk", host: "net://x" }]);
  });

  test("texts become numbers, lists, yes or no, and nested settings", () => {
    const env = { NET_ROOMS: " #a, #b key,,##c ,", NET_PACE: "3", NET_LOGIN_REQUIRED: "no" };
    assert.deepEqual(read(["--login-account", "me"], env).settings, {
      rooms: ["#a", "#b key", "##c"],
      pace: 3,
      login: { account: "me", required: false },
    });
    assert.deepEqual(read([], { NET_ROOMS: "," }).settings, { rooms: [] });
  });

  test("secrets have no flag of their own; a file of one ends with a newline, or not", async (t) => {
    const folder = await mkdtemp(join(tmpdir(), "seabird-sources-"));
    t.after(() => rm(folder, { recursive: true }));
    const file = join(folder, "pass");
    await writeFile(file, "\uFEFFa pass \n");
    assert.equal(read([], { NET_PASS_FILE: file }).settings["password"], "a pass ");
    assert.equal(read([], { NET_PASS_FILE: file, NET_PASS: "b" }).settings["password"], "b");
    const flag = read(["--password-file", file], { NET_PASS: "other" });
    assert.equal(flag.settings["password"], "a pass ");
    await writeFile(file, "two\nlines\n");
    assert.throws(() => read([], { NET_PASS_FILE: file }), {
      message: `"${file}" of NET_PASS_FILE holds several lines; it has to hold one, the secret`,
    });
    assert.throws(() => read([], { NET_PASS_FILE: "/nowhere" }), {
      message: 'cannot read "/nowhere" of NET_PASS_FILE: there is no such file',
    });
    assert.equal(await problemOf([], { NET_PASS: "a\nb" }), "NET_PASS has to be one line");
    assert.throws(() => read(["--password", "x"]), /there is no "--password"/);
  });

  test("flags that do not exist, and values that are missing", () => {
    for (const [args, words] of [
      [["--what"], 'there is no "--what"; --help lists the flags'],
      [["extra"], 'there is no "extra"; --help lists the flags'],
      [["--nick"], "--nick needs a value; --help lists the flags"],
      [["--nick="], "--nick needs a value; --help lists the flags"],
      // `seabird backend FILE --url` says where core is.
      [["--url", "x"], 'there is no "--url"; --help lists the flags'],
      [["--login-required", "perhaps"], '--login-required is "perhaps"; give yes or no'],
    ] as const) {
      assert.throws(() => read(args), { code: "bad_option", message: words });
    }
  });

  test("what is wrong is reported by the flag or variable it came from", async () => {
    for (const [args, env, words] of [
      [[], { NET_NICK: "two words" }, 'NET_NICK is "two words": has to be one word'],
      [["--nick", "a b"], {}, '--nick is "a b": has to be one word'],
      [[], { NET_ROOMS: "#ok,a" }, 'NET_ROOMS has "a": has to be #name'],
      [[], { NET_ROOMS: "#a b c" }, 'NET_ROOMS has "#a": has to be #name'],
      [[], { NET_HOST: "net://me:sesame@h" }, "NET_HOST holds a password"],
      [[], { NET_LOGIN_REQUIRED: "yes" }, "NET_ACCOUNT is not set; give one word"],
    ] as const) {
      assert.equal(await problemOf(args, env), words);
    }
    assert.match(await problemOf([], { NET_PACE: "0" }), /^NET_PACE is "0": .*1/);
    assert.match(await problemOf([], { NET_PACE: "fast" }), /^NET_PACE is "fast": .*number/);
    const missing = read([]);
    const error = await checkSettings("net/a", schema, {}).catch((reason: unknown) => reason);
    assert.equal(
      missing.explain(error as SettingsError).message,
      "NET_HOST is not set; give one word",
    );
  });

  test("long values and control characters are told in one short line", async () => {
    for (const value of ["a\nb: c", "\u001b[31m red", "\u009b31m x", "two words".repeat(1_000)]) {
      for (const name of ["NET_NICK", "NET_ROOMS"]) {
        const told = await problemOf([], { [name]: value });
        assert.match(told, new RegExp(`^${name} (is|has) "[^\\p{Cc}]{1,200}$`, "u"));
      }
      assert.throws(() => read([], { NET_LOGIN_REQUIRED: value }), /^[^\n]{1,200}yes or no$/);
    }
    assert.throws(() => read([], { NET_LOGIN_REQUIRED: "a\nb" }), {
      message: 'NET_LOGIN_REQUIRED is "a\\nb"; give yes or no',
    });
  });
});

suite("what people read", () => {
  test("the help has each setting with its flag, variables and default", () => {
    const help = settingsUsage(rows);
    assert.match(help, /^ {2}--host TEXT +NET_HOST, required\n {8}where it is: net:\/\/host\n/);
    assert.match(help, /\n {2}--nick TEXT +NET_NICK, NICK, default bird\n/);
    assert.match(help, /\n {2}--rooms A,B +NET_ROOMS\n/);
    assert.match(help, /\n {2}--password-file FILE +NET_PASS\[_FILE\]\n/);
    assert.match(help, /\n {2}--login-required yes\|no +NET_LOGIN_REQUIRED, default yes\n/);
    assert.match(help, /\n {2}url\n$/);
  });

  test("the table of the docs", () => {
    const table = settingsTable(rows).split("\n");
    assert.equal(
      table[2],
      "| `host` | required | `--host`, `NET_HOST` | where it is: `net://host` |",
    );
    assert.equal(table[5], "| `pace` | `5` | `--pace`, `NET_PACE` | a\\|b |");
    assert.equal(
      table[6],
      "| `password` | none | `--password-file`, `NET_PASS`, `NET_PASS_FILE` | the server's |",
    );
    assert.match(table[7] ?? "", /^\| `login\.account` \| none \|/);
    assert.equal(table.length, 2 + rows.length);
  });

  test("the lines of .env.example", () => {
    const example = settingsEnvExample(rows);
    assert.match(example, /^# where it is: `net:\/\/host` \(required\)\n#NET_HOST=\n\n/);
    assert.match(example, /\n# its name\n#NET_NICK=bird\n/);
  });

  test("settings that cannot be told have no rows", () => {
    assert.deepEqual(settingRows(null), []);
    assert.deepEqual(settingRows({ type: "object" }), []);
  });
});
