/** The kept files on a real disk: bounds, restarts, damage, readers. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { silentLogger } from "../broker/logger.ts";
import { ManualClock } from "../broker/test/manual-clock.ts";
import { type MediaLimits, resolveMediaLimits } from "./limits.ts";
import { MediaStore } from "./media-store.ts";
import { newKey, type StoredFile } from "./stored-file.ts";

const HOUR_MS = 3_600_000;

function stage(t: TestContext, limits: Partial<MediaLimits> = {}) {
  const folder = join(mkdtempSync(join(tmpdir(), "seabird-media-")), "media");
  t.after(() => rmSync(join(folder, ".."), { recursive: true, force: true }));
  const clock = new ManualClock();
  const warnings: string[] = [];
  const log = {
    ...silentLogger,
    warn: (_fields: object, message: string) => void warnings.push(message),
  };
  const start = async (): Promise<MediaStore> => {
    const given = { folder, limits: resolveMediaLimits(limits), clock, log };
    const store = new MediaStore(given);
    await store.load();
    t.after(() => store.close());
    return store;
  };
  const keep = (store: MediaStore, id: string, ...chunks: readonly string[]) => {
    const head = { key: newKey(), attachmentId: id, name: id, contentType: "", isPrivate: false };
    const bytes = chunks.map((chunk) => Buffer.from(chunk));
    return store.write(head, Buffer.concat(bytes).length, from(bytes));
  };
  return { folder, clock, start, keep, warnings };
}

async function* from(chunks: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* chunks;
}

async function read(store: MediaStore, key: string): Promise<string | undefined> {
  const opened = await store.open(key);
  if (opened === undefined) return undefined;
  const text = (await opened.handle.readFile()).toString();
  await opened.handle.close();
  return text;
}

const idsOf = (store: MediaStore): string[] => [...store.all()].map((file) => file.attachmentId);

test("a file is kept as it came, and found by its key and its id", async (t) => {
  const { folder, start, keep } = stage(t);
  const store = await start();
  const file = await keep(store, "a", "one ", "two");
  assert.equal(await read(store, file.key), "one two");
  assert.equal(store.ofAttachment("a"), file);
  const sha256 = createHash("sha256").update("one two").digest("hex");
  assert.deepEqual([file.size, file.sha256], [7, sha256]);
  assert.deepEqual([store.size, store.bytes], [1, 7]);
  assert.equal(statSync(folder).mode & 0o777, 0o700);
  for (const name of readdirSync(folder)) {
    assert.equal(statSync(join(folder, name)).mode & 0o777, 0o600);
  }
});

test("no folder is made before there is a file", async (t) => {
  const { folder, start } = stage(t);
  await start();
  assert.throws(() => statSync(folder), { code: "ENOENT" });
});

test("the oldest go first when there is no room", async (t) => {
  const { start, keep, clock } = stage(t, { mediaMaxBytes: 10 });
  const store = await start();
  for (const id of ["a", "b", "c"]) {
    await keep(store, id, "1234");
    clock.advance(1);
  }
  assert.deepEqual(idsOf(store), ["b", "c"]);
  await keep(store, "d", "1234567890");
  assert.deepEqual([idsOf(store), store.bytes], [["d"], 10]);
});

test("a file that would not fit alone removes nothing", async (t) => {
  const { start, keep } = stage(t, { mediaMaxBytes: 10 });
  const store = await start();
  await keep(store, "a", "1");
  await assert.rejects(keep(store, "b", "12345678901"), { code: "media_full" });
  assert.deepEqual(idsOf(store), ["a"]);
});

test("what is being written counts, and is not removed for others", async (t) => {
  const { start, keep } = stage(t, { mediaMaxBytes: 10 });
  const store = await start();
  const go = Promise.withResolvers<void>();
  async function* slow() {
    yield Buffer.from("1234");
    await go.promise;
    yield Buffer.from("56");
  }
  const head = { attachmentId: "slow", name: "", contentType: "", isPrivate: false };
  const writing = store.write({ ...head, key: newKey() }, 6, slow());
  await assert.rejects(keep(store, "b", "12345"), { code: "media_full" });
  await keep(store, "c", "1234");
  go.resolve();
  await writing;
  assert.deepEqual(idsOf(store), ["c", "slow"]);
});

test("there are at most so many files", async (t) => {
  const { start, keep } = stage(t, { maxMediaFiles: 2 });
  const store = await start();
  for (const id of ["a", "b", "c"]) await keep(store, id, "1");
  assert.deepEqual(idsOf(store), ["b", "c"]);
});

test("a file goes when it is too old, asked for or not", async (t) => {
  const { folder, start, keep, clock } = stage(t, { mediaMaxAgeHours: 2 });
  const store = await start();
  const file = await keep(store, "a", "1");
  clock.advance(2 * HOUR_MS - 1);
  assert.equal(store.ofKey(file.key), file);
  clock.advance(1);
  assert.equal(await read(store, file.key), undefined);
  assert.equal(store.size, 0);
  await keep(store, "b", "1");
  clock.advance(3 * HOUR_MS);
  assert.equal(store.size, 0);
  await emptied(folder);
});

test("a date that is set ahead and back costs no file; one that stays does", async (t) => {
  const { start, keep, clock } = stage(t, { mediaMaxAgeHours: 2 });
  const store = await start();
  const file = await keep(store, "a", "1");
  clock.setBy(48 * HOUR_MS);
  assert.equal(store.ofKey(file.key), undefined);
  clock.advance(HOUR_MS / 5);
  clock.setBy(-48 * HOUR_MS);
  assert.equal(store.ofKey(file.key), file);
  clock.advance(HOUR_MS / 5);
  clock.setBy(48 * HOUR_MS);
  clock.advance(HOUR_MS);
  assert.equal(store.size, 0);
});

/** Files are removed in the background. */
async function emptied(folder: string): Promise<void> {
  while (readdirSync(folder).length > 0) await new Promise((resolve) => setImmediate(resolve));
}

