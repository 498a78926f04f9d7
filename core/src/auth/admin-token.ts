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
  rmSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { newSecret, newTokenId } from "./secret.ts";
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
  const secret = newSecret();
  // It is on the disk before the token is in force, and in its place only if no other core that
  // starts here at the same time was first.
  const written = writePrivateFile(`${file}.${newTokenId()}`, `${secret}\n`);
  try {
    const isFirst = await tokens.createFirst({ name: "admin", scopes: ADMIN_TOKEN_SCOPES }, secret);
    if (isFirst) renameSync(written, file);
    return isFirst ? "made" : "there";
  } finally {
    rmSync(written, { force: true });
  }
}

function writePrivateFile(path: string, text: string): string {
  const descriptor = openSync(path, "wx", 0o600);
  try {
    writeSync(descriptor, text);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
  return path;
}
