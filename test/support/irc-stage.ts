/**
 * Everything between a person on a real IRC server and a plugin: the server, the person's client,
 * core, our plugins and our backend, the last two as the processes that people run.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import type { TestContext } from "node:test";
import { fileURLToPath } from "node:url";
import { absoluteId } from "@seabird-chat/protocol";
import {
  connectActions,
  connectPlugin,
  type PluginEvent,
  SeabirdError,
  type StandaloneActionClient,
} from "@seabird-chat/sdk";
import { startCore, type TestCore } from "./core.ts";
import { IrcPerson } from "./irc-person.ts";
import {
  type IrcServer,
  type IrcServerOptions,
  startInspircd,
  startNgircd,
} from "./irc-servers.ts";
import { waitFor } from "./irc-wait.ts";
import { needPrograms } from "./servers.ts";

export type IrcServerKind = "inspircd" | "ngircd";

export const IRC_SERVER_KINDS: readonly IrcServerKind[] = ["inspircd", "ngircd"];

export const BACKEND = "irc://seabird";

/** The absolute id of a channel or person on the stage's network. */
export function onIrc(name: string): string {
  return absoluteId({ type: "irc", id: "seabird" }, name);
}

export interface StageOptions {
  readonly server?: IrcServerOptions;
  /** Default: `irc`. */
  readonly scheme?: "irc" | "ircs" | "ircs+unsafe";
  /** More of the backend's environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Default: `#test`, which alice has made and is an operator of. */
  readonly channels?: string;
  /** Done before our backend starts. */
  readonly prepare?: (before: { readonly alice: IrcPerson }) => Promise<void>;
}

export interface IrcStage {
  readonly server: IrcServer;
  readonly core: TestCore;
  readonly alice: IrcPerson;
  readonly actions: StandaloneActionClient;
  readonly backend: Program;
  /** Another person. */
  person(nick: string): Promise<IrcPerson>;
  /** Starts our plugins of these names; resolves when they are ready. */
  plugins(...names: readonly string[]): Promise<Program>;
  /** What a plugin hears from now on. */
  hear(): Promise<readonly PluginEvent[]>;
}

/** undefined: a program is missing, and the test was told to skip. Everything ends with the test. */
export async function startIrcStage(
  t: TestContext,
  kind: IrcServerKind,
  options: StageOptions = {},
): Promise<IrcStage | undefined> {
  const programs = needPrograms(t, kind, "ii");
  if (programs === undefined) return undefined;
  const start = kind === "inspircd" ? startInspircd : startNgircd;
  const server = await start(programs[kind], options.server);
  t.after(() => server.close());
  const person = async (nick: string) => {
    const password = options.server?.password;
    const client = await IrcPerson.connect(programs.ii, { port: server.port, nick, password });
    t.after(() => client.close());
    return client;
  };
  const alice = await person("alice");
  await alice.join("#test");
  await options.prepare?.({ alice });
  const core = await startCore({}, t);
  const backend = await startBackend(t, core, server, options);
  const actions = connectActions({ url: core.url, token: await core.token(["plugin"], "caller") });
  t.after(() => actions.close());
  return {
    server,
    core,
    alice,
    actions,
    backend,
    person,
    plugins: (...names) => startPlugins(t, core, names),
    hear: () => hear(t, core),
  };
}

async function startBackend(
  t: TestContext,
  core: TestCore,
  server: IrcServer,
  { scheme = "irc", env = {}, channels = "#test" }: StageOptions,
): Promise<Program> {
  const port = scheme === "irc" ? server.port : server.tlsPort;
  return startProgram(t, "backends/irc/bin/seabird-backend-irc.js", [], {
    SEABIRD_HOST: core.url,
    SEABIRD_TOKEN: await core.token(["backend:irc/seabird"], "irc"),
    IRC_HOST: `${scheme}://${server.host}:${port}`,
    IRC_NICK: "seabird",
    IRC_CHANNELS: channels,
    IRC_RECONNECT_MS: "100",
    ...env,
  });
}

async function startPlugins(
  t: TestContext,
  core: TestCore,
  names: readonly string[],
): Promise<Program> {
  const env = { SEABIRD_HOST: core.url, SEABIRD_TOKEN: await core.token(["plugin"], "plugins") };
  const program = startProgram(t, "plugins/bin/seabird-plugin.js", names, env);
  await program.ready();
  return program;
}

async function hear(t: TestContext, core: TestCore): Promise<readonly PluginEvent[]> {
  const plugin = connectPlugin({ url: core.url, token: await core.token(["plugin"], "ear") });
  t.after(() => plugin.close());
  const heard: PluginEvent[] = [];
  void (async () => {
    for await (const event of plugin.events()) heard.push(event);
  })();
  await plugin.ready();
  return heard;
}

/** Waits for an event of a kind, heard since `hear`. */
export function heardOf<Kind extends PluginEvent["kind"]>(
  heard: readonly PluginEvent[],
  kind: Kind,
  count = 1,
): Promise<Extract<PluginEvent, { kind: Kind }>> {
  return waitFor(
    () => `${kind} no. ${count} among ${JSON.stringify(heard.map((event) => event.kind))}`,
    () =>
      heard.filter((event): event is Extract<PluginEvent, { kind: Kind }> => event.kind === kind)[
        count - 1
      ],
  );
}

/** What a call was refused with: its code and message; "" if it was not. */
export async function refusalOf(call: Promise<unknown>): Promise<string> {
  try {
    await call;
    return "";
  } catch (reason) {
    const { code, message } = SeabirdError.from(reason);
    return `${code}: ${message}`;
  }
}

/** One of our programs, started as a supervisor would. */
export interface Program {
  readonly child: ChildProcess;
  /** What it wrote on standard error. */
  log(): string;
  /** Resolves when it says that it is ready. */
  ready(): Promise<unknown>;
  /** Resolves with its exit code (or signal) after the end. */
  ended(): Promise<number | string>;
  /** Asks it to end, and waits until it has. Idempotent. */
  stop(): Promise<void>;
}

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

export function startProgram(
  t: TestContext,
  path: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Program {
  const child = spawn(process.execPath, [`${ROOT}/${path}`, ...args], {
    // Nothing of the machine's own settings; and no .env of the working directory.
    env: { PATH: process.env["PATH"], ...env },
    cwd: "/",
    stdio: ["ignore", "inherit", "pipe", "ipc"],
  });
  let log = "";
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    log = (log + text).slice(-50_000);
  });
  let isReady = false;
  child.on("message", (message: { type?: unknown }) => {
    isReady ||= message.type === "ready";
  });
  const ended = once(child, "exit").then(([code, signal]) => (code ?? signal) as number | string);
  const stop = async () => {
    if (child.exitCode === null && child.signalCode === null) child.kill("SIGTERM");
    await ended;
  };
  t.after(stop);
  return {
    child,
    log: () => log,
    ready: () =>
      waitFor(
        () => `${path} to be ready; it said: ${log}`,
        () => {
          if (child.exitCode !== null) throw new Error(`${path} ended: ${log}`);
          return isReady;
        },
      ),
    ended: () => ended,
    stop,
  };
}
