/** `seabird new`: the project of a plugin or a backend, as `npm create @seabird-chat` writes it. */
import type { Command } from "commander";
import { createBin } from "../process/bins.ts";
import { execScript } from "../process/exec.ts";

export function addNew(program: Command): void {
  program
    .command("new")
    .description("write the project of a plugin or a backend of your own, with a test")
    .argument("[plugin|backend]")
    .argument("[options...]", "NAME, --folder PATH, --json")
    .allowUnknownOption()
    .passThroughOptions()
    .action(async (kind: string | undefined, args: string[]) => {
      process.exitCode = await execScript(
        createBin(),
        kind === undefined ? args : [kind, ...args],
        process.env,
      );
    });
}
