/** The program of a backend: its main calls `runBackendProgram` and nothing else. */
import { sendToSupervisor } from "@seabird-chat/runtime";
import type { BackendDefinition } from "../backend/backend.ts";
import { type RunningBackend, startBackend } from "../backend/start-backend.ts";
import { pause, systemClock } from "../link/clock.ts";
import { SeabirdError } from "../link/errors.ts";
import type { ProcessLife } from "../link/process-life.ts";
import { NO_SETTINGS, toJsonSchema } from "./check-settings.ts";
import { COMPONENT_USAGE, type ComponentArgs } from "./component-args.ts";
import { type ComponentDescription, printDescription } from "./description.ts";
import { isFile, loadFile } from "./load-file.ts";
import { createLog, type Log, type LogLevel, type LogStream } from "./log.ts";
import { type ComponentStart, followSettings, runComponent } from "./run-component.ts";

/** What a backend's own flags and environment say, when no supervisor gives them. */
export interface OwnSettings {
  readonly id?: string | undefined;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly url?: string | undefined;
  readonly token?: string | undefined;
  readonly logLevel?: LogLevel | undefined;
}

export interface BackendProgramOptions {
  /** In messages. Default: `seabird-backend-<type>`. */
  readonly name?: string | undefined;
  /** What `--help` prints of the program's own; that of all parts follows. */
  readonly usage?: string | undefined;
  /** The id if nobody gives one. Default: `seabird`. */
  readonly defaultId?: string | undefined;
  /**
   * Reads flags (those of all parts taken out) and environment. Throws a SeabirdError
   * `bad_option`, or a SettingsError. Default: `--id` and `--settings`.
   */
  readonly read?: ((args: readonly string[], env: NodeJS.ProcessEnv) => OwnSettings) | undefined;
  /** Where the log goes. Default: standard error. */
  readonly logStream?: LogStream | undefined;
  /** Default: `info`. */
  readonly defaultLogLevel?: LogLevel | undefined;
  /** The backend shows to a person how it stands with core: the log need not. Default: false. */
  readonly showsCore?: boolean | undefined;
}

/**
 * Runs a backend until it is told to stop, leaves, or fails; `argv` without program and script.
 * Sets the process's exit code as its help says. Never rejects.
 */
export function runBackendProgram<Config>(
  definition: BackendDefinition<Config>,
  argv: readonly string[],
  options: BackendProgramOptions = {},
): Promise<void> {
  const name = options.name ?? `seabird-backend-${definition.type}`;
  return runComponent(argv, {
    name,
    usage: () => `${options.usage ?? usageOf(name, definition.help)}${COMPONENT_USAGE}`,
    describe: () => printDescription({ kind: "backend", components: [describe(definition)] }),
    run: (start) => run(definition, start, options),
  });
}

/** Runs the one backend that a file exports: `runBackendFile(["./campfire.ts", "--id", "work"])`. */
export async function runBackendFile(argv: readonly string[]): Promise<void> {
  const file = argv.find((arg, at) => isFile(arg) && argv[at - 1] !== "--settings");
  const name = "seabird-backend";
  const load = async () => {
    if (file === undefined) throw new SeabirdError("bad_option", "which file? --help tells more");
    const [backend, ...others] = await loadFile(file, "backend");
    if (others.length === 0) return backend as BackendDefinition<unknown>;
    throw new SeabirdError("bad_option", `${file} exports ${others.length + 1} backends, not one`);
  };
  const own = argv.filter((arg) => arg !== file);
  return runComponent(own, {
    name,
    usage: () =>
      `${usageOf(`${name} FILE`, "Runs the backend that a file exports.")}${COMPONENT_USAGE}`,
    describe: async () =>
      printDescription({ kind: "backend", components: [describe(await load())] }),
    run: async (start) => run(await load(), start, {}),
  });
}

