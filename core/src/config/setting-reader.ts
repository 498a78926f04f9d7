/** Finds the values of settings: flags, then the environment, then `.env`. */
import { resolve } from "node:path";
import {
  type DotEnv,
  DotEnvError,
  readDotEnv,
  readSecretFile,
  readTextFile,
  TextFileError,
} from "@seabird-chat/runtime";
import { ConfigError } from "./config-error.ts";
import { flagOf, type Setting } from "./setting.ts";
import { type SettingName, settingNamed } from "./settings.ts";

export interface ConfigSources {
  /** Flags without dashes, as they were given. */
  readonly flags?: Readonly<Record<string, string | boolean | undefined>>;
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Where `.env` and `.seabird` are looked for, and paths begin. */
  readonly cwd: string;
}

/** Bytes of a file that holds a setting's value, a certificate or a key. */
const MAX_FILE_BYTES = 1024 * 1024;

export interface Given {
  readonly value: string;
  /** The name under which it was given, for messages. */
  readonly name: string;
}

/** Finds values by their names, in the order of precedence. An empty value counts as not given. */
export class SettingReader {
  readonly cwd: string;
  readonly #flags: NonNullable<ConfigSources["flags"]>;
  readonly #layers: readonly Readonly<Record<string, string | undefined>>[];

  constructor({ flags = {}, env = {}, cwd }: ConfigSources) {
    this.cwd = cwd;
    this.#flags = flags;
    this.#layers = [env, loadDotEnv(cwd)];
  }

  find(setting: Setting): Given | undefined {
    const flag = this.#flags[flagOf(setting.name)];
    if (typeof flag === "string") return { value: flag, name: `--${flagOf(setting.name)}` };
    for (const layer of this.#layers) {
      for (const name of setting.env) {
        const given = this.#inLayer(layer, name, setting);
        if (given !== undefined) return given;
      }
    }
    return undefined;
  }

  #inLayer(
    layer: Readonly<Record<string, string | undefined>>,
    name: string,
    setting: Setting,
  ): Given | undefined {
    const value = layer[name] ?? "";
    const file = (setting.inFile ? layer[`${name}_FILE`] : undefined) ?? "";
    if (value !== "" && file !== "") throw new ConfigError(`set ${name} or ${name}_FILE, not both`);
    if (value !== "") return { value, name };
    if (file === "") return undefined;
    const given = { name: `${name}_FILE`, value: file };
    // JSON may span lines; any other value is one.
    const read = setting.placeholder === "JSON" ? readWholeFile : readSecretFile;
    return { ...given, value: this.#read(given, read) };
  }

  named(name: SettingName): Given | undefined {
    return this.find(settingNamed(name));
  }

  readFile(given: Given): string {
    return this.#read(given, readWholeFile);
  }

  #read({ name, value }: Given, read: typeof readWholeFile): string {
    try {
      return read(resolve(this.cwd, value), value).text;
    } catch (error) {
      if (!(error instanceof TextFileError)) throw error;
      throw new ConfigError(`${name}: ${error.message}`, { cause: error });
    }
  }
}

function readWholeFile(path: string, name: string): { readonly text: string } {
  return readTextFile(path, MAX_FILE_BYTES, name);
}

function loadDotEnv(cwd: string): DotEnv {
  try {
    return readDotEnv(cwd);
  } catch (error) {
    if (!(error instanceof DotEnvError)) throw error;
    throw new ConfigError(error.message, { cause: error });
  }
}

export function wrong({ name, value }: Given, wanted: string): ConfigError {
  return new ConfigError(`${name}: got ${JSON.stringify(value)}; allowed is ${wanted}`);
}
