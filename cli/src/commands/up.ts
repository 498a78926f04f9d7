/** `seabird up`. */

import { EXIT } from "@seabird-chat/runtime";
import type { Command } from "commander";
import { hasProject, loadProject } from "../config/load-project.ts";
import { CliError } from "../process/cli-error.ts";
import type { UpOptions } from "../supervise/plan.ts";
import { runProject } from "../supervise/run-project.ts";
import { up } from "../supervise/up.ts";
import { collectNames } from "./collect-names.ts";
import { contextOf, withJson } from "./context.ts";

interface CommandOptions extends UpOptions {
  readonly config?: string;
  readonly logLevel?: string;
}

const DEFAULT_PLUGINS = ["help", "ping", "introspection"];
/** What a seabird.yaml says by itself. */
const WITHOUT_PROJECT = ["irc", "channel", "nick", "plugin"];

export function addUp(program: Command): void {
  withJson(program.command("up"))
    .description("run what seabird.yaml names; without one core, a chat room here, and plugins")
    .option("--config <file>", "another file than seabird.yaml in this folder")
    .option("--bind <host:port>", "where core listens; without a seabird.yaml a free port if taken")
    .option("--log-level <level>", "over the file's log_level: debug, info, warn, error")
    .option("--irc <url>", "connect an IRC network too, as irc://irc.example.org")
    .option("--channel <name>", "an IRC channel to join; repeatable", collectNames, [])
    .option("--nick <nick>", "the name on IRC (IRC_NICK, seabird)")
    .option("--plugin <name...>", "the plugins to run", DEFAULT_PLUGINS)
    .option("--no-terminal", "no room: everything is logged to stderr until a signal ends it")
    .addHelpText("after", UP_HELP)
    .action(async (options: CommandOptions, command: Command) => {
      process.exitCode = await run(options, command);
    });
}

async function run(options: CommandOptions, command: Command): Promise<number> {
  const { output } = contextOf(command);
  const { config, bind, logLevel, terminal } = options;
  const flags = {
    ...(config === undefined ? {} : { config }),
    ...(bind === undefined ? {} : { bind }),
    ...(logLevel === undefined ? {} : { logLevel }),
  };
  const folder = process.cwd();
  if (!hasProject(folder, flags)) {
    if (logLevel === undefined) return await up(options, output);
    throw new CliError(
      EXIT.usage,
      "--log-level belongs to a seabird.yaml",
      "set SEABIRD_LOG_LEVEL",
    );
  }
  const foreign = WITHOUT_PROJECT.find((name) => command.getOptionValueSource(name) === "cli");
  if (foreign !== undefined) {
    throw new CliError(
      EXIT.usage,
      `--${foreign} is for a run without a seabird.yaml, and there is one`,
      "write it into seabird.yaml, or run this in another folder",
    );
  }
  const load = () => loadProject({ folder, flags });
  return await runProject({ load, output, terminal });
}

const UP_HELP = `
With a seabird.yaml: what it names runs until a signal. \`seabird ps\`, \`logs\`, \`restart\` and
\`reload\` in the same folder look after it; SIGHUP reloads too.

Without one, and with a terminal, you are in a chat room: type !help. Ctrl-C ends everything in
order (exit code 0), a second one at once (130). Without a terminal, standard input is a script:
its lines are said when all is ready, and when their answers have come everything ends.

The components' logs are in .seabird/logs/. Each component has a token of its own that ends with it.`;
