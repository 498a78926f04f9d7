/** The program of a backend: its main calls `runBackendProgram` and nothing else. */
import { DotEnvError, readDotEnv, sendToSupervisor } from "@seabird-chat/runtime";
import type { BackendDefinition } from "../backend/backend.ts";
import { type RunningBackend, startBackend } from "../backend/start-backend.ts";
import { pause, systemClock } from "../link/clock.ts";
import { SeabirdError } from "../link/errors.ts";
import type { ProcessLifecycle } from "../link/process-lifecycle.ts";
import { NO_SETTINGS, SettingsError, toJsonSchema } from "./check-settings.ts";
import { COMPONENT_USAGE, type ComponentArgs } from "./component-args.ts";
import { type ComponentDescription, printDescription } from "./description.ts";
import { isFile, loadFile } from "./load-file.ts";
import { createLog, type Log, type LogLevel, type LogStream } from "./log.ts";
import { type ComponentStart, followSettings, runComponent } from "./run-component.ts";
import { runProbe } from "./run-probe.ts";
import { settingRows, settingsUsage } from "./setting-rows.ts";
import { type GivenSettings, readSettingSources } from "./setting-sources.ts";

export interface BackendProgramOptions {
  /** In messages. Default: `seabird-backend-<type>`. */
  readonly name?: string | undefined;
  /** The id without `--id`. Default: `seabird`. */
  readonly defaultId?: string | undefined;
  /** Where the log goes. Default: standard error. */
  readonly logStream?: LogStream | undefined;
  /** Default: `info`. */
  readonly defaultLogLevel?: LogLevel | undefined;
  /** The backend shows its connection to core itself: the log leaves it out. Default: false. */
  readonly showsCore?: boolean | undefined;
}

/** What `runBackendProgram` does. */
export function runBackend<Config>(
  definition: BackendDefinition<Config>,
  argv: readonly string[],
  options: BackendProgramOptions = {},
): Promise<void> {
  const name = options.name ?? `seabird-backend-${definition.type}`;
  return runComponent(argv, {
    name,
    usage: () => usageOf(name, definition, options),
    describe: () => printDescription({ kind: "backend", components: [describe(definition)] }),
    probe: () => runProbe(definition),
    run: (start) => run(definition, start, options),
  });
}

/** What `runBackendFile` does. */
export async function runFile(argv: readonly string[]): Promise<void> {
  const at = argv.findIndex((arg, index) => isFile(arg) && !isFlagWithValue(argv[index - 1]));
  const file = argv[at];
  const name = "seabird-backend";
  const load = async () => {
    if (file === undefined) throw new SeabirdError("bad_option", "which file? See --help");
    const [backend, ...others] = await loadFile(file, "backend");
    if (others.length === 0) return backend as BackendDefinition<unknown>;
    throw new SeabirdError("bad_option", `${file} exports ${others.length + 1} backends, not one`);
  };
  const own = argv.filter((_, index) => index !== at);
  return runComponent(own, {
    name,
    usage: async () =>
      file === undefined ? usageOfFiles(name) : usageOf(`${name} ${file}`, await load(), {}),
    describe: async () =>
      printDescription({ kind: "backend", components: [describe(await load())] }),
    probe: async () => runProbe(await load()),
    run: async (start) => run(await load(), start, {}),
  });
}

const FLAG_WITH_VALUE = /^--(?!describe$|probe$|help$|await-st(art|op)$)[^=]+$/;

function isFlagWithValue(arg: string | undefined): boolean {
  return arg !== undefined && FLAG_WITH_VALUE.test(arg);
}

function describe<Config>({ type, help, config }: BackendDefinition<Config>): ComponentDescription {
  const settings = config === undefined ? NO_SETTINGS : toJsonSchema(config);
  return { name: type, type, ...(help === undefined ? {} : { help }), commands: {}, settings };
}

function rowsOf<Config>({ config }: BackendDefinition<Config>) {
  return settingRows(toJsonSchema(config));
}

/** `IRC_ID` of the type `irc`. */
function idVariable(type: string): string {
  return `${type.toUpperCase().replaceAll("-", "_")}_ID`;
}

function usageOf<Config>(
  name: string,
  definition: BackendDefinition<Config>,
  { defaultId = DEFAULT_ID }: BackendProgramOptions,
): string {
  const { type, help } = definition;
  const about = help === undefined ? "" : `Connects ${help} to Seabird.\n\n`;
  const id = `  ${"--id ID".padEnd(29)} ${idVariable(type)}, default ${defaultId}\n        the backend's id among those of its type\n`;
  const own = `${settingsUsage(rowsOf(definition))}${id}`;
  return `Usage: ${name} [flags]\n\n${about}${own}\n${COMPONENT_USAGE}`;
}

function usageOfFiles(name: string): string {
  const about = "Runs the backend that a file exports; `FILE --help` lists its settings.";
  return `Usage: ${name} FILE [flags]\n\n${about}\n\n${COMPONENT_USAGE}`;
}

