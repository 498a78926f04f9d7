/** `seabird up`. */

import { EXIT } from "@seabird-chat/runtime";
import { type Command, Option } from "commander";
import { hasProject, loadProject } from "../config/load-project.ts";
import { LOG_LEVELS } from "../config/project.ts";
import { type ProjectFromFlags, projectFromFlags } from "../config/project-from-flags.ts";
import { OUR_PLUGINS } from "../process/bins.ts";
import { CliError } from "../process/cli-error.ts";
import { parseBind } from "../supervise/core-address.ts";
import { runProject } from "../supervise/run-project.ts";
import { collectNames, contextOf, withJson } from "./context.ts";

interface CommandOptions extends ProjectFromFlags {
  readonly config?: string;
  readonly bind?: string;
  readonly logLevel?: string;
}

/** What a seabird.yaml holds itself. */
const WITHOUT_FILE = ["irc", "channel", "nick", "plugin"];

export function addUp(program: Command): void {
  withJson(program.command("up"))
    .description("run what seabird.yaml names; without one core, a chat room here, and plugins")
    .option("--config <file>", "another file than seabird.yaml in this folder")
    .option("--bind <host:port>", "where core listens (127.0.0.1:11235)")
    .addOption(new Option("--log-level <level>", "how much is logged (info)").choices(LOG_LEVELS))
    .option("--irc <url>", "connect an IRC network too, as irc://irc.example.org")
    .option("--channel <name>", "an IRC channel to join; repeatable", collectNames, [])
    .option("--nick <nick>", "the name on IRC (IRC_NICK, seabird)")
    .option("--plugin <name...>", "the plugins to run", [...OUR_PLUGINS])
    .option("--no-terminal", "no chat room: logs go to stderr until a signal ends the run")
    .addHelpText("after", UP_HELP)
    .action(async (options: CommandOptions, command: Command) => {
      process.exitCode = await run(options, command);
    });
}

async function run(options: CommandOptions, command: Command): Promise<number> {
  const { output } = contextOf(command);
  const { config, bind, logLevel, terminal } = options;
  const flags = { config, bind, logLevel };
  const folder = process.cwd();
  if (!hasProject(folder, flags)) {
    if (bind !== undefined) parseBind(bind, "--bind");
    const load = () => projectFromFlags(options, { folder, flags });
    return await runProject({ load, output, terminal });
  }
  const foreign = WITHOUT_FILE.find((name) => command.getOptionValueSource(name) === "cli");
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
With a seabird.yaml, what it names runs until a signal. Without one, and with a terminal, you are
in a chat room: type !help. Ctrl-C stops everything in order (exit code 0), a second one at once
(130). Without a terminal, standard input is a script: its lines are sent when all is ready, and
when they are answered everything stops. Without --bind, core takes a free port if its usual one
is taken.

\`seabird ps\`, \`logs\`, \`restart\` and \`reload\` in the same folder control the run. SIGHUP
reloads seabird.yaml; without a file it ends the run. Logs are in .seabird/logs/. Each component has a token of its own for this run.`;
