/**
 * The first token of a core with a database of its own: made on the first start, and left in a
 * file that only its owner can read, where the cli finds it.
 */
import {
  chmodSync,
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  renameSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import type { Tokens } from "./tokens.ts";

export const ADMIN_TOKEN_FILE = "admin-token";
const ADMIN_TOKEN_SCOPES = ["admin", "plugin"];

/** Makes core's own folder: nobody else may read it, and git leaves it alone. */
export function prepareOwnFolder(folder: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  chmodSync(folder, 0o700);
  const ignore = join(folder, ".gitignore");
  if (!existsSync(ignore)) writeFileSync(ignore, "*\n");
}

/** What became of the admin token, for the log. */
export type AdminTokenOutcome = "made" | "there" | "missing";

/**
 * Makes the admin token if the database has no token at all. `missing`: there are tokens, but the
 * file is gone, and the secret cannot be had again.
 */
export async function ensureAdminToken(tokens: Tokens, folder: string): Promise<AdminTokenOutcome> {
  const file = join(folder, ADMIN_TOKEN_FILE);
  if (tokens.storedCount > 0) return existsSync(file) ? "there" : "missing";
  // The file comes first: a crash in between makes another token, not one that nobody knows.
  await tokens.create({ name: "admin", scopes: ADMIN_TOKEN_SCOPES }, (secret) => {
    writePrivateFile(file, `${secret}\n`);
  });
  return "made";
}

function writePrivateFile(path: string, text: string): void {
  const temporary = `${path}.${process.pid}`;
  const descriptor = openSync(temporary, "w", 0o600);
  try {
    writeSync(descriptor, text);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
  chmodSync(temporary, 0o600);
  renameSync(temporary, path);
}
