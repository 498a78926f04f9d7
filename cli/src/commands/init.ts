/** `seabird init`. */
import type { Command } from "commander";
import type { InitOptions } from "../config/init/run-init.ts";
import { PROJECT_FILE } from "../config/project-sources.ts";
import { collectNames } from "./collect-names.ts";
import { contextOf, withJson } from "./context.ts";

export function addInit(program: Command): void {
  withJson(program.command("init"))
    .description(`make a ${PROJECT_FILE} here: a few questions, the connection tried, then written`)
    .option("-y, --yes", "ask nothing: options and defaults")
    .option("--irc <url>", "the IRC server, as ircs://irc.example.org (none with --yes)")
    .option("--no-irc", "no IRC, without asking")
    .option("--id <id>", "what the network is called here (from its address)")
    .option("--nick <nick>", "the bot's name (seabird)")
    .option("--channel <name>", "a channel to join; repeatable", collectNames, [])
    .option("--sasl-account <name>", "the bot's account there")
    .option("--sasl-password-file <file>", "a file with the account's password; - for stdin")
    .option("--password-file <file>", "a file with the server's own password; - for stdin")
    .option("--plugin <name...>", "which of our plugins (all)")
    .option("--no-test", "do not try the IRC connection before writing")
    .option("--force", "replace what is there")
    .addHelpText("after", INIT_HELP)
    .action(async (options: InitOptions, command: Command) => {
      const { init } = await import("../config/init/run-init.ts");
      await init(options, contextOf(command).output);
    });
}

const INIT_HELP = `
The bot really connects, waits for the server's welcome and leaves; if that fails, nothing is
written. Passwords go into files of their own below secrets/, which only you can read, and
.gitignore keeps them and .seabird/ out of git.`;
