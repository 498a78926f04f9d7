import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { MAX_SECRET_BYTES, readSecretFile } from "./secret-file.ts";

function file(t: TestContext, content: string | Buffer): string {
  const folder = mkdtempSync(join(tmpdir(), "seabird-secret-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const path = join(folder, "secret");
  writeFileSync(path, content, { mode: 0o600 });
  return path;
}

const PEM = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----";

test("a secret loses its byte order mark and one line break, and nothing else", (t) => {
  const rows: readonly (readonly [content: string, text: string])[] = [
    ["s3cret", "s3cret"],
    ["s3cret\n", "s3cret"],
    ["s3cret\r\n", "s3cret"],
    ["\uFEFFs3cret\n", "s3cret"],
    [" s3 cret ", " s3 cret "],
    ["sec#ret", "sec#ret"],
    [`${PEM}\n`, PEM],
  ];
  for (const [content, text] of rows) {
    assert.deepEqual(readSecretFile(file(t, content)), { text, readableByOthers: false });
  }
});

test("a file that others can read is taken, and said to be one", (t) => {
  const path = file(t, "s3cret");
  chmodSync(path, 0o644);
  assert.equal(readSecretFile(path).readableByOthers, true);
});

test("what does not hold one secret is refused by name, and never shown", (t) => {
  const rows: readonly (readonly [content: string | Buffer, message: RegExp])[] = [
    ["", /^the file is empty$/],
    ["\n", /^the file is empty$/],
    ["\uFEFF", /^the file is empty$/],
    [" \r\n", /^the file is empty$/],
    ["s3cret\nmore\n", /^the file holds several lines; it has to hold one/],
    ["s3cret\n\n", /^the file holds several lines/],
    ["s3cret\0", /^the file holds a NUL character$/],
    [Buffer.from("\uFEFFs3cret", "utf16le"), /^the file is not UTF-8 text/],
    ["s3cret".repeat(MAX_SECRET_BYTES), /^the file is larger than 65536 bytes$/],
  ];
  for (const [content, message] of rows) {
    assert.throws(
      () => readSecretFile(file(t, content), "the file"),
      (error) => error instanceof Error && message.test(error.message),
      String(message),
    );
  }
});

test("what is not a file is refused at once, a pipe without a writer too", (t) => {
  const path = file(t, "x");
  assert.throws(() => readSecretFile(join(path, "..")), /is not a file$/);
  assert.throws(
    () => readSecretFile(`${path}-absent`),
    /^TextFileError: cannot read .*: there is no such file$/,
  );
  const pipe = `${path}-pipe`;
  execFileSync("mkfifo", [pipe]);
  assert.throws(() => readSecretFile(pipe), /is not a file$/);
});
