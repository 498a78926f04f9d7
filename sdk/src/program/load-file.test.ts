/** A person's file that cannot be loaded: the message names the change to make. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { loadFile } from "./load-file.ts";

const SDK = new URL("../index.ts", import.meta.url).href;

test("what stripping types does not take is refused with what to write instead", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "seabird-load-file-"));
  t.after(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, "helper.ts"), "export type Point = number; export const one = 1;\n");
  const rows: readonly (readonly [source: string, says: RegExp])[] = [
    ["enum Color { red }", /enum.* \(bot0\.ts:1\); write a union instead: type Color = "red"/s],
    ["namespace A { export const b = 1 }", /; Node only strips types/],
    ["class A { constructor(readonly b: number) {} }", /; Node only strips types/],
    ['import { one } from "./helper"; one;', /; write the import with its extension: "…\.ts"$/],
    ['import { Point } from "./helper.ts"; Point;', /import { type Point } from …$/],
    ['import "./nowhere";', /cannot be loaded: Error: Cannot find module [^;]*$/],
    ["const = 1;", /cannot be loaded: SyntaxError: [^;]* \(bot6\.ts:1\)$/],
    ["\nthrow new Error('top');", /cannot be loaded: Error: top \(bot7\.ts:2\)$/],
    ["const f = () => {\n  null.x;\n};\nf();", /: TypeError: [^;]* \(bot8\.ts:2\)$/],
    ["const one = 1;\nconst two = (one;", /cannot be loaded: SyntaxError: .* \(bot\d\.ts:2\)$/],
    ['import { nope } from "node:fs";', /named 'nope' \(bot\d+\.ts:1\); if nope is a type/],
    ["throw 'words';", /cannot be loaded: words$/],
    [
      `import { plugin } from ${JSON.stringify(SDK)};\nplugin("My Bot");`,
      /allowed: .* \(bot12\.ts:2\)$/,
    ],
  ];
  for (const [index, [source, says]] of rows.entries()) {
    const file = join(folder, `bot${index}.ts`);
    writeFileSync(file, `${source}\nexport {};\n`);
    await assert.rejects(loadFile(file, "plugin"), { code: "failed_precondition", message: says });
  }
});
