/** `seabird doctor`: checks everything between this terminal and a chat message. */
import type { Command } from "commander";
import { contextOf, withConnection } from "./context.ts";

export function addDoctor(program: Command): void {
  withConnection(program.command("doctor"))
    .description(
      "check address, token, version, clock, backends and components, and report what to do (exit code 6)",
    )
    .action(async (_options, command: Command) => {
      const { output, settings } = contextOf(command);
      const found = settings();
      const { runDoctor } = await import("../doctor/run-doctor.ts");
      await runDoctor(found, output);
    });
}
