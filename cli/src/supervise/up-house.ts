/** `seabird up` with a seabird.yaml. */
import { dirname, join } from "node:path";
import { asRecord } from "../as-record.ts";
import { CliError } from "../cli-error.ts";
import type { House } from "../config/house.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import type { Output } from "../output.ts";
import { readRunFile } from "../run-file.ts";
import { attend } from "./attend.ts";
import { askRun } from "./control-client.ts";
import { HouseRun } from "./house-run.ts";
import { ensureOwnFolder } from "./own-folder.ts";
import { endWithoutReaders } from "./patient-streams.ts";
import { takeRunLock } from "./run-lock.ts";

export interface UpHouseOptions {
  /** Reads the configuration; throws a CliError with all that is wrong. Called at each reload. */
  load(): Promise<House>;
  readonly output: Output;
  /** False: no room, even if there is a terminal. */
  readonly terminal: boolean;
}

/** Resolves with the exit code when everything has ended. */
export async function upHouse({ load, output, terminal }: UpHouseOptions): Promise<ExitCode> {
  const house = await load();
  const folder = join(dirname(house.file), ".seabird");
  ensureOwnFolder(folder);
  const lock = await takeRunLock(folder);
  if (lock === undefined) throw await taken(house.folder);
  try {
    const { stdin, stdout } = process;
    const isTerminal = terminal && stdin.isTTY === true && stdout.isTTY === true;
    return await attend(new HouseRun({ house, folder, output, terminal: isTerminal, load }));
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
    EXIT.taken,
    `\`seabird up\` runs in ${folder} already: ${who}`,
    "see `seabird ps`; `seabird reload` makes it read a changed seabird.yaml",
  );
}
