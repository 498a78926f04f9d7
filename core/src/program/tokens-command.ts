/**
 * `seabird-core tokens`: administers tokens in the database file itself, whether core runs or not.
 * A running core sees a change within a quarter of a second.
 */
import { dirname } from "node:path";
import { parseArgs } from "node:util";
import { DURATION_FORM, EXIT, parseDuration } from "@seabird-chat/runtime";
import { prepareOwnFolder } from "../auth/admin-token.ts";
import { newSecret } from "../auth/secret.ts";
import { retryWhileBusy, TokenDatabase } from "../auth/token-database.ts";
import { TokenError } from "../auth/token-error.ts";
import { newRecord } from "../auth/tokens.ts";
import { loadConfig } from "../config/config.ts";
import { ConfigError, UsageError } from "../config/config-error.ts";
import { DatabaseError } from "./start-error.ts";
import { formatTokens, tokenJson } from "./token-format.ts";

const HELP = `seabird-core tokens: administer the tokens in the database file

  tokens create NAME --scope SCOPE... [--expires-in 30d]   print the new token's secret, once
  tokens list [--all]                                      --all: include revoked tokens
  tokens revoke ID|NAME                                    end the token and its open streams
  tokens import [--keep]                                   replace the original core's tokens by
                                                           hashed ones; --keep: keep its rows

  --scope         plugin, -private, persona, mention-everyone, read, private,
                  backend:<type>/<id> (* for any), metrics, admin
  --expires-in    90s, 15m, 12h, 30d, 2w; default: never
  --database-url  default: DATABASE_URL, else .seabird/seabird.db
  --json          one JSON object instead of text`;

/** How long a change waits for another program that writes. */
const BUSY_TIMEOUT_MS = 10_000;
const MAX_LISTED = 1_000_000;

const OPTIONS = {
  scope: { type: "string", multiple: true },
  "expires-in": { type: "string" },
  "database-url": { type: "string" },
  all: { type: "boolean" },
  keep: { type: "boolean" },
  json: { type: "boolean" },
  help: { type: "boolean", short: "h" },
} as const;

type Arguments = ReturnType<typeof parseTokenArguments>;

/** What a command did: as JSON, and as text for people. */
interface Outcome {
  readonly json: object;
  readonly text: string;
}

type Command = (database: TokenDatabase, given: Arguments) => Outcome;

const COMMANDS: Readonly<Record<string, Command>> = { create, list, revoke, import: importTokens };

/** Runs one command; resolves with the exit code. Throws what `describeFailure` understands. */
export async function tokensCommand(argv: readonly string[]): Promise<number> {
  const given = parseTokenArguments(argv);
  const [name = ""] = given.positionals;
  if (given.values.help === true || name === "") return print(HELP);
  const command = COMMANDS[name];
  if (command === undefined || !Object.hasOwn(COMMANDS, name)) {
    const choices = Object.keys(COMMANDS).join(", ");
    throw new UsageError(`tokens: got "${name}"; allowed is one of ${choices}`);
  }
  const outcome = await onDatabase(given, command === create, (database) =>
    command(database, given),
  );
  return print(given.values.json === true ? JSON.stringify(outcome.json) : outcome.text);
}

function parseTokenArguments(argv: readonly string[]) {
  try {
    return parseArgs({ args: scopesGlued(argv), options: OPTIONS, allowPositionals: true });
  } catch (error) {
    const [message] = (error as Error).message.split(". ");
    throw new UsageError(`tokens: ${message}; see seabird-core tokens --help`);
  }
}

/** `--scope -private` would be taken for two flags. */
function scopesGlued(argv: readonly string[]): string[] {
  const glued: string[] = [];
  for (const argument of argv) {
    if (argument === "-private" && glued.at(-1) === "--scope") glued.pop();
    glued.push(argument === "-private" ? "--scope=-private" : argument);
  }
  return glued;
}

async function onDatabase(
  given: Arguments,
  mayCreate: boolean,
  work: (database: TokenDatabase) => Outcome,
) {
  const flags = { "database-url": given.values["database-url"] };
  const { database: location } = loadConfig({ flags, env: process.env, cwd: process.cwd() });
  // A mistyped path must not become an empty database that looks like an answer.
  const create = location.create && (mayCreate || location.embedded);
  let database: TokenDatabase | undefined;
  try {
    if (location.embedded) prepareOwnFolder(dirname(location.path));
    const opened = await retryWhileBusy(
      BUSY_TIMEOUT_MS,
      () => new TokenDatabase({ ...location, create }),
    );
    database = opened;
    await retryWhileBusy(BUSY_TIMEOUT_MS, () => opened.migrate());
    return await retryWhileBusy(BUSY_TIMEOUT_MS, () => work(opened));
  } catch (error) {
    if (error instanceof TokenError || error instanceof ConfigError) throw error;
    throw new DatabaseError(location.path, error);
  } finally {
    database?.close();
  }
}

function create(database: TokenDatabase, { values, positionals }: Arguments): Outcome {
  const [, name = "", ...more] = positionals;
  if (name === "" || more.length > 0) throw new UsageError("tokens create: give one name");
  const duration = values["expires-in"];
  const expiresInMs = duration === undefined ? undefined : parseDuration(duration) || undefined;
  if (duration !== undefined && expiresInMs === undefined) {
    throw new UsageError(`--expires-in: got "${duration}"; allowed is ${DURATION_FORM}`);
  }
  const secret = newSecret();
  const wanted = { name, scopes: values.scope ?? [], expiresInMs };
  const token = newRecord(wanted, secret, Date.now());
  database.insert(token);
  return { json: { token: tokenJson(token), secret }, text: secret };
}

function list(database: TokenDatabase, { values }: Arguments): Outcome {
  const { records } = database.load(MAX_LISTED);
  const shown = records.filter((token) => values.all === true || token.revokedAtMs === undefined);
  return { json: { tokens: shown.map(tokenJson) }, text: formatTokens(shown) };
}

function revoke(database: TokenDatabase, { positionals }: Arguments): Outcome {
  const [, which = "", ...more] = positionals;
  if (which === "" || more.length > 0) throw new UsageError("tokens revoke: give one id or name");
  const token = database.revoke(idOf(database, which), Date.now());
  if (token === undefined) throw new TokenError("token_not_found", `there is no token "${which}"`);
  return { json: { token: tokenJson(token) }, text: `revoked ${token.name} (${token.id})` };
}

/** A name stands for its token where only one in force has it. */
function idOf(database: TokenDatabase, which: string): string {
  const { records } = database.load(MAX_LISTED);
  if (records.some((token) => token.id === which)) return which;
  const named = records.filter((token) => token.name === which && token.revokedAtMs === undefined);
  if (named.length < 2) return named[0]?.id ?? which;
  const ids = named.map((token) => token.id).join(", ");
  throw new TokenError("bad_request", `several tokens are named "${which}"; give one of ${ids}`);
}

function importTokens(database: TokenDatabase, { values }: Arguments): Outcome {
  const moved = database.importLegacy(Date.now(), values.keep === true);
  const text = `imported ${moved.length} ${moved.length === 1 ? "token" : "tokens"}\n${formatTokens(moved)}`;
  return { json: { tokens: moved.map(tokenJson) }, text: text.trim() };
}

function print(text: string): number {
  process.stdout.write(`${text}\n`);
  return EXIT.ok;
}
