/** `seabird up`. */
import { type Command, Option } from "commander";
import { LOG_LEVELS } from "../config/project.ts";
import { OUR_PLUGINS } from "../process/bins.ts";
import type { UpOptions } from "../supervise/run-up.ts";
import { collectNames, contextOf, withJson } from "./context.ts";

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
    .action(async (options: UpOptions, command: Command) => {
      const isGiven = (name: string) => command.getOptionValueSource(name) === "cli";
      const { runUp } = await import("../supervise/run-up.ts");
      process.exitCode = await runUp(options, isGiven, contextOf(command).output);
    });
}

const UP_HELP = `
With a seabird.yaml, what it names runs until a signal. Without one, and with a terminal, you are
in a chat room: type !help. Ctrl-C stops everything in order (exit code 0), a second one at once
(130). Without a terminal, standard input is a script: its lines are sent when all is ready, and
when they are answered everything stops. Without --bind, core takes a free port if its usual one
is taken.

\`seabird ps\`, \`logs\`, \`restart\` and \`reload\` in the same folder control the run. SIGHUP
reloads seabird.yaml; without a file it ends the run. Logs are in .seabird/logs/. Each component has a token of its own for this run.`;
