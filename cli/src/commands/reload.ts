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
    if (isBadFile && !output.json) output.remark("Nothing was changed; everything keeps running.");
    throw error;
  }
}

const RELOAD_HELP = `
A file with mistakes changes nothing. What a component can change while it runs (log levels, channels)
is applied at once; a component with other new settings is restarted, and no other one. Core's address, and
whether there is a chat room, do not change until \`seabird up\` is started again.`;
