/** What `seabird up` runs: each component's program, token and environment. Pure, given the options. */

import { EXIT } from "@seabird-chat/runtime";
import { CliError } from "../process/cli-error.ts";
import type { ComponentSpec } from "./component.ts";
import { createRunToken, extraTokens, type RunToken } from "./run-tokens.ts";

export interface UpOptions {
  readonly bind?: string;
  readonly irc?: string;
  readonly channel: readonly string[];
  readonly nick?: string;
  readonly plugin: readonly string[];
  /** False: no room, the components write to stderr, and only a signal ends it. */
  readonly terminal: boolean;
}

/** Where the programs are. */
export interface Bins {
  readonly core: string;
  readonly plugin: string;
  backend(network: string): string;
}

export interface PlanSurroundings {
  readonly bins: Bins;
  readonly env: NodeJS.ProcessEnv;
  /** True if the room reads a script instead of a person. */
  readonly script: boolean;
  /** `host:port` for core to listen on, asked at each of its starts. */
  bind(): string;
  /** Core's address, asked at each start of the others. */
  url(): string;
  logFd(name: string): number;
}

export interface Plan {
  readonly core: ComponentSpec;
  readonly plugins: readonly ComponentSpec[];
  /** Backends but the room. */
  readonly backends: readonly ComponentSpec[];
  readonly room: ComponentSpec | undefined;
}

const IRC_SCHEMES = ["irc:", "ircs:", "ircs+unsafe:"];
const DEFAULT_IRC_NICK = "seabird";

/** Throws a CliError on options that cannot work. */
export function createPlan(options: UpOptions, around: PlanSurroundings): Plan {
  const clients = new Clients(around);
  const plugins = checkPlugins(options.plugin).map((name) =>
    clients.add(name, "plugin", { script: around.bins.plugin, args: [name], scopes: ["plugin"] }),
  );
  const backends = planIrc(options, around.env).map((env) =>
    clients.add("irc", "backend", {
      script: around.bins.backend("irc"),
      args: [],
      scopes: ["backend:irc/*"],
      env,
    }),
  );
  const room = options.terminal ? planRoom(clients, around) : undefined;
  const hashes = extraTokens(clients.tokens);
  const core: ComponentSpec = {
    name: "core",
    kind: "core",
    script: around.bins.core,
    args: [],
    output: { to: "fd", fd: () => around.logFd("core") },
    env: () => ({
      ...cleanEnv(around.env, CORE_ENV),
      SEABIRD_BIND_HOST: around.bind(),
      SEABIRD_EXTRA_TOKENS: hashes,
    }),
  };
  return { core, plugins, backends, room };
}

function planRoom(clients: Clients, { bins, script }: PlanSurroundings): ComponentSpec {
  const room = clients.add("terminal", "backend", {
    script: bins.backend("terminal"),
    args: ["--await-stop", ...(script ? ["--await-start"] : [])],
    scopes: ["backend:terminal/*"],
  });
  return { ...room, output: { to: "terminal" } };
}

interface ClientSpec {
  readonly script: string;
  readonly args: readonly string[];
  readonly scopes: readonly string[];
  /** What this component alone gets. */
  readonly env?: NodeJS.ProcessEnv;
}

/** Core's clients: each gets a token of its own when it is added. */
class Clients {
  readonly tokens: RunToken[] = [];
  readonly #around: PlanSurroundings;

  constructor(around: PlanSurroundings) {
    this.#around = around;
  }

  add(
    name: string,
    kind: ComponentSpec["kind"],
    { script, args, scopes, env }: ClientSpec,
  ): ComponentSpec {
    const around = this.#around;
    const token = createRunToken(name, scopes);
    this.tokens.push(token);
    const own = { ...env, SEABIRD_TOKEN: token.secret };
    return {
      name,
      kind,
      script,
      args,
      output: { to: "fd", fd: () => around.logFd(name) },
      env: () => ({ ...cleanEnv(around.env), ...own, SEABIRD_HOST: around.url() }),
    };
  }
}

/** What only core may see. */
export const CORE_ENV = /^(DATABASE_URL|SEABIRD_(TLS|METRICS|CORS)_.*)/;
/** What the components must not inherit: the starter's own token and core, and secrets of networks. */
const PRIVATE_ENV =
  /^(SEABIRD_(TOKEN|HOST|EXTRA_TOKENS|BIND_HOST|LAUNCHED|TLS_|METRICS_|CORS_)|BIND_HOST|DATABASE_URL|IRC_)/;

/** The environment without what is another component's; `but`: what this one may have. */
export function cleanEnv(env: NodeJS.ProcessEnv, but?: RegExp): NodeJS.ProcessEnv {
  const kept = Object.entries(env).filter(([name]) => but?.test(name) || !PRIVATE_ENV.test(name));
  return Object.fromEntries(kept);
}

/** The IRC backend's own environment, if IRC is wanted: none or one. */
function planIrc(options: UpOptions, env: NodeJS.ProcessEnv): NodeJS.ProcessEnv[] {
  if (options.irc === undefined) {
    if (options.channel.length === 0 && options.nick === undefined) return [];
    throw new CliError(EXIT.usage, "--channel and --nick belong to --irc", "add --irc irc://host");
  }
  const url = URL.parse(options.irc);
  if (url === null || !IRC_SCHEMES.includes(url.protocol) || url.hostname === "") {
    throw new CliError(
      EXIT.usage,
      `--irc is ${JSON.stringify(options.irc)}, which is no IRC server`,
      "give one like irc://irc.example.org or ircs://irc.example.org:6697",
    );
  }
  const given = Object.entries(env).filter(([name]) => name.startsWith("IRC_"));
  const channels = options.channel.length > 0 ? { IRC_CHANNELS: options.channel.join(",") } : {};
  const nick = options.nick ?? (env["IRC_NICK"] || DEFAULT_IRC_NICK);
  return [{ ...Object.fromEntries(given), ...channels, IRC_HOST: options.irc, IRC_NICK: nick }];
}

function checkPlugins(names: readonly string[]): readonly string[] {
  for (const name of names) {
    if (!/^[a-z][a-z0-9-]{0,39}$/.test(name) || ["core", "terminal", "irc", "up"].includes(name)) {
      throw new CliError(EXIT.usage, `${JSON.stringify(name)} is no plugin's name`);
    }
  }
  return [...new Set(names)];
}
