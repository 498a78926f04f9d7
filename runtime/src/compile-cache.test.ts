/** Where our programs keep compiled code: never where another user could put code of theirs. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";

const MODULE = JSON.stringify(new URL("../compile-cache.js", import.meta.url).href);
const SOURCE = `
  import { getCompileCacheDir } from "node:module";
  import { useCompileCache } from ${MODULE};
  useCompileCache();
  console.log(getCompileCacheDir() ?? "none");`;
const NAME = `seabird-compile-cache-${process.getuid?.()}`;

/** The cache's folder as Node has it. */
function cacheIn(folder: string, more: NodeJS.ProcessEnv = {}): string {
  const { NODE_COMPILE_CACHE: _, NODE_DISABLE_COMPILE_CACHE: __, ...env } = process.env;
  const args = ["--input-type=module", "-e", SOURCE];
  const options = { env: { ...env, TMPDIR: folder, ...more }, encoding: "utf8" } as const;
  return execFileSync(process.execPath, args, options).trim();
}

const ROWS: readonly (readonly [what: string, prepare: (own: string) => void, used: boolean])[] = [
  ["is not there", () => undefined, true],
  ["is there", (own) => mkdirSync(own, { mode: 0o700 }), true],
  ["others can read", (own) => mkdirSync(own, { mode: 0o755 }), true],
  [
    "others can write in",
    (own) => {
      mkdirSync(own);
      chmodSync(own, 0o777);
    },
    false,
  ],
  [
    "is a link to another",
    (own) => {
      mkdirSync(`${own}-else`);
      symlinkSync(`${own}-else`, own);
    },
    false,
  ],
];

for (const [what, prepare, used] of ROWS) {
  test(`a folder that ${what} is ${used ? "used" : "not used"}`, (t) => {
    const folder = mkdtempSync(join(tmpdir(), "seabird-cache-"));
    t.after(() => rmSync(folder, { recursive: true, force: true }));
    const own = join(folder, NAME);
    prepare(own);
    const cache = cacheIn(folder);
    assert.equal(cache.startsWith(`${own}/`), used, cache);
    if (!used) assert.equal(cache, "none");
    else assert.equal(statSync(own).mode & 0o022, 0);
    const given = join(folder, "given");
    assert.ok(cacheIn(folder, { NODE_COMPILE_CACHE: given }).startsWith(`${given}/`));
    assert.equal(cacheIn(folder, { NODE_DISABLE_COMPILE_CACHE: "1" }), "none");
  });
}