test("a source that fails leaves nothing", async (t) => {
  const { folder, start } = stage(t);
  const store = await start();
  async function* broken() {
    yield Buffer.from("12");
    throw new Error("gone");
  }
  const head = { key: newKey(), attachmentId: "a", name: "", contentType: "", isPrivate: false };
  await assert.rejects(store.write(head, 4, broken()), { message: "gone" });
  assert.deepEqual([store.size, store.bytes, readdirSync(folder)], [0, 0, []]);
});

test("a full disk is told in words", async (t) => {
  const { start } = stage(t);
  const store = await start();
  async function* full(): AsyncGenerator<Uint8Array> {
    yield Buffer.from("1");
    throw Object.assign(new Error("no space"), { code: "ENOSPC" });
  }
  const head = { key: newKey(), attachmentId: "a", name: "", contentType: "", isPrivate: false };
  const expected = { code: "media_full", message: "no space left on core's disk" };
  await assert.rejects(store.write(head, 4, full()), expected);
});

test("a file that is removed while it is read stays readable", async (t) => {
  const { start, keep } = stage(t);
  const store = await start();
  const file = await keep(store, "a", "bytes");
  const opened = await store.open(file.key);
  store.remove(file);
  assert.equal((await opened?.handle.readFile())?.toString(), "bytes");
  await opened?.handle.close();
  assert.equal(await read(store, file.key), undefined);
});

