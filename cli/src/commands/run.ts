/** `seabird core`, `seabird backend` and `seabird plugin`: this process becomes the program. */
import type { Command } from "commander";
import { become } from "../become.ts";
import { backendBin, coreBin, listNetworks, pluginBin } from "../bins.ts";

interface ClientOptions {
  readonly url?: string;
  readonly tokenFile?: string;
}

export function addRun(program: Command): void {
  passThrough(program.command("core"))
    .description("run core alone; all options are its own: `seabird core --help`")
    .argument("[options...]")
    .helpOption(false)
    .action((args: string[]) => run(coreBin(), args, {}));
  withClientOptions(passThrough(program.command("backend")))
    .description(`connect a chat network: ${listNetworks().join(", ")}`)
    .argument("<network>")
    .argument("[options...]", "the backend's own: `seabird backend irc --help`")
    .action((network: string, args: string[], options: ClientOptions) =>
      run(backendBin(network), args, options),
    );
  withClientOptions(passThrough(program.command("plugin")))
    .description("run plugins in this process: help, ping, introspection")
    .argument("<name...>")
    .action((names: string[], options: ClientOptions) => run(pluginBin(), names, options));
}

function passThrough(command: Command): Command {
  return command.allowUnknownOption().passThroughOptions();
}

function withClientOptions(command: Command): Command {
  return command
    .option("--url <url>", "the core to connect to (SEABIRD_HOST)")
    .option("--token-file <path>", "a file with the token (SEABIRD_TOKEN, SEABIRD_TOKEN_FILE)");
}

async function run(bin: string, args: readonly string[], options: ClientOptions): Promise<void> {
  const env = { ...process.env };
  delete env["SEABIRD_LAUNCHED"];
  if (options.url !== undefined) env["SEABIRD_HOST"] = options.url;
  if (options.tokenFile !== undefined) {
    delete env["SEABIRD_TOKEN"];
    env["SEABIRD_TOKEN_FILE"] = options.tokenFile;
  }
  process.exitCode = await become(bin, args, env);
}
