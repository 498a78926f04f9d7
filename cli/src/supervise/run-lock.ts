/**
 * One run in a folder at a time. The lock is the system's own, on the file `.seabird/up.lock`, so
 * it ends with the process that holds it, however that ends; Node reaches such locks by SQLite.
 */
import { closeSync, openSync } from "node:fs";
import { join } from "node:path";
import { EXIT, fileErrorReason } from "@seabird-chat/runtime";
import { CliError } from "../process/cli-error.ts";

export interface RunLock {
  /** Idempotent. */
  release(): void;
}

/** SQLite's code for a database that another process has locked. */
const BUSY = 5;

/** Undefined if another process holds it. Throws a CliError if the folder knows no locks. */
export async function takeRunLock(folder: string): Promise<RunLock | undefined> {
  try {
    return await lock(folder);
  } catch (error) {
    throw new CliError(EXIT.unavailable, `cannot lock ${folder}: ${fileErrorReason(error)}`);
  }
}

async function lock(folder: string): Promise<RunLock | undefined> {
  const { DatabaseSync } = await import("node:sqlite");
  const path = join(folder, "up.lock");
  // For its mode; the lock itself is on no descriptor of ours.
  closeSync(openSync(path, "a", 0o600));
  const database = new DatabaseSync(path);
  try {
    // Nothing is ever written; a journal would only be left behind.
    database.exec("PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE");
  } catch (error) {
    database.close();
    if (error instanceof Error && "errcode" in error && error.errcode === BUSY) return undefined;
    throw error;
  }
  return {
    release: () => {
      if (database.isOpen) database.close();
    },
  };
}
