/** `seabird up`: runs a project in its folder, one run at a time. */
import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { EXIT, type ExitCode } from "@seabird-chat/runtime";
import { asRecord } from "../config/as-record.ts";
import type { ProjectConfig } from "../config/project.ts";
import { CliError } from "../process/cli-error.ts";
import { watchCommandSignals } from "../process/stop-signals.ts";
import type { Output } from "../terminal/output.ts";
import { askRun } from "./control-client.ts";
import { ensureOwnFolder } from "./own-folder.ts";
import { ProjectRun, type TerminalUse } from "./project-run.ts";
import { readRunFile } from "./run-file.ts";
import { takeRunLock } from "./run-lock.ts";
import { endWithoutReaders } from "./terminal-modes.ts";

export interface RunProjectOptions {
  /** Reads the configuration; throws a CliError with all that is wrong. Called at each reload. */
  load(): Promise<ProjectConfig>;
  readonly output: Output;
  /** False: no interactive component, even if there is a terminal. */
  readonly terminal: boolean;
}

/** Resolves with the exit code when everything has ended. */
export async function runProject(options: RunProjectOptions): Promise<ExitCode> {
  const { load, output } = options;
  const project = await load();
  const terminal = terminalUse(project, options.terminal);
  const { folder, release } = await claimFolder(project, terminal);
  try {
    const code = await runAttached(new ProjectRun({ project, folder, output, terminal, load }));
    release();
    return code;
  } finally {
    endWithoutReaders();
  }
}

/** Runs until a person, the system or npm stops it. */
async function runAttached(run: ProjectRun): Promise<ExitCode> {
  const watch = watchCommandSignals(
    (signal) => run.askToStop(signal),
    () => run.endAtOnce(),
    () => run.hangUp(),
  );
  try {
    return await run.run(() => watch.begun());
  } finally {
    watch.end();
  }
}

/** Only a run without a file reads a script: one with a file runs until it is stopped. */
function terminalUse({ file }: ProjectConfig, isWanted: boolean): TerminalUse {
  if (!isWanted) return "none";
  const { stdin, stdout } = process;
  if (file === undefined) return stdin.isTTY ? "person" : "script";
  return stdin.isTTY && stdout.isTTY ? "person" : "none";
}

interface ClaimedFolder {
  readonly folder: string;
  /** After a run that went well; a process's end releases it too. */
  release(): void;
}

async function claimFolder(project: ProjectConfig, terminal: TerminalUse): Promise<ClaimedFolder> {
  const folder = join(project.folder, ".seabird");
  ensureOwnFolder(folder);
  const lock = await takeRunLock(folder);
  if (lock !== undefined) return { folder, release: () => lock.release() };
  if (terminal !== "script") throw await alreadyRuns(project.folder);
  // A script runs beside another run, with logs of its own, which are kept if it fails.
  const own = mkdtempSync(join(folder, "script-"));
  return { folder: own, release: () => rmSync(own, { recursive: true, force: true }) };
}

async function alreadyRuns(folder: string): Promise<CliError> {
  const status = await askRun({ do: "ps" }, { from: folder }).catch(() => undefined);
  // One that is suspended, or has only begun, does not answer.
  const pid = asRecord(status)["pid"] ?? readRunFile(join(folder, ".seabird"))?.pid;
  const who = typeof pid === "number" ? `process ${pid}` : "another process";
  return new CliError(
    EXIT.busy,
    `\`seabird up\` runs in ${folder} already: ${who}`,
    "see `seabird ps`; `seabird reload` makes it read changed settings",
  );
}
