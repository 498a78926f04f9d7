/** The package runs in a browser, too: its sources use nothing that only Node has. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";

const SOURCES = new URL("./", import.meta.url);
const ALLOWED_PACKAGES = /^@bufbuild\/protobuf(\/(codegenv2|wkt|wire))?$/;
const NODE_GLOBALS = /\b(Buffer|process|require|global|__dirname|setImmediate)\b(?!["'`])/;

/** What is shipped: everything but tests and what only tests use. */
function shipped(): string[] {
  return readdirSync(SOURCES, { recursive: true, encoding: "utf8" }).filter(
    (path) => /\.(ts|js)$/.test(path) && !/\.(test|d)\.ts$|^testing/.test(path),
  );
}

function withoutComments(source: string): string {
  return source.replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, "");
}

test("there is something to look at", () => {
  assert.ok(shipped().includes("index.ts") && shipped().includes("ids.ts"));
});

for (const path of shipped()) {
  test(`${path} imports our own files and protobuf, and names none of Node's globals`, () => {
    const source = withoutComments(readFileSync(new URL(path, SOURCES), "utf8"));
    for (const [, target = ""] of source.matchAll(/\bfrom\s+"([^"]+)"|\bimport\(/g)) {
      assert.ok(target.startsWith(".") || ALLOWED_PACKAGES.test(target), `imports ${target}`);
    }
    assert.doesNotMatch(source, NODE_GLOBALS);
  });
}
