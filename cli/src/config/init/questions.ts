/** What `seabird init` asks about a chat network: the settings that its schema marks with `x-ask`. Pure. */
import { type SettingRow, settingRows } from "@seabird-chat/sdk/program";
import { Ajv2020 } from "ajv/dist/2020.js";
import { asRecord } from "../as-record.ts";
import type { JsonSchema } from "../project.ts";

export interface Question {
  /** The setting, such as `sasl.account`. */
  readonly key: string;
  readonly text: string;
  readonly placeholder: string;
  /** What no answer stands for; undefined: the setting is left out. */
  readonly otherwise: string | undefined;
  /** The key of another question: this one is asked if that one has an answer. */
  readonly when: string | undefined;
  /** Put before an answer that has none, such as `https` before `://`. */
  readonly scheme: string | undefined;
  /** The answer is an address that names the network. */
  readonly names: boolean;
  readonly secret: boolean;
  readonly required: boolean;
}

/** In the order in which they are asked. */
export function questionsOf(schema: JsonSchema): readonly Question[] {
  return settingRows(schema)
    .flatMap((row) => {
      const ask = asRecord(propertyAt(schema, row.key)["x-ask"]);
      return typeof ask["question"] === "string" ? [{ row, ask, text: ask["question"] }] : [];
    })
    .sort((one, other) => Number(one.ask["order"]) - Number(other.ask["order"]))
    .map(({ row: { key, secret, required }, ask, text }) => ({
      ...{ key, secret, required, text },
      placeholder: textOf(ask["placeholder"]) ?? "",
      otherwise: textOf(ask["default"]),
      when: textOf(ask["when"]),
      scheme: textOf(ask["scheme"]),
      names: ask["names"] === true,
    }));
}

/** Settings by key, as they go into `seabird.yaml`. */
export type Settings = ReadonlyMap<string, unknown>;

/** Reads texts as the settings of one schema. */
export class SettingReader {
  readonly rows: readonly SettingRow[];
  readonly #schema: JsonSchema;
  readonly #completed = new Set<unknown>();
  readonly #ajv = new Ajv2020({ allErrors: true, verbose: true, strict: false, logger: false });

  constructor(schema: JsonSchema) {
    this.#schema = schema;
    this.rows = settingRows(schema);
  }

  /** The value of an answer, or of `--set KEY=VALUE`. */
  valueOf(key: string, text: string, scheme?: string): unknown {
    const given = text.trim();
    switch (this.rows.find((row) => row.key === key)?.type) {
      case "number":
        return /^-?\d+(\.\d+)?$/.test(given) ? Number(given) : given;
      case "boolean":
        return YES_OR_NO.get(given.toLowerCase()) ?? given;
      case "list":
        return given
          .split(",")
          .map((entry) => entry.trim())
          .filter((entry) => entry !== "");
      default:
        return scheme === undefined || given.includes("://")
          ? given
          : this.#complete(scheme, given);
    }
  }

  #complete(scheme: string, given: string): string {
    const value = `${scheme}://${given}`;
    this.#completed.add(value);
    return value;
  }

  /** Whether the person gave no scheme: it may be another one. */
  wasCompleted(value: unknown): boolean {
    return this.#completed.has(value);
  }

  /** What is wrong with one setting's value: `has to be one word`. */
  problemOf(key: string, value: unknown): string | undefined {
    return this.#check(propertyAt(this.#schema, key), value)?.message;
  }

  /** What is wrong with all of them together: `host is missing`. */
  problemOfAll(settings: Settings): string | undefined {
    const problem = this.#check(this.#schema, nested(settings));
    return problem && [problem.at, problem.message].filter((word) => word !== "").join(" ");
  }

  #check(schema: JsonSchema, value: unknown): { at: string; message: string } | undefined {
    const { $schema: _, ...rest } = schema;
    const check = this.#ajv.compile(rest);
    if (check(value)) return undefined;
    const errors = check.errors ?? [];
    const missing = errors.find(({ keyword }) => keyword === "required");
    const error = missing ?? errors[0];
    const path = (error?.instancePath ?? "").split("/").slice(1);
    if (missing !== undefined) {
      const name = String(missing.params["missingProperty"]);
      return { at: [...path, name].join("."), message: "is missing" };
    }
    const own = errors.map(({ parentSchema }) => textOf(parentSchema?.["x-message"]));
    const message = own.find((each) => each !== undefined) ?? error?.message ?? "is not valid";
    return { at: path.join("."), message };
  }
}

const YES_OR_NO: ReadonlyMap<string, boolean> = new Map([
  ...(["yes", "true"] as const).map((word) => [word, true] as const),
  ...(["no", "false"] as const).map((word) => [word, false] as const),
]);

/** `sasl.account` becomes `{ sasl: { account } }`. */
export function nested(settings: Settings): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  for (const [key, value] of settings) {
    const path = key.split(".");
    const last = path.pop() ?? key;
    let at = result;
    for (const step of path) {
      at[step] ??= {};
      at = at[step] as Record<string, unknown>;
    }
    at[last] = value;
  }
  return result;
}

/** The schema of a setting. */
function propertyAt(schema: JsonSchema, key: string): JsonSchema {
  return key
    .split(".")
    .reduce((at: JsonSchema, step) => asRecord(asRecord(at["properties"])[step]), schema);
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

/** Stands before a country's domain, as in `example.co.uk`. */
const SECOND_LEVEL = /^(ac|co|com|edu|gov|net|or|org)$/;
/** The id of a network whose address names nothing. */
const NO_NAME = "home";

/** A network's id: `irc://irc.libera.example` is `libera`. Never its type, which says nothing. */
export function idOf(type: string, address: string): string {
  const host = URL.parse(address)?.hostname.toLowerCase() ?? "";
  if (/^[\d.]+$|:/.test(host)) return NO_NAME;
  const labels = host.split(".");
  if (labels.length > 2 && SECOND_LEVEL.test(labels.at(-2) ?? "")) labels.pop();
  const name = (labels.at(-2) ?? labels[0] ?? "").replace(/[^a-z0-9-]/g, "").slice(0, 40);
  return isId(name) && name !== type ? name : NO_NAME;
}

export const ID_FORM = "a word of 40 characters at most, such as home";

export function isId(text: string): boolean {
  return /^\w[\w.-]{0,39}$/.test(text);
}
