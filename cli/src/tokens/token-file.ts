/**
 * Tokens in the database file of a core that is not running. Core's own program does the work:
 * it alone knows the file, and the cli imports nothing of core.
 */
import { execFile } from "node:child_process";
import { EXIT } from "@seabird-chat/runtime";
import { asRecord } from "../config/as-record.ts";
import { coreBin } from "../process/bins.ts";
import { CliError } from "../process/cli-error.ts";
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
    const answer = await runTokens("create", [...wanted, ...expiry, "--", name]);
    const secret = answer["secret"];
    if (typeof secret !== "string") throw unexpected();
    return { token: readRow(answer["token"]), secret };
  }

  async list(includeRevoked: boolean): Promise<readonly TokenRow[]> {
    return readRows(await runTokens("list", includeRevoked ? ["--all"] : []));
  }

  async revoke(id: string): Promise<TokenRow> {
    return readRow((await runTokens("revoke", ["--", id]))["token"]);
  }

  async importLegacy(): Promise<readonly TokenRow[]> {
    return readRows(await runTokens("import", []));
  }
}

type Answer = Readonly<Record<string, unknown>>;

function runTokens(verb: string, args: readonly string[]): Promise<Answer> {
  const command = [coreBin(), "tokens", verb, "--json", ...args];
  const options = {
    timeout: TOKEN_FILE_TIMEOUT_MS,
    maxBuffer: MAX_TOKEN_FILE_ANSWER_BYTES,
    encoding: "utf8",
  } as const;
  return new Promise((done, failed) => {
    execFile(process.execPath, command, options, (error, stdout, stderr) => {
      if (error === null) return done(readAnswer(stdout));
      failed(new CliError(EXIT.failed, reasonOf(stderr) ?? `core's program failed: ${error.code}`));
    });
  });
}

function readAnswer(stdout: string): Answer {
  try {
    return asRecord(JSON.parse(stdout));
  } catch {
    throw unexpected();
  }
}

/** The last line is the error message. */
function reasonOf(stderr: string): string | undefined {
  const last = stderr.trim().split("\n").at(-1);
  return last ? safeText(last.replace(/^seabird-core: /, "")) : undefined;
}

function readRows(answer: Answer): readonly TokenRow[] {
  const tokens = answer["tokens"];
  if (!Array.isArray(tokens)) throw unexpected();
  return tokens.map(readRow);
}

function readRow(value: unknown): TokenRow {
  const token = asRecord(value);
  const { id, name, scopes, legacy } = token;
  if (typeof id !== "string" || typeof name !== "string" || !Array.isArray(scopes))
    throw unexpected();
  const moment = (key: string) => (typeof token[key] === "string" ? token[key] : null);
  return {
    id,
    name,
    scopes: scopes.map(String),
    createdAt: moment("createdAt"),
    lastUsedAt: moment("lastUsedAt"),
    expiresAt: moment("expiresAt"),
    revokedAt: moment("revokedAt"),
    legacy: legacy === true,
  };
}

function unexpected(): CliError {
  return new CliError(EXIT.internal, "core's program answered something unexpected");
}