function describe<Config>({ type, help, config }: BackendDefinition<Config>): ComponentDescription {
  const settings = config === undefined ? NO_SETTINGS : toJsonSchema(config);
  return { name: type, type, ...(help === undefined ? {} : { help }), commands: {}, settings };
}

function usageOf(name: string, help: string | undefined): string {
  const about = help === undefined ? "" : `${help}\n\n`;
  return `Usage: ${name} [flags]\n\n${about}  --id ID                the backend's id (default seabird)\n`;
}

async function run<Config>(
  definition: BackendDefinition<Config>,
  { args, life, given }: ComponentStart,
  options: BackendProgramOptions,
): Promise<void> {
  const own = given.url === undefined ? readOwn(args, options) : noMore(args.rest);
  const id = given.id ?? own.id ?? options.defaultId ?? "seabird";
  const log = createLog({
    name: `${definition.type}/${id}`,
    level: given.logLevel ?? own.logLevel ?? options.defaultLogLevel,
    stream: options.logStream,
  });
  const backend = startBackend(definition, {
    id,
    config: { ...given.settings, ...own.settings },
    url: given.url ?? own.url,
    token: given.token ?? own.token,
    ...(given.retryMaxMs === undefined ? {} : { retryMaxMs: given.retryMaxMs }),
    log,
    signal: life.signal,
    go: args.waitForGo && life.isSupervised ? supervisorsGo(life) : undefined,
    onNotice: (callback) => onNotice(life, callback),
    onLeaving: () => (args.leaveInTurn && life.isSupervised ? ourTurn(life) : Promise.resolve()),
  });
  const forget = followSettings(life, log, (settings) => backend.reconfigure(settings));
  try {
    if (options.showsCore !== true) void logCore(backend, log);
    void backend.ready().then(life.ready, () => undefined);
    await backend.ended();
  } finally {
    forget();
  }
}

function readOwn({ rest }: ComponentArgs, { read = readId }: BackendProgramOptions): OwnSettings {
  return read(rest, process.env);
}

function readId(args: readonly string[]): OwnSettings {
  const [flag, id, ...more] = args;
  if (flag === undefined) return { settings: {} };
  const inline = /^--id=(.+)$/s.exec(flag)?.[1];
  if (inline !== undefined) return { ...noMore(args.slice(1)), id: inline };
  if (flag !== "--id" || id === undefined || id === "") return noMore([flag]);
  return { ...noMore(more), id };
}

function noMore([unknown]: readonly string[]): OwnSettings {
  if (unknown === undefined) return { settings: {} };
  throw new SeabirdError("bad_option", `there is no "${unknown}"; --help lists the flags`);
}

/** Each outage once, however often it is tried. */
async function logCore(backend: RunningBackend, log: Log): Promise<void> {
  let told = "";
  try {
    for await (const state of backend.coreStates()) {
      if (state.state === "connected") {
        log.info("connected to core");
        told = "";
      }
      if (state.state !== "waiting" || state.error.message === told) continue;
      told = state.error.message;
      log.warn(`${told}; trying again`);
    }
  } catch {
    // It has not begun, and says why at its end.
  }
}

/** How long the others may take to stop before this backend. */
const TURN_MS = 15_000;

/** Plugins stop before backends, so that none of them sees its backend go. */
async function ourTurn(life: ProcessLife): Promise<void> {
  if (life.signal.aborted || !sendToSupervisor({ type: "leaving" })) return;
  await pause(systemClock, TURN_MS, life.signal);
}

/** Core and every part is ready; only the supervisor can know. */
function supervisorsGo(life: ProcessLife): Promise<void> {
  return new Promise((resolve) => {
    const forget = life.onMessage((message) => {
      if (message.type !== "go") return;
      forget();
      resolve();
    });
  });
}

function onNotice(life: ProcessLife, callback: (line: string) => void): () => void {
  return life.onMessage((message) => {
    if (message.type === "notice") callback(message.line);
  });
}
