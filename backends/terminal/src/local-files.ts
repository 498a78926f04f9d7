/** Files of this machine that somebody posted by `/file PATH`: core asks for their bytes by id. */
import { statSync } from "node:fs";
import { homedir } from "node:os";
import { basename, join, resolve } from "node:path";
import { Refused } from "@seabird-chat/sdk/backend";

/** Of one run; the oldest cannot be fetched any more. */
const MAX_FILES = 1_000;

export interface PostedFile {
  readonly id: string;
  readonly name: string;
  readonly sizeBytes: number;
}

export class LocalFiles {
  readonly #paths = new Map<string, string>();
  #added = 0;

  /** `~/` is the user's folder. Throws an Error that says why the file cannot be posted. */
  add(typed: string): PostedFile {
    const path = resolve(typed.startsWith("~/") ? join(homedir(), typed.slice(2)) : typed);
    const stat = statSync(path, { throwIfNoEntry: false });
    if (stat === undefined) throw new Error(`there is no file ${path}`);
    if (!stat.isFile()) throw new Error(`${path} is no file`);
    if (stat.size === 0) throw new Error(`the file ${path} is empty`);
    const id = `file-${++this.#added}`;
    this.#paths.set(id, path);
    if (this.#paths.size > MAX_FILES) this.#paths.delete(`file-${this.#added - MAX_FILES}`);
    return { id, name: basename(path), sizeBytes: stat.size };
  }

  /** Only of those that were posted. Throws a Refused. */
  pathOf(id: string): string {
    const path = this.#paths.get(id);
    if (path === undefined) throw new Refused("nobody has posted such a file");
    return path;
  }
}
