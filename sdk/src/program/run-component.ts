/** What every component's program has around it: its lifetime, its settings, and how it ends. */
import {
  type BootstrapConfig,
  BootstrapConfigError,
  EXIT,
  type ExitCode,
  errorMessage,
  readBootstrapConfig,
  readTextFile,
  sendToSupervisor,
} from "@seabird-chat/runtime";
import { unlessEnded } from "../link/clock.ts";
import { SeabirdError } from "../link/errors.ts";
import { type ProcessLifecycle, startProcessLifecycle } from "../link/process-lifecycle.ts";
import { type ComponentArgs, parseComponentArgs, toLevel } from "./component-args.ts";
import { reserveStandardOutput } from "./description.ts";
import { isLogLevel, type Log } from "./log.ts";

/** How long a finished program may keep running, in milliseconds: an author's code may hold something open. */
const LINGER_MS = 2_000;

/** What `work` is given. */
export interface ComponentStart {
  readonly args: ComponentArgs;
  readonly life: ProcessLifecycle;
  /** From the bootstrap config, or from `--settings` and the environment. */
  readonly given: Given;
}

/** As a bootstrap config; without one, url and token are left to the environment. */
export type Given = Partial<Pick<BootstrapConfig, "url" | "token" | "retryMaxMs">> &
  Pick<BootstrapConfig, "id" | "settings" | "logLevel">;

export interface ComponentWork {
  /** The program's name in its messages. */
  readonly name: string;
  usage(): string | Promise<string>;
  /** Before anything is connected. */
  describe(args: ComponentArgs): Promise<void> | void;
  /** Sets the exit code. Missing: there is nothing to try. */
  probe?(args: ComponentArgs): Promise<void>;
  /** Until the component has ended. */
  run(start: ComponentStart): Promise<void>;
}

/** The first that is set counts. */
const LEVEL_VARIABLES = ["SEABIRD_LOG_LEVEL", "LOG_LEVEL"];

/** Sets the process's exit code. Never rejects. */
export async function runComponent(argv: readonly string[], work: ComponentWork): Promise<void> {
  try {
    const args = parseComponentArgs(argv);
    if (args.help) process.stdout.write(await work.usage());
    else if (args.describe) await untilExit(() => work.describe(args));
    else if (args.probe) await untilExit(() => probe(args, work));
    else await live(args, work);
  } catch (reason) {
    process.stderr.write(`${work.name}: ${printable(reason)}\n`);
    process.exitCode = exitCode(reason);
  }
  unlessEnded(LINGER_MS, () => process.exit());
}

/** Ends at once: nothing that the file has begun may print behind it. */
async function untilExit(work: () => Promise<void> | void): Promise<void> {
  reserveStandardOutput();
  await work();
  process.exit();
}

async function probe(args: ComponentArgs, work: ComponentWork): Promise<void> {
  if (work.probe === undefined) {
    throw new SeabirdError("bad_option", "only backends have --probe; --help lists the flags");
  }
  await work.probe(args);
}

async function live(args: ComponentArgs, work: ComponentWork): Promise<void> {
  const life = startProcessLifecycle();
  try {
    await work.run({ args, life, given: await read(args) });
  } finally {
    life.end();
  }
}

async function read(args: ComponentArgs): Promise<Given> {
  if (args.bootstrapFd !== undefined) {
    const config = await readBootstrapConfig(args.bootstrapFd);
    return { ...config, logLevel: config.logLevel ?? args.logLevel };
  }
  const { env } = process;
  const variable = LEVEL_VARIABLES.find((name) => env[name]) ?? "";
  const logLevel = args.logLevel ?? toLevel(env[variable], variable);
  const settings = args.settings === undefined ? {} : readSettings(args.settings);
  return { id: undefined, settings, logLevel };
}

/** A larger file of settings is refused. */
const MAX_SETTINGS_BYTES = 1024 * 1024;

function readSettings(path: string): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(readTextFile(path, MAX_SETTINGS_BYTES).text);
  } catch (cause) {
    const why = cause instanceof SyntaxError ? "it is not JSON" : errorMessage(cause);
    throw new SeabirdError("bad_option", `--settings ${path}: ${why}`, { cause });
  }
  if (typeof value === "object" && value !== null && !Array.isArray(value)) {
    return value as Readonly<Record<string, unknown>>;
  }
  throw new SeabirdError("bad_option", `--settings ${path}: it has to hold an object`);
}

/** The message in one line: it may hold a stranger's text, whose control characters reach no terminal. */
function printable(reason: unknown): string {
  return errorMessage(reason)
    .replace(/\p{Cc}+/gu, " ")
    .trim();
}

function exitCode(reason: unknown): ExitCode {
  if (reason instanceof Error && reason.name === "SettingsError") return EXIT.config;
  if (reason instanceof BootstrapConfigError) return EXIT.usage;
  if (reason instanceof SeabirdError && reason.code === "bad_option") return EXIT.usage;
  return EXIT.failed;
}

/** More of why settings were refused is not said. */
const MAX_ANSWER_CHARACTERS = 2_000;

/** Applies the log level and settings that a supervisor sends while the component runs. Returns its undo. */
export function followSettings(
  life: ProcessLifecycle,
  log: Log,
  take: (settings: unknown) => Promise<void>,
): () => void {
  let last: Promise<unknown> = Promise.resolve();
  return life.onMessage((message) => {
    if (message.type !== "settings") return;
    if (isLogLevel(message.logLevel)) log.level = message.logLevel;
    // What came last stays, however long an earlier one takes.
    const taken = last.then(() => take(message.settings ?? {}));
    last = taken.catch(() => undefined);
    void taken.then(
      () => sendToSupervisor({ type: "settings", ok: true }),
      (reason: unknown) => {
        sendToSupervisor({
          type: "settings",
          error: printable(reason).slice(0, MAX_ANSWER_CHARACTERS),
        });
      },
    );
  });
}
