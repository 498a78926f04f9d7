/**
 * The first token of a core with the embedded database: created on the first start, and written to
 * a file that only its owner can read, where the command line finds it.
 */
import {
  chmodSync,
  closeSync,
  existsSync,
  fsyncSync,
  lstatSync,
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

/** Creates core's folder `.seabird`: only its owner can read it, and git ignores it. */
export function prepareOwnFolder(folder: string): void {
  // A link would have another folder filled, and its permissions changed, by whoever made it.
  const found = lstatSync(folder, { throwIfNoEntry: false });
  if (found !== undefined && !found.isDirectory()) {
    throw new Error(
      `${folder} is ${found.isSymbolicLink() ? "a link" : "no folder"}; move it away`,
    );
  }
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  chmodSync(folder, 0o700);
  const ignore = join(folder, ".gitignore");
  if (!existsSync(ignore)) writeFileSync(ignore, "*\n");
}

/** Whether the admin token was created, for the log. */
export type AdminTokenOutcome = "created" | "present" | "missing";

/**
 * Creates the admin token if the database has no token at all. `missing`: there are tokens, but not
 * the file, and its secret is stored nowhere else.
 */
export async function ensureAdminToken(tokens: Tokens, folder: string): Promise<AdminTokenOutcome> {
  const file = join(folder, ADMIN_TOKEN_FILE);
  if (tokens.storedCount > 0) return existsSync(file) ? "present" : "missing";
  const secret = newSecret();
  // Written before the token is in force, and renamed only if no other core that starts here at
  // the same time was first.
  const written = writePrivateFile(`${file}.${newTokenId()}`, `${secret}\n`);
  try {
    const isFirst = await tokens.createFirst({ name: "admin", scopes: ADMIN_TOKEN_SCOPES }, secret);
    if (isFirst) renameSync(written, file);
    return isFirst ? "created" : "present";
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
