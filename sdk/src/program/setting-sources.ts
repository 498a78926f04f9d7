/**
 * The settings of a component that is started by hand: flags go before the environment, and what
 * is wrong is reported by the name of the flag or variable that it came from.
 */
import { parseArgs } from "node:util";
import { maskLogin, readSecretFile, TextFileError } from "@seabird-chat/runtime";
import { SeabirdError } from "../link/errors.ts";
import type { SettingsError, SettingsProblem } from "./check-settings.ts";
import type { SettingRow } from "./setting-rows.ts";

export interface GivenSettings {
  /** The value of `--id`, else of the variable for it. */
  readonly id: string | undefined;
  /** As in `seabird.yaml`; what is not given is left out. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** The same problems in terms of flags and variables: `IRC_NICK is "a b": has to be one word`. */
  explain(error: SettingsError): SeabirdError;
}

/** A value as it was given, and by what: `--nick`, `IRC_NICK`. */
interface Source {
  readonly name: string;
  readonly value: string;
}

export interface SourceOptions {
  readonly rows: readonly SettingRow[];
  /** The variable that sets the backend's id. */
  readonly idVariable: string;
}

type Variables = Readonly<Record<string, string | undefined>>;

/**
 * An empty variable counts as not set. Throws a SeabirdError `bad_option` for a flag that does not
 * exist and for a file of a secret that cannot be read.
 */
export function readSettingSources(
  args: readonly string[],
  env: Variables,
  { rows, idVariable }: SourceOptions,
): GivenSettings {
  const flags = readFlags(args, rows);
  const sources = new Map<string, Source>();
  const settings: Record<string, unknown> = {};
  for (const row of rows) {
    const source = row.secret ? secretSource(row, flags, env) : plainSource(row, flags, env);
    if (source === undefined) continue;
    sources.set(row.key, source);
    assign(settings, row.key.split("."), readValue(row, source));
  }
  return {
    id: flags["id"] ?? (env[idVariable] || undefined),
    settings,
    explain: ({ problems }) =>
      wrong(problems.map((problem) => explain(problem, rows, sources)).join("; ")),
  };
}

function readFlags(args: readonly string[], rows: readonly SettingRow[]): Variables {
  const names = ["id", ...rows.map(({ flag }) => flag).filter((flag) => flag !== undefined)];
  const options = Object.fromEntries(names.map((name) => [name, { type: "string" as const }]));
  const { tokens } = parseArgs({ args: [...args], options, strict: false, tokens: true });
  const flags: Record<string, string> = {};
  for (const token of tokens) {
    if (token.kind === "option-terminator") continue;
    const given = token.kind === "positional" ? token.value : token.rawName;
    if (token.kind !== "option" || !names.includes(token.name)) {
      throw wrong(`there is no ${quote(given)}; --help lists the flags`);
    }
    if (!token.value) throw wrong(`${given} needs a value; --help lists the flags`);
    flags[token.name] = token.value;
  }
  return flags;
}

function plainSource({ flag, env: names }: SettingRow, flags: Variables, env: Variables) {
  const given = flag === undefined ? undefined : flags[flag];
  if (given !== undefined) return { name: `--${flag}`, value: given };
  return variable(names, env);
}

function variable(names: readonly string[], env: Variables): Source | undefined {
  for (const name of names) if (env[name]) return { name, value: env[name] };
  return undefined;
}

/** Secrets are no business of arguments: the flag names a file, as the variable with `_FILE` does. */
function secretSource(
  { flag, env: names }: SettingRow,
  flags: Variables,
  env: Variables,
): Source | undefined {
  const file = flag === undefined ? undefined : flags[flag];
  if (file !== undefined) return { name: `--${flag}`, value: readSecret(`--${flag}`, file) };
  const given = variable(names, env);
  if (given !== undefined) return given;
  const named = variable(
    names.map((name) => `${name}_FILE`),
    env,
  );
  return named && { name: named.name, value: readSecret(named.name, named.value) };
}

function readSecret(name: string, path: string): string {
  try {
    return readSecretFile(path, `${quote(path)} of ${name}`).text;
  } catch (cause) {
    if (!(cause instanceof TextFileError)) throw cause;
    throw wrong(cause.message, cause);
  }
}

/** What cannot be read as its type is left to the schema, but for a yes or no. */
function readValue({ type }: SettingRow, { name, value }: Source): unknown {
  if (type === "number") return /^-?\d+(\.\d+)?$/.test(value) ? Number(value) : value;
  if (type === "list") return listOf(value);
  if (type !== "boolean") return value;
  if (/^(1|t|true|yes)$/i.test(value)) return true;
  if (/^(0|f|false|no)$/i.test(value)) return false;
  throw wrong(`${name} is ${quote(value)}; give yes or no`);
}

/** `#a,#b key`: entries with commas between them. */
function listOf(value: string): readonly string[] {
  return value
    .split(",")
    .map((entry) => entry.trim())
    .filter((entry) => entry !== "");
}

function assign(record: Record<string, unknown>, path: readonly string[], value: unknown): void {
  const [first = "", ...others] = path;
  if (others.length === 0) {
    record[first] = value;
    return;
  }
  record[first] ??= {};
  assign(record[first] as Record<string, unknown>, others, value);
}

function explain(
  { path, message }: SettingsProblem,
  rows: readonly SettingRow[],
  sources: ReadonlyMap<string, Source>,
): string {
  const row = rows.find(({ key }) => path === key || path.startsWith(`${key}.`));
  if (row === undefined) return path === "" ? message : `${path}: ${message}`;
  const source = sources.get(row.key);
  if (source === undefined) {
    const name = row.env[0] ?? (row.flag === undefined ? row.key : `--${row.flag}`);
    return `${name} is not set; ${message.replace(/^is missing; /, "")}`;
  }
  if (row.secret || maskLogin(source.value) !== source.value) return `${source.name} ${message}`;
  const at = Number(path.slice(row.key.length + 1));
  const given = row.type === "list" ? listOf(source.value)[at] : source.value;
  if (given === undefined) return `${source.name}: ${message}`;
  const shown = row.maskAfter === undefined ? given : (given.split(row.maskAfter)[0] ?? "");
  return `${source.name} ${row.type === "list" ? "has" : "is"} ${quote(shown)}: ${message}`;
}

/** Characters of a value that are repeated. */
const MAX_QUOTED = 80;

/** On one line, without control characters, cut where it is long. */
function quote(value: string): string {
  const short = value.length <= MAX_QUOTED ? value : `${value.slice(0, MAX_QUOTED)}…`;
  return JSON.stringify(short.toWellFormed()).replace(
    /\p{Cc}/gu,
    (control) => `\\u00${control.charCodeAt(0).toString(16)}`,
  );
}

function wrong(what: string, cause?: unknown): SeabirdError {
  return new SeabirdError("bad_option", what, { cause });
}
