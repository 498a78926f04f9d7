/**
 * Tokens in the database file of a core that is not running. Core's own program does the work:
 * it alone knows the file, and the cli imports nothing of core.
 */
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { EXIT } from "@seabird-chat/runtime";
import { findSeabirdFolder } from "../client/settings.ts";
import { PROJECT_FILE } from "../config/project.ts";
import { coreBin } from "../process/bins.ts";
import { CliError } from "../process/cli-error.ts";
import { runProgram } from "../process/run-program.ts";
import { safeText } from "../terminal/safe-text.ts";
import type { TokenAdmin, TokenRow, WantedToken } from "./token-rows.ts";

/** The list of tokens in the database file. A longer one ends the command with exit code 1. */
const MAX_TOKEN_FILE_ANSWER_BYTES = 64 * 1024 * 1024;
/** Work on the database file, which another process may hold for a while. Exit code 1 after that. */
const TOKEN_FILE_TIMEOUT_MS = 30_000;

export class TokenFile implements TokenAdmin {
  readonly where = "the database file";

  async create({ name, scopes, expiresInMs }: WantedToken) {
    const expiry =
      expiresInMs === undefined ? [] : [`--expires-in=${Math.ceil(expiresInMs / 1000)}s`];
    const wanted = scopes.map((scope) => `--scope=${scope}`);
    const { token, secret } = await runTokens("create", [...wanted, ...expiry, "--", name]);
    return { token: rowOf(token), secret };
  }

  async list(includeRevoked: boolean): Promise<readonly TokenRow[]> {
    return (await runTokens("list", includeRevoked ? ["--all"] : [])).tokens.map(rowOf);
  }

  async revoke(id: string): Promise<TokenRow> {
    return rowOf((await runTokens("revoke", ["--", id])).token);
  }

  async importLegacy(): Promise<readonly TokenRow[]> {
    return (await runTokens("import", [])).tokens.map(rowOf);
  }
}

type TokenJson = Pick<TokenRow, "id" | "name" | "scopes" | "legacy"> & Partial<TokenRow>;

/** Which of these there are depends on the verb. */
interface Answer {
  readonly token: TokenJson;
  readonly tokens: readonly TokenJson[];
  readonly secret: string;
}

/** Core leaves out a time that is not set. */
function rowOf(token: TokenJson): TokenRow {
  return { createdAt: null, lastUsedAt: null, expiresAt: null, revokedAt: null, ...token };
}

/** Core's program belongs to the same release, so its answer is taken as it is. */
async function runTokens(verb: string, args: readonly string[]): Promise<Answer> {
  const cwd = coreFolder();
  const url = await databaseUrlOf(cwd);
  const database = url === undefined ? [] : [`--database-url=${url}`];
  const { error, stdout, stderr } = await runProgram(
    { script: coreBin(), args: ["tokens", verb, "--json", ...database, ...args] },
    { cwd, timeoutMs: TOKEN_FILE_TIMEOUT_MS, maxBytes: MAX_TOKEN_FILE_ANSWER_BYTES },
  );
  if (error === null) return JSON.parse(stdout);
  throw new CliError(EXIT.failed, reasonOf(stderr) ?? `core's program failed: ${error.code}`);
}

/** Where core runs: this folder, or the nearest one above that has a `.seabird` with something in it. */
export function coreFolder(): string {
  const cwd = process.cwd();
  const folder = findSeabirdFolder(cwd);
  return folder === undefined ? cwd : dirname(folder);
}

/** As `seabird up` hands it to core; undefined if core's program finds it itself. */
async function databaseUrlOf(folder: string): Promise<string | undefined> {
  if (!existsSync(join(folder, PROJECT_FILE))) return undefined;
  const { projectDatabaseUrl } = await import("../config/project-database.ts");
  return projectDatabaseUrl(folder);
}

/** The last line is the error message. */
function reasonOf(stderr: string): string | undefined {
  const last = stderr.trim().split("\n").at(-1);
  return last ? safeText(last.replace(/^seabird-core: /, "")) : undefined;
}
