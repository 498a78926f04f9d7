/** Secrets that stand in files of their own: `password_file: ./secrets/irc`. */
import { resolve } from "node:path";
import { readSecretFile, TextFileError } from "@seabird-chat/runtime";
import type { ProblemList } from "./problem-list.ts";

export interface SecretText {
  /** "" if there is a problem. */
  readonly text: string;
  readonly problem?: string;
  readonly warning?: string;
}

export class SecretFiles {
  readonly warnings: ProblemList;
  readonly #folder: string;

  /** `folder`: where relative paths begin. */
  constructor(folder: string, warnings: ProblemList) {
    this.#folder = folder;
    this.warnings = warnings;
  }

  read(path: string): SecretText {
    try {
      const { text, readableByOthers } = readSecretFile(resolve(this.#folder, path), path);
      if (!readableByOthers) return { text };
      return { text, warning: `other users can read ${path}; \`chmod 600 ${path}\` ends that` };
    } catch (error) {
      if (!(error instanceof TextFileError)) throw error;
      return { text: "", problem: error.message };
    }
  }
}
