/** Secrets that stand in files of their own: `password_file: ./secrets/irc`. */
import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";
import { resolve } from "node:path";
import { fileErrorReason } from "@seabird-chat/runtime";
import type { ProblemList } from "./problem-list.ts";

/** `seabird.yaml`, and each file that an `x_file` names; a larger one is refused. */
export const MAX_CONFIG_BYTES = 1024 * 1024;

export interface SecretText {
  /** Without its last newline; "" if there is a problem. */
  readonly text: string;
  readonly problem?: string;
  readonly warning?: string;
}

const READABLE_BY_OTHERS = 0o004;

export class SecretFiles {
  readonly warnings: ProblemList;
  readonly #folder: string;

  /** `folder`: where relative paths begin. */
  constructor(folder: string, warnings: ProblemList) {
    this.#folder = folder;
    this.warnings = warnings;
  }

  read(path: string): SecretText {
    let file: number | undefined;
    try {
      // A pipe that nobody writes to would hold everything up.
      file = openSync(resolve(this.#folder, path), constants.O_RDONLY | constants.O_NONBLOCK);
      return readOpen(file, path);
    } catch (error) {
      return { text: "", problem: `cannot read ${path}: ${fileErrorReason(error)}` };
    } finally {
      if (file !== undefined) closeSync(file);
    }
  }
}

function readOpen(file: number, path: string): SecretText {
  const stats = fstatSync(file);
  const { size, mode } = stats;
  if (!stats.isFile()) return { text: "", problem: `${path} is no file` };
  const most = MAX_CONFIG_BYTES;
  if (size > most) return { text: "", problem: `${path} is larger than ${most} bytes` };
  const bytes = Buffer.alloc(most + 1);
  let length = 0;
  for (let more = -1; more !== 0 && length < bytes.length; length += more) {
    more = readSync(file, bytes, length, bytes.length - length, null);
  }
  if (length > most) return { text: "", problem: `${path} is larger than ${most} bytes` };
  const text = bytes.toString("utf8", 0, length).replace(/\r?\n$/, "");
  if (text === "") return { text, problem: `${path} is empty` };
  if ((mode & READABLE_BY_OTHERS) === 0) return { text };
  return { text, warning: `other users can read ${path}; \`chmod 600 ${path}\` ends that` };
}
