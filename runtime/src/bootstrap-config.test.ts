/** The bootstrap config: what is taken, what is refused by which name, and no value is shown. */
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import {
  closeSync,
  createWriteStream,
  mkdtempSync,
  openSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import { type TestContext, test } from "node:test";
import {
  MAX_BOOTSTRAP_BYTES,
  MAX_BOOTSTRAP_MS,
  parseBootstrapConfig,
  readBootstrapConfig,
  writeBootstrapConfig,
} from "./bootstrap-config.ts";

const FULL = {
  url: "http://127.0.0.1:1/",
  token: "sbd_secret",
  id: "libera",
  settings: { nick: "a" },
  logLevel: "warn",
  retryMaxMs: 3_000,
};

test("a full line and a short one are taken; what is unknown is ignored", () => {
  assert.deepEqual(parseBootstrapConfig(JSON.stringify({ ...FULL, later: 1 })), FULL);
  const { settings, id } = parseBootstrapConfig('{"url":"http://localhost","token":"t"}');
  assert.deepEqual([settings, id], [{}, undefined]);
});

test("each wrong field is named, and no value is shown", () => {
  const rows: readonly (readonly [object, RegExp])[] = [
    [{ url: "" }, /url has to be a text/],
    [{ url: "ftp://s3cret" }, /url has to be an address/],
    [{ url: "localhost:1" }, /url has to be an address/],
    [{ token: undefined }, /token has to be a text/],
    [{ token: "s3cret s3cret" }, /token holds characters/],
    [{ token: 3 }, /token has to be a text/],
    [{ id: "" }, /id has to be/],
    [{ settings: ["s3cret"] }, /settings has to be an object/],
    [{ logLevel: "s3cret" }, /logLevel has to be one of debug, info, warn, error/],
    [{ retryMaxMs: 0.5 }, /retryMaxMs has to be a whole number/],
  ];
  for (const [change, words] of rows) {
    assert.throws(
      () => parseBootstrapConfig(JSON.stringify({ ...FULL, ...change })),
      (error) => {
        assert.ok(error instanceof Error);
        assert.match(error.message, words);
        assert.ok(!error.message.includes("s3cret"), error.message);
        assert.equal(error.cause, undefined);
        return true;
      },
    );
  }
  for (const line of ["", "null", "[]", '"s3cret"', '{"token":"s3cret"']) {
    assert.throws(
      () => parseBootstrapConfig(line),
      /the bootstrap config cannot be used: it (is not|has to)/,
      line,
    );
  }
});

test("a file is read to the end of its first line", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "seabird-bootstrap-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const from = async (content: string) => {
    const path = join(folder, "line");
    writeFileSync(path, content);
    const fd = openSync(path, "r");
    try {
      return await readBootstrapConfig(fd);
    } finally {
      closeSync(fd);
    }
  };
  assert.equal((await from(`${JSON.stringify(FULL)}\nmore`)).id, "libera");
  assert.equal((await from(`\uFEFF${JSON.stringify(FULL)}\n`)).id, "libera");
  await assert.rejects(from(""), /it is empty/);
  await assert.rejects(from("x".repeat(MAX_BOOTSTRAP_BYTES + 1)), /longer than 1048576 bytes/);
  await assert.rejects(readBootstrapConfig(4_321), /file descriptor 4321 is not open/);
});

const READER = `
  import { readBootstrapConfig } from ${JSON.stringify(new URL("./bootstrap-config.ts", import.meta.url).href)};
  const [fd, timeoutMs] = process.argv.slice(1).map(Number);
  try {
    const { id } = await readBootstrapConfig(fd, timeoutMs);
    console.log("id", id);
  } catch (error) {
    console.log(error.message);
  }
`;

function reader(t: TestContext, fd: number, timeoutMs = MAX_BOOTSTRAP_MS): ChildProcess {
  const args = ["--input-type=module", "-e", READER, "--", String(fd), String(timeoutMs)];
  const child = spawn(process.execPath, args, {
    stdio: ["pipe", "pipe", "inherit", "ignore", "pipe"],
  });
  t.after(() => child.kill("SIGKILL"));
  return child;
}

for (const fd of [0, 4]) {
  test(`a pipe on descriptor ${fd} is read in pieces, and may stay open`, async (t) => {
    const child = reader(t, fd);
    const pipe = child.stdio[fd];
    assert.ok(pipe !== null && pipe !== undefined && "write" in pipe && child.stdout !== null);
    const line = `${JSON.stringify(FULL)}\n`;
    pipe.write(line.slice(0, 20));
    pipe.write(line.slice(20));
    // It ends though its supervisor keeps the pipe.
    assert.equal(await text(child.stdout), "id libera\n");
  });
}

test("what the writer writes is what the reader reads, whatever the settings hold", async (t) => {
  const config = { ...FULL, settings: { motd: 'a "line"\nanother \u2028 \uFEFF' } } as const;
  const folder = mkdtempSync(join(tmpdir(), "seabird-bootstrap-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const path = join(folder, "line");
  const stream = createWriteStream(path);
  writeBootstrapConfig(stream, { ...config, logLevel: "warn" });
  await once(stream, "close");
  const fd = openSync(path, "r");
  t.after(() => closeSync(fd));
  assert.deepEqual(await readBootstrapConfig(fd), config);
});

test("a component that has ended already does not disturb the writer", async () => {
  const pipe = new PassThrough();
  pipe.destroy();
  writeBootstrapConfig(pipe, { url: FULL.url, token: "t", settings: {} });
  await once(pipe, "close");
});

test("a pipe that ends early or never stops is refused", async (t) => {
  const short = reader(t, 0);
  short.stdin?.end();
  assert.match(await text(short.stdout as NodeJS.ReadableStream), /it is empty/);
  const long = reader(t, 0);
  long.stdin?.on("error", () => undefined);
  long.stdin?.write("x".repeat(MAX_BOOTSTRAP_BYTES + 10));
  assert.match(await text(long.stdout as NodeJS.ReadableStream), /longer than/);
});

test("a line that does not come is waited for within a limit only", async (t) => {
  const child = reader(t, 0, 200);
  assert.match(await text(child.stdout as NodeJS.ReadableStream), /no line came within 200 ms/);
});
