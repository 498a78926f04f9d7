/** Reads `seabird.yaml` into a project. Starts only short-lived programs. */

import { lstatSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { EXIT, readTextFile, TextFileError } from "@seabird-chat/runtime";
import { CliError } from "../process/cli-error.ts";
import { VariableUses } from "./component-env.ts";
import { type Describe, describer } from "./describe-component.ts";
import { DescriptionCache } from "./description-cache.ts";
import { Environment } from "./environment.ts";
import { ProblemList } from "./problem-list.ts";
import { type Programs, programsOf } from "./programs.ts";
import {
  PROJECT_FILE,
  type ProjectConfig,
  type ProjectFlags,
  type ProjectSources,
} from "./project.ts";
import { readProject } from "./read-project.ts";
import { Reading } from "./reading.ts";

/** Whether the folder has a configuration; a link that leads nowhere is one that cannot be read. */
export function hasProject(folder: string, flags: ProjectFlags = {}): boolean {
  if (flags.config !== undefined) return true;
  return lstatSync(join(folder, PROJECT_FILE), { throwIfNoEntry: false }) !== undefined;
}

/**
 * Throws ProjectProblems with everything that is wrong (exit code 78), or a CliError if there is no
 * file to read. Asks each component for its settings' schema in a child, 20 s at most.
 */
export async function loadProject({
  folder,
  flags = {},
  ...others
}: ProjectSources): Promise<ProjectConfig> {
  const file = resolve(folder, flags.config ?? PROJECT_FILE);
  const text = readConfigFile(file, relativeTo(folder, file));
  return await projectOf(text, { ...others, file, folder, flags });
}

export interface TextSources extends ProjectSources {
  /** Absolute; relative paths in the text begin in its folder. Undefined: in `folder`. */
  readonly file?: string;
  readonly programs?: Programs;
  readonly describe?: Describe;
}

/** The same for a text. Throws ProjectProblems, or a CliError if `.env` cannot be read. */
export async function projectOf(text: string, sources: TextSources): Promise<ProjectConfig> {
  const { file, flags = {}, env = process.env, keepsDescriptions = false } = sources;
  const folder = file === undefined ? sources.folder : dirname(file);
  const name = file === undefined ? "" : relativeTo(sources.folder, file);
  const problems = new ProblemList(name);
  const warnings = new ProblemList(name);
  const cache = keepsDescriptions ? new DescriptionCache(join(folder, ".seabird")) : undefined;
  const reading = new Reading({
    folder,
    flags,
    problems,
    environment: new Environment(env, folder),
    uses: new VariableUses(),
    warnings,
    programs: sources.programs ?? programsOf(folder),
    describe: sources.describe ?? describer(folder, { cache }),
  });
  const content = await readProject(text, reading);
  problems.throwIfAny();
  if (content === undefined) throw new Error("no project and no problem");
  return { file, folder, ...content, warnings: warnings.list(), origins: reading.origins };
}

/** As a person in that folder would name it. */
function relativeTo(folder: string, file: string): string {
  const path = relative(folder, file);
  return path.startsWith("..") ? file : path;
}

/** A larger `seabird.yaml` is refused. */
const MAX_CONFIG_BYTES = 1024 * 1024;

/** The text of a `seabird.yaml`; throws a CliError. */
export function readConfigFile(path: string, name: string): string {
  try {
    return readTextFile(path, MAX_CONFIG_BYTES, name).text;
  } catch (error) {
    if (!(error instanceof TextFileError)) throw error;
    const next = error.code === undefined ? undefined : "`seabird init` makes one";
    throw new CliError(EXIT.config, error.message, next);
  }
}
