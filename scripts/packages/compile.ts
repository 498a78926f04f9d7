/**
 * Compiles every package in one run of tsc: JavaScript and declarations, in the folders that the
 * sources have, below `compiled`.
 */
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { problemsOf } from "../checks/run-tool.ts";

const TESTS = ["**/*.test.ts", "**/test/**", "**/testing/**"];

/** Resolves with the folder. Rejects with tsc's words. */
export async function compile(
  root: string,
  build: string,
  folders: readonly string[],
): Promise<string> {
  const out = join(build, "compiled");
  const config = join(build, "tsconfig.json");
  await rm(out, { recursive: true, force: true });
  await writeFile(
    config,
    JSON.stringify({
      extends: join(root, "tsconfig.json"),
      compilerOptions: {
        noEmit: false,
        incremental: false,
        declaration: true,
        stripInternal: true,
        rewriteRelativeImportExtensions: true,
        rootDir: root,
        outDir: out,
        typeRoots: [join(root, "node_modules", "@types")],
        tsBuildInfoFile: null,
      },
      include: folders.map((folder) => join(root, folder, "src")),
      exclude: ["**/node_modules", ...TESTS.map((glob) => join(root, glob))],
    }),
  );
  const problems = await problemsOf("tsc", ["-p", config], root);
  if (problems.length > 0) throw new Error(problems.join("\n"));
  return out;
}
