/** The file in which a backend keeps what it has to know after a restart. */
import assert from "node:assert/strict";
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { StateFile } from "./state-file.ts";

async function setUp(t: TestContext) {
  const folder = await mkdtemp(join(tmpdir(), "seabird-state-"));
  t.after(() => rm(folder, { recursive: true }));
  const path = join(folder, "state.json");
  const problems: string[] = [];
  const failed = (reason: string) => problems.push(reason);
  const file = (maxBytes?: number) => new StateFile({ path, what: "the count", maxBytes, failed });
  return { folder, path, problems, file };
}

const countIn = (content: unknown): number => {
  const { count } = Object(content) as { readonly count?: unknown };
  if (typeof count !== "number") throw new Error("it holds no count");
  return count;
};

test("what was kept last is there after a restart, for its user alone", async (t) => {
  const { folder, path, problems, file } = await setUp(t);
  assert.equal(file().read(countIn), undefined);
  await writeFile(path, "{}", { mode: 0o644 });
  const kept = file();
  for (let count = 0; count <= 1_000; count++) kept.keep(() => ({ count }));
  await kept.written();
  assert.equal(file().read(countIn), 1_000);
  assert.deepEqual(JSON.parse(await readFile(path, "utf8")), { version: 1, count: 1_000 });
  assert.equal((await stat(path)).mode & 0o777, 0o600);
  assert.deepEqual(await readdir(folder), ["state.json"]);
  assert.deepEqual(problems, []);
});

test("what cannot be read or written is told, and without a path nothing is kept", async (t) => {
  const { path, problems, file } = await setUp(t);
  for (const content of ["", "[]", `{"count":1,"more":"${"x".repeat(100)}"}`]) {
    await writeFile(path, content);
    assert.equal(file(99).read(countIn), undefined);
  }
  await rm(path);
  await mkdir(path);
  const kept = file();
  kept.keep(() => ({ count: 1 }));
  await kept.written();
  const reasons = [/is no JSON$/, /holds no count$/, /is 121 bytes$/, /^cannot write the count in/];
  assert.equal(problems.length, reasons.length);
  for (const [index, reason] of reasons.entries()) assert.match(problems[index] ?? "", reason);
  const none = new StateFile({ path: undefined, what: "it", failed: assert.fail });
  none.keep(() => assert.fail("there is no file"));
  await none.written();
  assert.equal(none.read(countIn), undefined);
});
