/** The program of plugins: its main calls `runPluginProgram` and nothing else. */
import { isDeepStrictEqual } from "node:util";
import { SeabirdError } from "../link/errors.ts";
import { declarationsOf, type Plugin } from "../plugin/plugin.ts";
import { startPlugin } from "../plugin/plugin-run.ts";
import type { RunningPlugin } from "../plugin/running-plugin.ts";
import {
  checkSettings,
  type JsonSchema,
  NO_SETTINGS,
  SettingsError,
  toJsonSchema,
} from "./check-settings.ts";
import { COMPONENT_USAGE } from "./component-args.ts";
import { dedupeWarnings } from "./dedupe-warnings.ts";
import { type ComponentDescription, printDescription } from "./description.ts";
import { isFile, loadFile } from "./load-file.ts";
import { createLog, type Log } from "./log.ts";
import { reportPlugins } from "./report-plugins.ts";
import { type ComponentStart, followSettings, runComponent } from "./run-component.ts";

const NAME = "seabird-plugin";

/** What `runPluginProgram` does. */
export function runPlugins(plugins: readonly Plugin[], argv: readonly string[]): Promise<void> {
  return runComponent(argv, {
    name: NAME,
    usage: () => usage(plugins),
    describe: async ({ rest }) => {
      const components = (await choose(rest, plugins)).map((plugin) =>
        describe(plugin, plugins.includes(plugin) ? NO_SETTINGS : null),
      );
      await printDescription({ kind: "plugin", components });
    },
    run: async (start) => run(await choose(start.args.rest, plugins), start),
  });
}

function usage(plugins: readonly Plugin[]): string {
  const names = plugins.map(({ name }) => name).join(", ");
  const ours = names === "" ? "" : `, or all that come with it: ${names}`;
  return `Usage: ${NAME} [name or ./file.ts ...]\n\nRuns the plugins named${ours}.\n\n${COMPONENT_USAGE}`;
}

async function choose(
  words: readonly string[],
  plugins: readonly Plugin[],
): Promise<readonly Plugin[]> {
  const chosen = new Set<Plugin>();
  for (const word of words) {
    if (word.startsWith("-")) throw wrong(`there is no "${word}"; --help lists the flags`);
    const found = isFile(word) ? await loadFile(word, "plugin") : [byName(word, plugins)];
    for (const plugin of found) chosen.add(plugin as Plugin);
  }
  const all = words.length === 0 ? plugins : [...chosen];
  if (all.length === 0) throw wrong("which plugin? Give the file that exports it");
  const names = all.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw wrong(`two plugins are called "${twice}"`);
  return all;
}

function byName(name: string, plugins: readonly Plugin[]): Plugin {
  const plugin = plugins.find((each) => each.name === name);
  if (plugin !== undefined) return plugin;
  const known = plugins.map((each) => each.name).join(", ");
  throw wrong(`there is no plugin "${name}"; there are ${known || "none"}`);
}

/** `undeclared`: the settings of one without a schema. A person's may read any setting. */
function describe(plugin: Plugin, undeclared: JsonSchema | null): ComponentDescription {
  const { checked, config } = declarationsOf(plugin);
  const rows = Object.entries(checked.metadata).map(([name, { shortHelp, fullHelp = "" }]) => {
    return [name, { shortHelp, fullHelp }] as const;
  });
  const settings = config === undefined ? undeclared : toJsonSchema(config);
  return { name: plugin.name, commands: Object.fromEntries(rows), needs: plugin.needs, settings };
}

async function run(plugins: readonly Plugin[], { life, given }: ComponentStart): Promise<void> {
  const settings = (of: unknown) => settingsByName(plugins, of);
  const first = settings(given.settings);
  await checkAll(plugins, first);
  const level = given.logLevel;
  const logs = plugins.map(({ name }) => createLog({ name, level }));
  const deduped = dedupeWarnings(logs);
  const stop = new AbortController();
  const signal = AbortSignal.any([life.signal, stop.signal]);
  const running = plugins.map((plugin, index) =>
    startPlugin(plugin, {
      url: given.url,
      token: given.token,
      ...(given.retryMaxMs === undefined ? {} : { retryMaxMs: given.retryMaxMs }),
      config: first.get(plugin.name),
      log: deduped[index],
      signal,
    }),
  );
  let current = first;
  const forget = followSettings(life, levels(logs), async (given) => {
    const next = settings(given);
    const changed = running.filter(
      ({ name }) => !isDeepStrictEqual(next.get(name), current.get(name)),
    );
    const isFixed = ({ name }: RunningPlugin) =>
      plugins.some(
        (each) => each.name === name && declarationsOf(each).settingsChanges.length === 0,
      );
    if (changed.some(isFixed)) {
      throw new SeabirdError("failed_precondition", "plugins take new settings by a restart only");
    }
    for (const plugin of changed) await plugin.reconfigure(next.get(plugin.name));
    current = next;
  });
  const stopReports = reportPlugins(running, life);
  try {
    void reportReady(running, life.ready);
    await untilEnd(running, stop);
  } finally {
    forget();
    stopReports();
    stop.abort();
  }
}

function settingsByName(plugins: readonly Plugin[], given: unknown): ReadonlyMap<string, unknown> {
  const [only, ...others] = plugins;
  if (only !== undefined && others.length === 0) return new Map([[only.name, given ?? {}]]);
  const record = typeof given === "object" && given !== null ? given : {};
  const unknown = Object.keys(record).find((name) => !plugins.some((one) => one.name === name));
  if (unknown !== undefined) {
    const names = plugins.map(({ name }) => name).join(", ");
    const message = `there is no such plugin; there are ${names}`;
    throw new SettingsError("the plugins", [{ path: unknown, message }]);
  }
  const of = (name: string): unknown => Object.getOwnPropertyDescriptor(record, name)?.value ?? {};
  return new Map(plugins.map(({ name }) => [name, of(name)]));
}

/** Before anything is connected. */
async function checkAll(
  plugins: readonly Plugin[],
  settings: ReadonlyMap<string, unknown>,
): Promise<void> {
  for (const plugin of plugins) {
    const { config } = declarationsOf(plugin);
    const { name } = plugin;
    if (config !== undefined) await checkSettings(name, config, settings.get(name));
  }
}

/** The first that fails stops the others. */
async function untilEnd(running: readonly RunningPlugin[], stop: AbortController): Promise<void> {
  const ends = running.map((plugin) => plugin.ended().finally(() => stop.abort()));
  const results = await Promise.allSettled(ends);
  await Promise.all(running.map((plugin) => plugin.close()));
  const failed = results.find((result) => result.status === "rejected");
  if (failed !== undefined) throw failed.reason;
}

/** One that will never be ready ends the process elsewhere. */
async function reportReady(running: readonly RunningPlugin[], report: () => void): Promise<void> {
  const all = await Promise.allSettled(running.map((plugin) => plugin.ready()));
  if (all.every(({ status }) => status === "fulfilled")) report();
}

/** Several logs, whose level is set together. */
function levels(logs: readonly Log[]): Log {
  const [first] = logs;
  if (first === undefined) throw wrong("there is no plugin");
  return Object.defineProperty({ ...first }, "level", {
    get: () => first.level,
    set: (level: Log["level"]) => {
      for (const log of logs) log.level = level;
    },
  });
}

function wrong(what: string): SeabirdError {
  return new SeabirdError("bad_option", what);
}
