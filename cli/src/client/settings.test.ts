import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { CliError } from "../process/cli-error.ts";
import { writeRunFile } from "../supervise/run-file.ts";
import { requireToken, resolveSettings } from "./settings.ts";

test("options come before the environment, that before the folder, that before defaults", (t) => {
  const cwd = mkdtempSync(join(tmpdir(), "seabird-settings-"));
  t.after(() => rmSync(cwd, { recursive: true }));
  const folder = join(cwd, ".seabird");
  const resolve = (options: object, env: NodeJS.ProcessEnv = {}) => {
    const { url, token } = resolveSettings(options, env, cwd);
    return { url, token };
  };
  assert.deepEqual(resolve({}), { url: "http://127.0.0.1:11235", token: undefined });
  mkdirSync(folder);
  writeFileSync(join(folder, "admin-token"), "sbd_admin\n");
  assert.deepEqual(resolve({}), { url: "http://127.0.0.1:11235", token: "sbd_admin" });
  const remove = writeRunFile(
    folder,
    { pid: process.pid, url: "http://127.0.0.1:4711" },
    assert.fail,
  );
  assert.equal(resolve({}).url, "http://127.0.0.1:4711");
  const env = { SEABIRD_HOST: "core.example.org", SEABIRD_TOKEN: "sbd_env" };
  assert.deepEqual(resolve({}, env), { url: "https://core.example.org", token: "sbd_env" });
  const options = { url: "localhost", token: "sbd_option" };
  assert.deepEqual(resolve(options, env), { url: "http://localhost:11235", token: "sbd_option" });
  const another = { pid: process.ppid, url: "http://127.0.0.1:4712" };
  const removeAnother = writeRunFile(folder, another, assert.fail);
  assert.equal(resolve({}).url, another.url);
  removeAnother();
  assert.equal(resolve({}).url, "http://127.0.0.1:4711");
  remove();
  assert.equal(resolve({}).url, "http://127.0.0.1:11235");
});

test("the file of a supervisor that is gone means nothing", (t) => {
  const cwd = mkdtempSync(join(tmpdir(), "seabird-settings-"));
  t.after(() => rmSync(cwd, { recursive: true }));
  // Beyond what Linux gives to a process.
  writeRunFile(join(cwd, ".seabird"), { pid: 2 ** 30, url: "http://127.0.0.1:4711" }, assert.fail);
  assert.equal(resolveSettings({}, {}, cwd).url, "http://127.0.0.1:11235");
});

test("this machine's admin token goes to no other machine", (t) => {
  const cwd = mkdtempSync(join(tmpdir(), "seabird-settings-"));
  t.after(() => rmSync(cwd, { recursive: true }));
  mkdirSync(join(cwd, ".seabird"));
  writeFileSync(join(cwd, ".seabird/admin-token"), "sbd_admin");
  const elsewhere = resolveSettings({ url: "https://core.example.org" }, {}, cwd);
  assert.throws(() => requireToken(elsewhere), { name: "CliError", exitCode: 4 });
  const lookalike = resolveSettings({ url: "http://127.0.0.1.example.org" }, {}, cwd);
  assert.equal(lookalike.token, undefined);
});

test("a token's file may begin with a byte order mark; what cannot be a token is refused", (t) => {
  const cwd = mkdtempSync(join(tmpdir(), "seabird-settings-"));
  t.after(() => rmSync(cwd, { recursive: true }));
  const tokenFile = join(cwd, "token");
  writeFileSync(tokenFile, "\uFEFFsbd_file\r\n");
  assert.equal(resolveSettings({ tokenFile }, {}, cwd).token, "sbd_file");
  for (const content of ["s3 cret", "s3\ncret", "s3\0cret", "s3crét", ""]) {
    writeFileSync(tokenFile, content);
    assert.throws(
      () => resolveSettings({ tokenFile }, {}, cwd),
      (error) => error instanceof CliError && error.exitCode === 4 && !/s3/.test(error.message),
      JSON.stringify(content),
    );
  }
  assert.equal(resolveSettings({ token: " sbd_option\n" }, {}, cwd).token, "sbd_option");
});

test("two tokens in the environment are one too many", () => {
  const env = { SEABIRD_TOKEN: "a", SEABIRD_TOKEN_FILE: "b" };
  assert.throws(() => resolveSettings({}, env, "/"), CliError);
});

test("a folder of another user tells neither where core is nor a token", (t) => {
  const cwd = mkdtempSync(join(tmpdir(), "seabird-settings-"));
  t.after(() => rmSync(cwd, { recursive: true }));
  const folder = join(cwd, ".seabird");
  writeRunFile(folder, { pid: process.pid, url: "http://127.0.0.1:4711" }, assert.fail);
  writeFileSync(join(folder, "admin-token"), "sbd_theirs\n");
  assert.equal(resolveSettings({}, {}, cwd).token, "sbd_theirs");
  t.mock.method(process as { getuid(): number }, "getuid", () => 4_000_000_000);
  const { url, token } = resolveSettings({}, {}, cwd);
  assert.deepEqual({ url, token }, { url: "http://127.0.0.1:11235", token: undefined });
});
