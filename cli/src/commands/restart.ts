/** `seabird restart`: components that `seabird up` runs are stopped and started again. */

import { EXIT } from "@seabird-chat/runtime";
import type { Command } from "commander";
import { askRun } from "../supervise/control-client.ts";
import type { ControlRequest, ReloadResult } from "../supervise/control-protocol.ts";
import { reloadLines } from "../supervise/reporter.ts";
import { styleError } from "../terminal/output.ts";
import { safeText } from "../terminal/safe-text.ts";
import { type Context, contextOf, withJson } from "./context.ts";

export function addRestart(program: Command): void {
  withJson(program.command("restart"))
    .description("stop components of the running `seabird up` and start them again")
    .argument("<component...>", "names as `seabird ps` shows them: core, irc/libera, help")
    .action(async (components: string[], _options, command: Command) =>
      change(contextOf(command), { do: "restart", components }),
    );
}

/** Asks for it, shows what became of each component, and fails if one of them did. */
export async function change({ output }: Context, request: ControlRequest): Promise<void> {
  const result = (await askRun(request)) as Pick<ReloadResult, "components"> &
    Partial<ReloadResult>;
  const { components, warnings = [] } = result;
  output.result(result, () => {
    for (const warning of warnings) {
      output.remark(`${styleError("yellow", "warning:")} ${safeText(warning)}`);
    }
    for (const line of reloadLines(components)) output.line(line);
  });
  if (components.some(({ did }) => did === "failed")) process.exitCode = EXIT.component;
}
