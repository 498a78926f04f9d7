/** `seabird core`, `backend`, `plugin` and `new`: this process becomes the program. */
import { getCompileCacheDir } from "node:module";
import { dirname } from "node:path";
import { EXIT } from "@seabird-chat/runtime";
import type { Command } from "commander";
import { resolveSettings } from "../client/settings.ts";
import { sharedVariables } from "../config/component-env.ts";
import { loadDotEnv } from "../config/environment.ts";
import {
  backendBin,
  backendFileBin,
  coreBin,
  createBin,
  listNetworks,
  OUR_PLUGINS,
  pluginBin,
} from "../process/bins.ts";
import { CliError } from "../process/cli-error.ts";
import { execScript } from "../process/exec.ts";
import { runWatched } from "../process/run-watched.ts";

interface ClientOptions {
  readonly url?: string;
  readonly tokenFile?: string;
}

export function addRun(program: Command): void {
  passThrough(program.command("core"))
    .description("run core alone; all options are its own: `seabird core --help`")
    .argument("[options...]")
    .helpOption(false)
    .action((args: string[]) => execScript(coreBin(), args, ownEnv()).then(exitWith));
  withClientOptions(passThrough(program.command("backend")))
    .description(`connect a chat network: ${listNetworks().join(", ")}, or your own: ./FILE`)
    .argument("<network>")
    .argument("[options...]", "the backend's own: `seabird backend irc --help`")
    .action((network: string, args: string[], options: ClientOptions) =>
      isFile(network)
        ? run(backendFileBin(), ...withLate([network, ...args], options))
        : run(backendBin(network), ...withLate(args, options)),
    );
  withClientOptions(passThrough(program.command("plugin")))
    .description(`run plugins: ${OUR_PLUGINS.join(", ")}, or your own: ./FILE [--watch]`)
    .argument("<name...>", "--watch: again after each change of the files")
    .action((args: string[], options: ClientOptions) =>
      run(pluginBin(), ...withLate(args, options)),
    );
  passThrough(program.command("new"))
    .description("write the project of a plugin or a backend of your own, with a test")
    .argument("[plugin|backend]")
    .argument("[options...]", "NAME, --folder PATH, --json")
    .action((kind: string | undefined, args: string[]) =>
      execScript(createBin(), kind === undefined ? args : [kind, ...args], {
        ...ownEnv(),
        ...compileCacheEnv(),
        SEABIRD_COMMAND: "seabird new",
      }).then(exitWith),
    );
}

/** Core's address may follow the name too: these programs have no such flags themselves. */
function withLate(args: readonly string[], options: ClientOptions): [string[], ClientOptions] {
  const late: { url?: string; tokenFile?: string } = { ...options };
  const rest: string[] = [];
  for (let at = 0; at < args.length; at++) {
    const arg = args[at] ?? "";
    const [, flag, inline] = /^--(url|token-file)(?:=(.*))?$/s.exec(arg) ?? [];
    if (flag === undefined) {
      rest.push(arg);
      continue;
    }
    const value = inline ?? args[++at];
    if (value === undefined)
      throw new CliError(EXIT.usage, `--${flag} needs a value`, "see --help");
    late[flag === "url" ? "url" : "tokenFile"] = value;
  }
  return [rest, late];
}

function passThrough(command: Command): Command {
  return command.allowUnknownOption().passThroughOptions();
}

function withClientOptions(command: Command): Command {
  return command
    .option("--url <url>", "the core to connect to (SEABIRD_HOST)")
    .option("--token-file <path>", "a file with the token (SEABIRD_TOKEN, SEABIRD_TOKEN_FILE)");
}

function isFile(name: string): boolean {
  return /^\.{0,2}\//.test(name) || /\.[cm]?[jt]s$/.test(name);
}

async function run(bin: string, args: readonly string[], options: ClientOptions): Promise<void> {
  const rest = args.filter((arg) => arg !== "--watch");
  // A component that is handed all it needs, or only describes itself, gets no token besides.
  const isComponent = rest.some((arg) => arg === "--describe" || arg.startsWith("--bootstrap-fd"));
  const files = rest.filter(isFile);
  const variables = files.length === 0 ? {} : sharedVariables(loadDotEnv(process.cwd()));
  const env = isComponent ? ownEnv() : { ...variables, ...clientEnv(options) };
  if (rest.length === args.length) return exitWith(await execScript(bin, rest, env));
  if (files.length === 0) {
    throw new CliError(EXIT.usage, "--watch has no file to watch", "name one, such as ./hello.ts");
  }
  exitWith(await runWatched({ script: bin, args: rest, env, files }));
}

/**
 * Where core is and the token, as every other command finds them: options, environment, then what
 * `seabird up` left in `.seabird` here or above.
 */
function clientEnv(options: ClientOptions): NodeJS.ProcessEnv {
  const env = ownEnv();
  const { url, urlFrom, token } = resolveSettings(options);
  if (urlFrom !== "the default") env["SEABIRD_HOST"] = url;
  if (token === undefined) return env;
  delete env["SEABIRD_TOKEN_FILE"];
  return { ...env, SEABIRD_TOKEN: token };
}

function ownEnv(): NodeJS.ProcessEnv {
  const env = { ...process.env };
  delete env["SEABIRD_LAUNCHED"];
  return env;
}

/** For a program of ours that does not depend on the package that turns the cache on. */
function compileCacheEnv(): NodeJS.ProcessEnv {
  const folder = getCompileCacheDir();
  return folder === undefined ? {} : { NODE_COMPILE_CACHE: dirname(folder) };
}

function exitWith(code: number): void {
  process.exitCode = code;
}
