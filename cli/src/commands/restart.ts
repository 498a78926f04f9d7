/** `seabird restart`: parts that `seabird up` runs are stopped and started again. */
import type { Command } from "commander";
import { EXIT } from "../process/exit-codes.ts";
import { reloadLines } from "../supervise/announcer.ts";
import { askRun } from "../supervise/control-client.ts";
import type { ControlRequest, PartReport } from "../supervise/control-protocol.ts";
import { type Context, contextOf, withJson } from "./context.ts";

export function addRestart(program: Command): void {
  withJson(program.command("restart"))
    .description("stop parts of the running `seabird up` and start them again")
    .argument("<part...>", "names as `seabird ps` shows them: core, irc/libera, help")
    .action(async (parts: string[], _options, command: Command) =>
      change(contextOf(command), { do: "restart", parts }),
    );
}

/** Asks for it, shows what became of each part, and fails if one of them did. */
export async function change({ output }: Context, request: ControlRequest): Promise<void> {
  const result = (await askRun(request)) as { readonly parts: readonly PartReport[] };
  output.result(result, () => {
    for (const line of reloadLines(result.parts)) output.line(line);
  });
  if (result.parts.some(({ did }) => did === "failed")) process.exitCode = EXIT.part;
}
