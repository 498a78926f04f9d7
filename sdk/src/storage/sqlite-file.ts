/** Opens a SQLite file that only its owner can read. */
import {
  chmodSync,
  closeSync,
  fchmodSync,
  fstatSync,
  mkdirSync,
  openSync,
  statSync,
} from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { IN_MEMORY } from "./storage-location.ts";

const OWNER_ONLY = 0o600;
const OWNER_ONLY_FOLDER = 0o700;
const OTHERS = 0o077;

/** Creates folders and file as needed. Throws while another process has the file locked. */
export function openFile(file: string): DatabaseSync {
  if (file !== IN_MEMORY) prepareFile(file);
  // No busy timeout: it would block the event loop.
  const database = new DatabaseSync(file, { timeout: 0 });
  try {
    database.exec("pragma journal_mode = wal");
    database.exec("pragma synchronous = normal");
    database.exec("pragma trusted_schema = off");
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/** SQLite creates its -wal and -shm files with the mode of the main file. */
function prepareFile(file: string): void {
  mkdirSync(dirname(file), { recursive: true, mode: OWNER_ONLY_FOLDER });
  const descriptor = openSync(file, "a", OWNER_ONLY);
  try {
    if ((fstatSync(descriptor).mode & OTHERS) !== 0) fchmodSync(descriptor, OWNER_ONLY);
  } finally {
    closeSync(descriptor);
  }
  // They may be left from an earlier run.
  for (const beside of ["-wal", "-shm"]) {
    const mode = statSync(file + beside, { throwIfNoEntry: false })?.mode ?? 0;
    if ((mode & OTHERS) !== 0) chmodSync(file + beside, OWNER_ONLY);
  }
}
