/** `seabird up`. */
import type { Command } from "commander";
import { contextOf, withJson } from "../context.ts";
import type { UpOptions } from "../supervise/plan.ts";
import { up } from "../supervise/up.ts";

const DEFAULT_PLUGINS = ["help", "ping", "introspection"];

export function addUp(program: Command): void {
  withJson(program.command("up"))
    .description("run core, a chat room in this terminal, and the plugins, together")
    .option("--bind <host:port>", "where core listens; a free port if it is taken")
    .option("--irc <url>", "connect an IRC network too, as irc://irc.example.org")
    .option("--channel <name>", "an IRC channel to join; repeatable", collect, [])
    .option("--nick <nick>", "the name on IRC (IRC_NICK, seabird)")
    .option("--plugin <name...>", "the plugins to run", DEFAULT_PLUGINS)
    .option("--no-terminal", "no room: everything is logged to stderr until a signal ends it")
    .addHelpText("after", UP_HELP)
    .action(async (options: UpOptions, command: Command) => {
      process.exitCode = await up(options, contextOf(command).output);
    });
}

const UP_HELP = `
With a terminal you are in a chat room: type !help. Ctrl-C ends everything in order (exit code
0), a second one at once (130). Without one, standard input is a script: its lines are said when
all is ready, and when their answers have come everything ends.

The parts' logs are in .seabird/logs/. Each part has a token of its own that ends with it.`;

function collect(value: string, before: readonly string[]): string[] {
  return [...before, ...value.split(",").filter(Boolean)];
}
