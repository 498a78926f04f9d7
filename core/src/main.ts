/** The core process: reads its command line, runs it, and ends with a documented exit code. */
import { parseArgs } from "node:util";
import { EXIT } from "@seabird-chat/runtime";
import type { Config } from "./config/config.ts";
import { UsageError } from "./config/config-error.ts";
import { FLAG_OPTIONS } from "./config/settings.ts";
import { runUntilStopped } from "./program/run-until-stopped.ts";
import { readVersion } from "./program/version.ts";

/** Runs the command line; ends the process. */
export async function main(argv: readonly string[] = process.argv.slice(2)): Promise<void> {
  try {
    process.exitCode = await run(argv);
  } catch (error) {
    process.exitCode = await report(error);
  }
}

async function run(argv: readonly string[]): Promise<number> {
  if (argv[0] === "tokens") {
    const { tokensCommand } = await import("./program/tokens-command.ts");
    return tokensCommand(argv.slice(1));
  }
  const { values, positionals } = parseFlags(argv);
  if (values["help"] === true) return printHelp();
  if (values["describe"] === true) return printDescription();
  if (values["version"] === true) return print(`seabird-core ${readVersion()}`);
  if (positionals.length > 1 || (positionals[0] ?? "serve") !== "serve") {
    throw new UsageError(`unknown command "${positionals.join(" ")}"; see seabird-core --help`);
  }
  return serveCommand(values);
}

type Flags = Record<string, string | boolean | undefined>;

function parseFlags(argv: readonly string[]): { values: Flags; positionals: string[] } {
  try {
    const options = { ...FLAG_OPTIONS, help: HELP_OPTION, version: SWITCH, describe: SWITCH };
    return parseArgs({ args: [...argv], options, allowPositionals: true }) as {
      values: Flags;
      positionals: string[];
    };
  } catch (error) {
    throw new UsageError(`${(error as Error).message.split(". ")[0]}; see seabird-core --help`);
  }
}

const HELP_OPTION = { type: "boolean", short: "h" } as const;
const SWITCH = { type: "boolean" } as const;

async function serveCommand(flags: Flags): Promise<number> {
  const { loadConfig } = await import("./config/config.ts");
  const config: Config = loadConfig({ flags, env: process.env, cwd: process.cwd() });
  const [{ serve }, { openLog }] = await Promise.all([
    import("./serve.ts"),
    import("./program/log.ts"),
  ]);
  const log = await openLog(config);
  const start = (signal: AbortSignal) => serve({ config, log, signal });
  await runUntilStopped({ log, stopLimitMs: await stopLimitMs(config), start });
  return EXIT.ok;
}

/** Added to the longest shutdown: after it the process is stuck. */
const STOP_MARGIN_MS = 2_000;

async function stopLimitMs(config: Config): Promise<number> {
  const { LONGEST_TIMER_MS } = await import("./config/config.ts");
  const { resolveTransportLimits } = await import("./transport/limits.ts");
  const limits = resolveTransportLimits(config.transportLimits);
  const { drainRequestsMs, drainStreamsMs, closeGraceMs } = limits;
  const limitMs = drainRequestsMs + 2 * drainStreamsMs + closeGraceMs + STOP_MARGIN_MS;
  return Math.min(limitMs, LONGEST_TIMER_MS);
}

async function printHelp(): Promise<number> {
  const { helpText } = await import("./config/help.ts");
  return print(helpText());
}

async function printDescription(): Promise<number> {
  const { describeCore } = await import("./config/describe.ts");
  return print(JSON.stringify(describeCore()));
}

function print(text: string): number {
  process.stdout.write(`${text}\n`);
  return EXIT.ok;
}

/** Prints the failure to standard error; returns its exit code. */
async function report(error: unknown): Promise<number> {
  const { describeFailure } = await import("./program/failure.ts");
  const { code, text } = describeFailure(error);
  process.stderr.write(`seabird-core: ${text}\n`);
  return code;
}
