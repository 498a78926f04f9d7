/** `.seabird`, where a run keeps its socket: a folder of ours that no other user can write in. */
import { lstatSync, mkdirSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { EXIT, fileErrorReason } from "@seabird-chat/runtime";
import { CliError } from "../process/cli-error.ts";

const WRITABLE_BY_OTHERS = 0o022;

/** Creates it if necessary. Throws a CliError if it belongs to another user or others can write in it. */
export function ensureOwnFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw new CliError(EXIT.unavailable, `cannot make ${folder}: ${fileErrorReason(error)}`);
  }
  const problem = folderProblem(folder);
  if (problem !== undefined) {
    throw new CliError(EXIT.unavailable, `${folder} ${problem.what}`, problem.next);
  }
}

interface FolderProblem {
  readonly what: string;
  readonly next: string;
}

/** What is wrong with a folder that is there; undefined if it can be trusted. */
export function folderProblem(folder: string): FolderProblem | undefined {
  const uid = process.getuid?.();
  const stat = lstatSync(folder, { throwIfNoEntry: false });
  if (!stat?.isDirectory()) return { what: "is no folder", next: "move it out of the way" };
  if (uid !== undefined && uid !== 0 && stat.uid !== uid) {
    return { what: "belongs to another user", next: "run it in a folder of yours" };
  }
  if (uid !== undefined && (stat.mode & WRITABLE_BY_OTHERS) !== 0) {
    return { what: "can be written by other users", next: `run \`chmod go-w ${folder}\`` };
  }
  return undefined;
}

/** `.seabird` of this folder and of each one above it, whether it is there or not. */
export function* seabirdFolders(from: string): Generator<string, void, void> {
  for (let at = resolve(from); ; at = dirname(at)) {
    yield join(at, ".seabird");
    if (dirname(at) === at) return;
  }
}
