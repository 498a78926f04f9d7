/** What `--set KEY=VALUE` and other options of `seabird init` give, checked. */
import {
  checkSecret,
  EXIT,
  MAX_SECRET_BYTES,
  maskLogin,
  readSecretFile,
  readStandardInput,
  StandardInputError,
  TextFileError,
} from "@seabird-chat/runtime";
import { CliError } from "../../process/cli-error.ts";
import { nearest } from "../nearest.ts";
import type { Network } from "./ask-init.ts";
import type { SettingReader, Settings } from "./questions.ts";

/** `given`: each `KEY=VALUE`. Throws a CliError that names the first that is wrong. */
export async function givenSettings(
  given: readonly string[],
  { type, questions, reader }: Network,
): Promise<Settings> {
  const settings = new Map<string, unknown>();
  for (const each of given) {
    const [, name = "", text = ""] = /^([^=]+)=(.*)$/s.exec(each) ?? [];
    if (name === "") refuse("--set", each, "KEY=VALUE");
    const [key, value] = await readSetting(name, text, reader, questions);
    const row = reader.rows.find((setting) => setting.key === key);
    if (row === undefined) {
      const near = nearest(
        name,
        reader.rows.map(({ key }) => key),
      );
      const meant = near === undefined ? "" : `did you mean ${near}? `;
      const next = `${meant}\`seabird backend ${type} --help\` lists its settings`;
      throw new CliError(EXIT.usage, `${type} has no setting ${JSON.stringify(name)}`, next);
    }
    if (row.secret && key === name)
      refuse(
        "--set",
        name,
        `${name}_file=FILE; - is standard input. A variable of .env you write into seabird.yaml yourself: ${name}: "\${NAME}"`,
      );
    const problem = reader.problemOf(key, value);
    if (problem !== undefined) {
      const shown = row.secret ? "" : ` ${JSON.stringify(maskLogin(text))}`;
      throw new CliError(EXIT.usage, `--set ${name}=: the value${shown} ${problem}`);
    }
    settings.set(key, value);
  }
  return settings;
}

/** A secret's value comes from a file: `password_file=PATH`. */
async function readSetting(
  name: string,
  text: string,
  reader: SettingReader,
  questions: Network["questions"],
): Promise<readonly [key: string, value: unknown]> {
  const secret = name.endsWith("_file") ? name.slice(0, -"_file".length) : undefined;
  if (reader.rows.some((row) => row.secret && row.key === secret)) {
    return [secret ?? name, await readSecret(`--set ${name}`, text)];
  }
  const scheme = questions.find(({ key }) => key === name)?.scheme;
  return [name, reader.valueOf(name, text, scheme)];
}

/** `-` is standard input. */
async function readSecret(option: string, path: string): Promise<string> {
  try {
    if (path !== "-") return readSecretFile(path).text;
    return checkSecret(await readStandardInput(MAX_SECRET_BYTES), "standard input");
  } catch (error) {
    if (error instanceof TextFileError || error instanceof StandardInputError) {
      throw new CliError(EXIT.usage, `${option}: ${error.message}`);
    }
    throw error;
  }
}

/** Throws: the option has a value that it cannot have. */
export function refuse(option: string, value: string, wanted: string): never {
  throw new CliError(EXIT.usage, `${option} is ${JSON.stringify(value)}; give ${wanted}`);
}
