/**
 * `npm run test:only [WORD…]`: every `*.test.ts` of the repository, or those whose path holds
 * one of the words, by Node's own runner.
 */
import { spawn } from "node:child_process";
import { repositoryRoot } from "./checks/run-tool.ts";
import { trackedFiles } from "./checks/tracked-files.ts";

/** A file that has not ended by then hangs; the slowest builds a foreign client first. */
const FILE_TIMEOUT_MS = 15 * 60_000;

const words = process.argv.slice(2);
const files = (await trackedFiles(repositoryRoot))
  .filter((path) => path.endsWith(".test.ts"))
  .filter((path) => words.length === 0 || words.some((word) => path.includes(word)));

if (files.length === 0) {
  console.error(`no test file's path holds ${words.join(" or ")}`);
  process.exit(1);
}

const runner = spawn(
  process.execPath,
  ["--test", "--test-concurrency=2", `--test-timeout=${FILE_TIMEOUT_MS}`, ...files],
  { cwd: repositoryRoot, stdio: "inherit" },
);
runner.on("close", (code) => {
  process.exitCode = code ?? 1;
});
