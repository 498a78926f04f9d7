/** The variables that the configuration may use: the environment's, then those of `.env`. */
import { DotEnvError, EXIT, readDotEnv } from "@seabird-chat/runtime";
import { CliError } from "../process/cli-error.ts";

export interface Variable {
  readonly name: string;
  readonly value: string;
  readonly from: "environment" | ".env";
}

export class Environment {
  readonly #layers: readonly (readonly [Variable["from"], NodeJS.Dict<string>])[];

  /** Throws a CliError if there is an `.env` in the folder that cannot be read. */
  constructor(env: NodeJS.ProcessEnv, folder: string) {
    this.#layers = [
      ["environment", env],
      [".env", loadDotEnv(folder)],
    ];
  }

  /** Empty ones too. */
  find(name: string): Variable | undefined {
    for (const [from, variables] of this.#layers) {
      const value = Object.hasOwn(variables, name) ? variables[name] : undefined;
      if (value !== undefined) return { name, value, from };
    }
    return undefined;
  }

  /** The first of the names that is set and not empty, the environment's before those of `.env`. */
  findSet(names: readonly string[]): Variable | undefined {
    for (const [from, variables] of this.#layers) {
      for (const name of names) {
        const value = Object.hasOwn(variables, name) ? variables[name] : undefined;
        if (value) return { name, value, from };
      }
    }
    return undefined;
  }
}

function loadDotEnv(folder: string): NodeJS.Dict<string> {
  try {
    return readDotEnv(folder);
  } catch (error) {
    if (error instanceof DotEnvError) throw new CliError(EXIT.config, error.message);
    throw error;
  }
}
