/** Reads `seabird.yaml` and everything it stands for. Starts nothing that stays. */
import { lstatSync, readFileSync, statSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { CliError } from "../cli-error.ts";
import { EXIT } from "../exit-codes.ts";
import { systemReason } from "../system-reason.ts";
import { type Describe, describer } from "./describe-part.ts";
import { Environment } from "./environment.ts";
import type { House } from "./house.ts";
import { HOUSE_FILE, type HouseFlags, type HouseSources } from "./house-sources.ts";
import { CONFIG_LIMITS } from "./limits.ts";
import { ProblemList } from "./problem-list.ts";
import { type Programs, programsOf } from "./programs.ts";
import { readHouse } from "./read-house.ts";
import { Reading } from "./reading.ts";
import { SecretFiles } from "./secret-files.ts";

/** Whether the folder has a configuration; a link that leads nowhere is one that cannot be read. */
export function hasHouse(folder: string, flags: HouseFlags = {}): boolean {
  if (flags.config !== undefined) return true;
  return lstatSync(join(folder, HOUSE_FILE), { throwIfNoEntry: false }) !== undefined;
}

/**
 * Throws HouseProblems with everything that is wrong (exit code 78), or a CliError if there is no
 * file to read. Asks each part for its settings' schema in a child of 5 s at most.
 */
export async function loadHouse({ folder, flags = {}, env }: HouseSources): Promise<House> {
  const file = resolve(folder, flags.config ?? HOUSE_FILE);
  const text = readConfigFile(file, relativeTo(folder, file));
  return await houseOf(text, { file, folder, flags, env });
}

export interface TextSources extends HouseSources {
  /** Absolute; what relative paths in the text begin at is its folder. */
  readonly file: string;
  readonly programs?: Programs;
  readonly describe?: Describe;
}

/** The same for a text. Throws HouseProblems, or a CliError if `.env` cannot be read. */
export async function houseOf(text: string, sources: TextSources): Promise<House> {
  const { file, flags = {}, env = process.env } = sources;
  const folder = dirname(file);
  const name = relativeTo(sources.folder, file);
  const problems = new ProblemList(name);
  const warnings = new ProblemList(name);
  const reading = new Reading({
    folder,
    flags,
    problems,
    environment: new Environment(env, folder),
    secretFiles: new SecretFiles(folder, warnings),
    programs: sources.programs ?? programsOf(folder),
    describe: sources.describe ?? describer(folder),
  });
  const content = await readHouse(text, reading);
  problems.throwIfAny();
  if (content === undefined) throw new Error("no house and no problem");
  return { file, folder, ...content, warnings: warnings.list(), origins: reading.origins };
}

/** As a person in that folder would name it. */
function relativeTo(folder: string, file: string): string {
  const path = relative(folder, file);
  return path.startsWith("..") ? file : path;
}

function readConfigFile(path: string, name: string): string {
  try {
    const stats = statSync(path);
    if (!stats.isFile()) throw new CliError(EXIT.config, `${name} is no file`);
    if (stats.size > CONFIG_LIMITS.maxConfigBytes) {
      throw new CliError(
        EXIT.config,
        `${name} is larger than ${CONFIG_LIMITS.maxConfigBytes} bytes`,
      );
    }
    return readFileSync(path, "utf8");
  } catch (error) {
    if (error instanceof CliError) throw error;
    const next = "`npx seabird init` makes one";
    throw new CliError(EXIT.config, `cannot read ${name}: ${systemReason(error)}`, next);
  }
}
