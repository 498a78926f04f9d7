/** `.seabird/schema.json`: where an editor finds the schema of the `seabird.yaml` beside it. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { EXIT, fileErrorReason } from "@seabird-chat/runtime";
import { CliError } from "../process/cli-error.ts";
import type { Describe } from "./describe-component.ts";
import { programsOf } from "./programs.ts";
import { type ProjectSchema, projectSchema } from "./project-schema.ts";
import { readTree } from "./yaml-tree.ts";

/** For the file of that path, whether it is there yet or not. */
export async function schemaFor(file: string, describe: Describe): Promise<ProjectSchema> {
  const { root } = readTree(readIfThere(file));
  return await projectSchema({ programs: programsOf(dirname(file)), describe, root });
}

export interface WrittenSchema {
  readonly path: string;
  readonly missing: readonly string[];
}

/** Throws a CliError if it cannot be written. */
export async function writeSchema(file: string, describe: Describe): Promise<WrittenSchema> {
  const { schema, missing } = await schemaFor(file, describe);
  const path = join(dirname(file), ".seabird", "schema.json");
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    writeFileSync(path, `${JSON.stringify(schema, undefined, 2)}\n`);
  } catch (error) {
    throw new CliError(EXIT.failed, `cannot write ${path}: ${fileErrorReason(error)}`);
  }
  return { path, missing };
}

function readIfThere(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
