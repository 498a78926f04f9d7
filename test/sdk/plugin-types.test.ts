/** The types of plugins, with the options that most authors have rather than with ours. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const FILE = fileURLToPath(new URL("../support/author-types.ts", import.meta.url));
const TSC = fileURLToPath(new URL("../../node_modules/typescript/bin/tsc", import.meta.url));
const OPTIONS = ["--strict", "--noEmit", "--skipLibCheck", "--allowImportingTsExtensions"];
const MODULES = ["--target", "esnext", "--module", "nodenext", "--types", "node"];

test("what is declared has its types without exactOptionalPropertyTypes too", async () => {
  const args = [TSC, "--ignoreConfig", ...OPTIONS, ...MODULES, FILE];
  const compiled = await promisify(execFile)(process.execPath, args).catch((error) => error);
  assert.equal(compiled.stdout, "");
  assert.equal(compiled.code ?? 0, 0);
});