test("a restart keeps what was whole, in its order, and removes the rest", async (t) => {
  const { folder, start, keep, clock } = stage(t);
  const first = await start();
  const files: StoredFile[] = [];
  for (const id of ["a", "b", "c", "d", "e"]) {
    files.push(await keep(first, id, `bytes of ${id}`));
    clock.advance(1);
  }
  const [a, b, c, d, e] = files.map(({ key }) => key) as [string, string, string, string, string];
  rmSync(join(folder, `${b}.data`));
  rmSync(join(folder, `${c}.json`));
  writeFileSync(join(folder, `${d}.data`), "shorter");
  writeFileSync(join(folder, `${newKey()}.data.part`), "half");
  writeFileSync(join(folder, `${newKey()}.json`), "{");
  writeFileSync(join(folder, "notes.txt"), "not ours");
  const second = await start();
  assert.deepEqual(idsOf(second), ["a", "e"]);
  const left = ["notes.txt", ...[a, e].flatMap((key) => [`${key}.data`, `${key}.json`])];
  assert.deepEqual(readdirSync(folder).sort(), left.sort());
  assert.equal(await read(second, a), "bytes of a");
});

test("bytes that changed while core was down are never served", async (t) => {
  const { folder, start, keep } = stage(t);
  const file = await keep(await start(), "a", "bytes");
  writeFileSync(join(folder, `${file.key}.data`), "bites");
  const second = await start();
  assert.equal(second.size, 1);
  assert.equal(await read(second, file.key), undefined);
  assert.equal(second.size, 0);
});

test("a file that cannot be opened just now is not lost", async (t) => {
  const { folder, start, keep } = stage(t);
  const store = await start();
  const { key } = await keep(store, "a", "bytes");
  const path = join(folder, `${key}.data`);
  renameSync(path, `${path}.away`);
  symlinkSync(path, path);
  await assert.rejects(store.open(key), { code: "ELOOP" });
  renameSync(`${path}.away`, path);
  assert.equal(await read(store, key), "bytes");
});

test("a folder that was there keeps its permissions, and what others may list is warned of", async (t) => {
  const { folder, start, keep, warnings } = stage(t);
  mkdirSync(folder);
  chmodSync(folder, 0o755);
  await keep(await start(), "a", "bytes");
  assert.equal(statSync(folder).mode & 0o777, 0o755);
  assert.match(warnings.join(), /chmod 700/);
  chmodSync(folder, 0o700);
  await start();
  assert.equal(warnings.length, 1);
});

test("links and folders with the names of files are removed, and not followed", async (t) => {
  const { folder, start, keep } = stage(t);
  const { key } = await keep(await start(), "a", "bytes");
  const path = join(folder, `${key}.data`);
  renameSync(path, join(folder, "elsewhere"));
  symlinkSync(join(folder, "elsewhere"), path);
  mkdirSync(join(folder, `${newKey()}.data.part`));
  const store = await start();
  assert.equal(store.size, 0);
  assert.equal(readFileSync(join(folder, "elsewhere"), "utf8"), "bytes");
});

test("a restart with as many files as may be kept removes none", async (t) => {
  const { start, keep } = stage(t, { maxMediaFiles: 2 });
  const first = await start();
  for (const id of ["a", "b"]) await keep(first, id, "bytes");
  assert.deepEqual(idsOf(await start()).sort(), ["a", "b"]);
});

test("many who read a file after a restart share its check", async (t) => {
  const { folder, start, keep } = stage(t);
  const { key } = await keep(await start(), "a", "bytes");
  const store = await start();
  const opened = await Promise.all(Array.from({ length: 50 }, () => store.open(key)));
  for (const each of opened) {
    assert.equal((await each?.handle.readFile())?.toString(), "bytes");
    await each?.handle.close();
  }
  writeFileSync(join(folder, `${key}.data`), "bites");
  const damaged = await start();
  const none = await Promise.all(Array.from({ length: 50 }, () => damaged.open(key)));
  assert.ok(none.every((each) => each === undefined));
});

test("a file in the place of the folder is an error, and nothing is lost by it", async (t) => {
  const { folder, start } = stage(t);
  writeFileSync(folder, "not a folder");
  await assert.rejects(start(), { code: "ENOTDIR" });
});
