/** `seabird reload`: the running `seabird up` takes up a changed seabird.yaml. */

import { EXIT } from "@seabird-chat/runtime";
import type { Command } from "commander";
import { CliError } from "../process/cli-error.ts";
import { type Context, contextOf, withJson } from "./context.ts";
import { change } from "./restart.ts";

export function addReload(program: Command): void {
  withJson(program.command("reload"))
    .description("make the running `seabird up` take up a changed seabird.yaml")
    .addHelpText("after", RELOAD_HELP)
    .action(async (_options, command: Command) => reload(contextOf(command)));
}

async function reload(context: Context): Promise<void> {
  try {
    await change(context, { do: "reload" });
  } catch (error) {
    const isBadFile = error instanceof CliError && error.exitCode === EXIT.config;
    const { output } = context;
    if (isBadFile && !output.json) output.remark("Nothing was changed; all runs on as it was.");
    throw error;
  }
}

const RELOAD_HELP = `
A file with mistakes changes nothing. What a component can change while it runs (log levels, channels)
is changed so; a component with other new settings is started again, alone. Where core listens, and
whether there is a room, stays as it is until \`seabird up\` is started again.`;
