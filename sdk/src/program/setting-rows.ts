/**
 * The settings of a schema, one row each, from which everything that people meet is made: flags,
 * environment variables, `--help`, the table in the docs and `.env.example`. Pure.
 */
import type { JsonSchema } from "./check-settings.ts";

export interface SettingRow {
  /** As in `seabird.yaml`: `sasl.account`. */
  readonly key: string;
  /** Without its dashes: `sasl-account`. A secret's names a file. Undefined: the name is taken. */
  readonly flag: string | undefined;
  /** The variables that set it (`x-env`), the first one preferred. A secret's may end with `_FILE`. */
  readonly env: readonly string[];
  readonly type: "text" | "number" | "boolean" | "list";
  readonly help: string;
  /** Undefined: none, or one that depends on something else. */
  readonly default: unknown;
  readonly required: boolean;
  readonly secret: boolean;
  /** What stands behind it in a text is a secret (`x-mask-after`). */
  readonly maskAfter: string | undefined;
}

/** The flags of every component, and those of `seabird backend`. */
const TAKEN: ReadonlySet<string> = new Set([
  ...["id", "settings", "log-level", "bootstrap-fd", "help", "describe", "probe"],
  ...["url", "token-file", "await-start", "await-stop"],
]);

/** In the order of the schema. Lists of records and other nested values have no row but their own. */
export function settingRows(schema: JsonSchema | null): readonly SettingRow[] {
  return schema === null ? [] : rowsOf(schema, [], true);
}

function rowsOf(
  schema: JsonSchema,
  path: readonly string[],
  isNeeded: boolean,
): readonly SettingRow[] {
  const required = Array.isArray(schema["required"]) ? schema["required"] : [];
  return Object.entries(recordOf(schema["properties"])).flatMap(([name, property]) => {
    const here = [...path, name];
    const each = recordOf(property);
    const needed = isNeeded && required.includes(name);
    if (each["properties"] !== undefined) return rowsOf(each, here, needed);
    return [rowOf(each, here, needed && each["default"] === undefined)];
  });
}

function rowOf(property: JsonSchema, path: readonly string[], required: boolean): SettingRow {
  const secret = property["writeOnly"] === true;
  const words = path.join("-").replaceAll("_", "-");
  const flag = secret ? `${words}-file` : words;
  const maskAfter = valuesOf(property, "x-mask-after").find((each) => typeof each === "string");
  return {
    key: path.join("."),
    flag: TAKEN.has(flag) ? undefined : flag,
    env: [property["x-env"] ?? []].flat().filter((name) => typeof name === "string"),
    type: typeOf(property),
    help: typeof property["description"] === "string" ? property["description"] : "",
    default: property["default"],
    required,
    secret,
    maskAfter: typeof maskAfter === "string" ? maskAfter : undefined,
  };
}

function typeOf(property: JsonSchema): SettingRow["type"] {
  const types = valuesOf({ ...property, items: undefined }, "type");
  if (types.includes("array")) return "list";
  if (types.includes("string")) return "text";
  if (types.includes("boolean")) return "boolean";
  return types.includes("integer") || types.includes("number") ? "number" : "text";
}

/** The values of a keyword, in a schema, its alternatives and its items. */
function valuesOf(schema: JsonSchema, keyword: string): readonly unknown[] {
  const inner = ["anyOf", "oneOf", "items"].flatMap((name) => [schema[name] ?? []].flat());
  return [
    ...[schema[keyword] ?? []].flat(),
    ...inner.flatMap((each) => valuesOf(recordOf(each), keyword)),
  ];
}

function recordOf(value: unknown): JsonSchema {
  return typeof value === "object" && value !== null ? (value as JsonSchema) : {};
}

/** What `--help` prints: each flag with its variables and default, and below it what it is. */
export function settingsUsage(rows: readonly SettingRow[]): string {
  const lines = rows.map((row) => {
    const { flag, env, help, secret } = row;
    const option = flag === undefined ? row.key : `--${flag} ${secret ? "FILE" : VALUE[row.type]}`;
    const variables = env.map((name) => (secret ? `${name}[_FILE]` : name));
    const notes = [...variables, ...(row.required ? ["required"] : defaultNote(row))].join(", ");
    const first = notes === "" ? `  ${option}` : `  ${option.padEnd(29)} ${notes}`;
    return help === "" ? `${first}\n` : `${first}\n${" ".repeat(8)}${help.replaceAll("`", "")}\n`;
  });
  return lines.join("");
}

const VALUE = { text: "TEXT", number: "NUMBER", boolean: "yes|no", list: "A,B" } as const;

function defaultNote({ default: value, type }: SettingRow): readonly string[] {
  if (value === undefined || (Array.isArray(value) && value.length === 0)) return [];
  if (type === "boolean") return [`default ${value === true ? "yes" : "no"}`];
  return [`default ${String(value)}`];
}

/** The table of a backend's settings in the docs, as Markdown. */
export function settingsTable(rows: readonly SettingRow[]): string {
  const lines = rows.map((row) => {
    const { key, env, flag, secret, help } = row;
    const names = env.flatMap((name) => (secret ? [name, `${name}_FILE`] : [name]));
    const sources = [...(flag === undefined ? [] : [`--${flag}`]), ...names];
    const value = row.required ? "required" : defaultCell(row);
    const cells = [code(key), value, sources.map(code).join(", "), help];
    return `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  });
  return ["| key | default | flag, variables | |", "|---|---|---|---|", ...lines].join("\n");
}

function defaultCell({ default: value }: SettingRow): string {
  if (value === undefined || (Array.isArray(value) && value.length === 0)) return "none";
  return code(String(value));
}

function code(text: string): string {
  return `\`${text}\``;
}

/** The lines of `.env.example` for the settings that have a variable. */
export function settingsEnvExample(rows: readonly SettingRow[]): string {
  const blocks = rows.flatMap((row) => {
    const [name] = row.env;
    if (name === undefined) return [];
    const note = row.required ? " (required)" : "";
    const value = row.default === undefined ? "" : String(row.default);
    return [`# ${row.help}${note}\n#${name}=${value}\n`];
  });
  return blocks.join("\n");
}
