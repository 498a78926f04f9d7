/** Reads `seabird.yaml` and everything it stands for. Starts nothing that stays. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { CliError } from "../cli-error.ts";
import { EXIT } from "../exit-codes.ts";
import type { House } from "./house.ts";

/** The file's name. */
export const HOUSE_FILE = "seabird.yaml";

export interface HouseFlags {
  /** `--config`: another file. Its folder is then the house's. */
  readonly config?: string;
  /** `--bind`: over `core.listen`. */
  readonly bind?: string;
  /** `--log-level`: over `log_level`. */
  readonly logLevel?: string;
}

export interface HouseSources {
  /** Where the file is looked for. */
  readonly folder: string;
  readonly flags?: HouseFlags;
  readonly env?: NodeJS.ProcessEnv;
}

/** Whether the folder has a configuration. */
export function hasHouse(folder: string, flags: HouseFlags = {}): boolean {
  return flags.config !== undefined || existsSync(join(folder, HOUSE_FILE));
}

/**
 * Throws HouseProblems with everything that is wrong (exit code 78), or a CliError if there is no
 * file to read. Asks each part for its settings' schema in a child of 5 s at most.
 */
export async function loadHouse(sources: HouseSources): Promise<House> {
  throw new CliError(EXIT.config, `not yet: ${sources.folder}`);
}
