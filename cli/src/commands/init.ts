/** `seabird init`. */
import type { Command } from "commander";
import type { InitOptions } from "../config/init/run-init.ts";
import { PROJECT_FILE } from "../config/project.ts";
import { collect, contextOf, withJson } from "./context.ts";

export function addInit(program: Command): void {
  withJson(program.command("init"))
    .description(
      `make a ${PROJECT_FILE} here, or add a network to it: asks, tries the connection, writes`,
    )
    .option("-y, --yes", "ask nothing: options and defaults")
    .option("--backend <type[/id]>", "the chat network, such as irc/libera (none with --yes)")
    .option("--no-backend", "no chat network, without asking")
    .option(
      "--set <key=value>",
      "a setting of it; a password: password_file=FILE, - for stdin",
      collect,
      [],
    )
    .option("--plugin <name...>", "which of our plugins (all)")
    .option("--no-test", "do not try the connection before writing")
    .option("--force", "replace what is there")
    .addHelpText("after", INIT_HELP)
    .action(async (options: InitOptions, command: Command) => {
      const { init } = await import("../config/init/run-init.ts");
      await init(options, contextOf(command).output);
    });
}

const INIT_HELP = `
For example:
  seabird init --yes --backend irc --set host=ircs://irc.example.org --set channels=#mybot

\`seabird backend TYPE --help\` lists a network's settings. The bot connects, logs in and leaves
again; if that fails, nothing is written. Passwords go into files of their own below secrets/, which
only you can read, and .gitignore keeps them and .seabird/ out of git.`;
