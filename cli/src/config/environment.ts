/** The variables that the configuration may use: the environment's, then those of `.env`. */
import { join, relative } from "node:path";
import { type DotEnv, DotEnvError, EXIT, readDotEnv } from "@seabird-chat/runtime";
import { CliError } from "../process/cli-error.ts";
import { ProjectProblems } from "./project.ts";

export interface Variable {
  readonly name: string;
  readonly value: string;
  readonly from: "environment" | ".env";
}

export class Environment {
  readonly dotEnv: DotEnv;
  readonly #layers: readonly (readonly [Variable["from"], NodeJS.Dict<string>])[];

  /** Throws a CliError if the folder's `.env` cannot be read, with all of its lines that are wrong. */
  constructor(env: NodeJS.ProcessEnv, folder: string) {
    this.dotEnv = loadDotEnv(folder);
    this.#layers = [
      ["environment", env],
      [".env", this.dotEnv],
    ];
  }

  /** Empty ones too. */
  find(name: string): Variable | undefined {
    return this.#first([name], (value) => value !== undefined);
  }

  /** The first of the names that is set and not empty, the environment's before those of `.env`. */
  findSet(names: readonly string[]): Variable | undefined {
    return this.#first(names, (value) => value !== undefined && value !== "");
  }

  #first(names: readonly string[], fits: (value?: string) => boolean): Variable | undefined {
    for (const [from, variables] of this.#layers) {
      const name = names.find((each) => Object.hasOwn(variables, each) && fits(variables[each]));
      if (name !== undefined) return { name, value: variables[name] ?? "", from };
    }
    return undefined;
  }
}

/** The folder's `.env`; throws a CliError if it cannot be read. */
export function loadDotEnv(folder: string): DotEnv {
  try {
    return readDotEnv(folder);
  } catch (error) {
    if (!(error instanceof DotEnvError)) throw error;
    if (error.problems.length === 0) throw new CliError(EXIT.config, error.message);
    const file = nameOf(join(folder, ".env"));
    throw new ProjectProblems(
      error.problems.map((problem) => ({ file, col: 1, path: "", ...problem })),
    );
  }
}

/** As a person in the working directory would name it. */
function nameOf(path: string): string {
  const near = relative(process.cwd(), path);
  return near.startsWith("..") ? path : near;
}