const DEFAULT_ID = "seabird";

async function run<Config>(
  definition: BackendDefinition<Config>,
  { args, life, given }: ComponentStart,
  options: BackendProgramOptions,
): Promise<void> {
  const isByHand = given.url === undefined;
  if (!isByHand) refuseMore(args.rest);
  const own = isByHand ? readOwn(definition, args) : undefined;
  const id = given.id ?? own?.id ?? options.defaultId ?? DEFAULT_ID;
  const log = createLog({
    name: `${definition.type}/${id}`,
    level: given.logLevel ?? options.defaultLogLevel,
    stream: options.logStream,
  });
  const backend = startBackend(definition, {
    id,
    config: merge(given.settings, own?.settings ?? {}),
    url: given.url,
    token: given.token,
    ...(given.retryMaxMs === undefined ? {} : { retryMaxMs: given.retryMaxMs }),
    log,
    signal: life.signal,
    go: args.awaitStart && life.isSupervised ? untilGo(life) : undefined,
    onNotice: (callback) => onNotice(life, callback),
    onLeaving: () => (args.awaitStop && life.isSupervised ? untilStopped(life) : Promise.resolve()),
  });
  const forget = followSettings(life, log, (settings) => backend.reconfigure(settings));
  try {
    if (options.showsCore !== true) void logCore(backend, log);
    void reportNetwork(backend);
    void backend.ready().then(life.ready, () => undefined);
    await backend.ended();
  } catch (reason) {
    // Of a file of settings, the keys themselves are the names to report.
    const isOwn = own !== undefined && args.settings === undefined;
    throw isOwn && reason instanceof SettingsError ? own.explain(reason) : reason;
  } finally {
    forget();
  }
}

function readOwn<Config>(
  definition: BackendDefinition<Config>,
  { rest }: ComponentArgs,
): GivenSettings {
  loadEnvFile();
  const options = { rows: rowsOf(definition), idVariable: idVariable(definition.type) };
  return readSettingSources(rest, process.env, options);
}

/** With `.env` of the working directory; what the environment already has is not overwritten. */
function loadEnvFile(): void {
  try {
    for (const [name, value] of Object.entries(readDotEnv(process.cwd()))) {
      process.env[name] ??= value;
    }
  } catch (reason) {
    if (!(reason instanceof DotEnvError)) throw reason;
    throw new SeabirdError("bad_option", reason.message, { cause: reason });
  }
}

function refuseMore([unknown]: readonly string[]): void {
  if (unknown === undefined) return;
  throw new SeabirdError("bad_option", `there is no "${unknown}"; --help lists the flags`);
}

type Settings = Readonly<Record<string, unknown>>;

/** The second goes before the first, key by key. */
function merge(below: Settings, above: Settings): Settings {
  const isSettings = (value: unknown): value is Settings =>
    typeof value === "object" && value !== null && !Array.isArray(value);
  const entries = Object.entries(above).map(([key, value]) => {
    const other = Object.hasOwn(below, key) ? below[key] : undefined;
    return [key, isSettings(value) && isSettings(other) ? merge(other, value) : value];
  });
  return { ...below, ...Object.fromEntries(entries) };
}

/** Logs each outage once, however often the connection is tried. */
async function logCore(backend: RunningBackend, log: Log): Promise<void> {
  let reported = "";
  try {
    for await (const state of backend.coreStates()) {
      if (state.state === "connected") {
        log.info("connected to core");
        reported = "";
      }
      if (state.state !== "waiting" || state.error.message === reported) continue;
      reported = state.error.message;
      log.warn(`${reported}; trying again`);
    }
  } catch {
    // It never started; `ended()` rejects with the reason.
  }
}

/** Tells the supervisor, which shows it to people. */
async function reportNetwork(backend: RunningBackend): Promise<void> {
  try {
    for await (const status of backend.networkStatuses()) {
      sendToSupervisor({ type: "network", ...status });
    }
  } catch {
    // It never started; `ended()` rejects with the reason.
  }
}

/** How long plugins may take to stop before this backend, in milliseconds. */
const PLUGINS_STOP_MS = 15_000;

/** Plugins stop before backends, so that none of them sees its backend go. */
async function untilStopped(life: ProcessLifecycle): Promise<void> {
  if (life.signal.aborted || !sendToSupervisor({ type: "leaving" })) return;
  await pause(systemClock, PLUGINS_STOP_MS, life.signal);
}

/** Resolves when the supervisor reports that core and every component are ready. */
function untilGo(life: ProcessLifecycle): Promise<void> {
  return new Promise((resolve) => {
    const forget = life.onMessage((message) => {
      if (message.type !== "go") return;
      forget();
      resolve();
    });
  });
}

function onNotice(life: ProcessLifecycle, callback: (line: string) => void): () => void {
  return life.onMessage((message) => {
    if (message.type === "notice") callback(message.line);
  });
}
