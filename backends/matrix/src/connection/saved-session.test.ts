/** The file that keeps a login and a position. */
import assert from "node:assert/strict";
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { SavedSession } from "./saved-session.ts";

const SESSION = { homeserver: "https://x", userId: "@bot:x", rooms: { "#a:x": "!a:x" } };

async function folderOf(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "seabird-session-"));
  t.after(() => rm(folder, { recursive: true }));
  return folder;
}

const never = (reason: string) => assert.fail(reason);

test("what was kept last is there after a restart, for its owner alone", async (t) => {
  const folder = await folderOf(t);
  const path = join(folder, "session.json");
  const saved = new SavedSession(path, never);
  assert.equal(saved.current, undefined);
  saved.change({ position: "lost" });
  assert.equal(saved.current, undefined);
  saved.keep({ ...SESSION, accessToken: "secret", deviceId: "D" });
  for (let index = 0; index <= 1_000; index++) saved.change({ position: `s${index}` });
  await saved.written();
  assert.equal((await stat(path)).mode & 0o777, 0o600);
  assert.deepEqual(await readdir(folder), ["session.json"]);
  const again = new SavedSession(path, never).current;
  assert.deepEqual(again, { ...SESSION, accessToken: "secret", deviceId: "D", position: "s1000" });
});

test("a file that others may read becomes one that they may not", async (t) => {
  const path = join(await folderOf(t), "session.json");
  await writeFile(path, JSON.stringify(SESSION), { mode: 0o644 });
  const saved = new SavedSession(path, never);
  saved.change({ position: "s1" });
  await saved.written();
  assert.equal((await stat(path)).mode & 0o777, 0o600);
});

test("a file of another form is told, and replaced by the next login", async (t) => {
  const path = join(await folderOf(t), "session.json");
  const rows: readonly (readonly [string, RegExp])[] = [
    ["", /it is no JSON/],
    ["[1]", /it holds no login/],
    ['{"homeserver":1,"userId":"@bot:x"}', /it holds no login/],
    [`"${"x".repeat(1_100_000)}"`, /it is 1100002 bytes/],
  ];
  for (const [content, words] of rows) {
    await writeFile(path, content);
    const problems: string[] = [];
    const saved = new SavedSession(path, (reason) => problems.push(reason));
    assert.equal(saved.current, undefined);
    assert.match(problems.join("\n"), words);
    saved.keep(SESSION);
    await saved.written();
    assert.equal(JSON.parse(await readFile(path, "utf8")).userId, SESSION.userId);
  }
});

test("a folder that is not there is told, and the session is kept in memory", async (t) => {
  const problems: string[] = [];
  const path = join(await folderOf(t), "none", "session.json");
  const saved = new SavedSession(path, (reason) => problems.push(reason));
  saved.keep(SESSION);
  await saved.written();
  assert.equal(saved.current?.userId, SESSION.userId);
  assert.match(problems.join("\n"), /^cannot write the login in .*ENOENT/);
});
