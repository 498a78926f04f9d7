/** `seabird up` with a seabird.yaml. */
import { dirname, join } from "node:path";
import { EXIT, type ExitCode } from "@seabird-chat/runtime";
import { asRecord } from "../config/as-record.ts";
import type { ProjectConfig } from "../config/project.ts";
import { CliError } from "../process/cli-error.ts";
import type { Output } from "../terminal/output.ts";
import { attend } from "./attend.ts";
import { askRun } from "./control-client.ts";
import { ensureOwnFolder } from "./own-folder.ts";
import { endWithoutReaders } from "./patient-streams.ts";
import { ProjectRun } from "./project-run.ts";
import { readRunFile } from "./run-file.ts";
import { takeRunLock } from "./run-lock.ts";

export interface RunProjectOptions {
  /** Reads the configuration; throws a CliError with all that is wrong. Called at each reload. */
  load(): Promise<ProjectConfig>;
  readonly output: Output;
  /** False: no room, even if there is a terminal. */
  readonly terminal: boolean;
}

/** Resolves with the exit code when everything has ended. */
export async function runProject({ load, output, terminal }: RunProjectOptions): Promise<ExitCode> {
  const project = await load();
  const folder = join(dirname(project.file), ".seabird");
  ensureOwnFolder(folder);
  const lock = await takeRunLock(folder);
  if (lock === undefined) throw await taken(project.folder);
  try {
    const { stdin, stdout } = process;
    const isTerminal = terminal && stdin.isTTY === true && stdout.isTTY === true;
    return await attend(new ProjectRun({ project, folder, output, terminal: isTerminal, load }));
  } finally {
    lock.release();
    endWithoutReaders();
  }
}

async function taken(folder: string): Promise<CliError> {
  const status = await askRun({ do: "ps" }, { from: folder }).catch(() => undefined);
  // One that is suspended, or has only begun, does not answer.
  const pid = asRecord(status)["pid"] ?? readRunFile(join(folder, ".seabird"))?.pid;
  const who = typeof pid === "number" ? `process ${pid}` : "another process";
  return new CliError(
    EXIT.busy,
    `\`seabird up\` runs in ${folder} already: ${who}`,
    "see `seabird ps`; `seabird reload` makes it read a changed seabird.yaml",
  );
}
