/**
 * What a supervisor and the components that it starts send each other over Node's IPC channel.
 * Either side takes a message only if it is what the types below say; all else is ignored.
 */
import type { ChildProcess } from "node:child_process";

/** From the supervisor to a component. */
export type SupervisorMessage =
  /**
   * New values while it runs, answered by a message `settings`. Core takes `logLevel` and
   * `extraTokens`, the others `settings` and `logLevel`. What is missing stays as it is.
   */
  | {
      readonly type: "settings";
      readonly settings?: Readonly<Record<string, unknown>> | undefined;
      readonly logLevel?: string | undefined;
      /** JSON, as the variable SEABIRD_EXTRA_TOKENS has it. */
      readonly extraTokens?: string | undefined;
    }
  /** Core and every component are ready: one that was started with `--wait-for-go` begins. */
  | { readonly type: "go" }
  /** A line to show to the person at the terminal. */
  | { readonly type: "notice"; readonly line: string }
  /** Plugins listen to this user again, in every conversation; answered by `ignored`. */
  | { readonly type: "unignore"; readonly userId: string }
  /** How the plugins of a component are; answered by a message `status`. */
  | { readonly type: "status" }
  /** Their figures for Prometheus; answered by a message `metrics`. */
  | { readonly type: "metrics" }
  /** To core, the answer to `plugin-metrics`: those of all plugins that answered in time. */
  | { readonly type: "plugin-metrics"; readonly plugins: readonly PluginStatus[] };

export type SettingsMessage = Extract<SupervisorMessage, { readonly type: "settings" }>;

/** How a backend's chat network is. */
export type NetworkStatus =
  | { readonly state: "connected" }
  /** Lost, refused, or not reached so far: `why` in one line; Unix milliseconds. */
  | { readonly state: "away"; readonly sinceMs: number; readonly why: string };

/** How core knows a backend's network to be; `left`: the backend is not connected any more. */
export type BackendNetwork = NetworkStatus | { readonly state: "left" };

/** From a component to its supervisor. */
export type ComponentMessage =
  /** It is connected to core and does its work. */
  | { readonly type: "ready" }
  /** Core's word for ready: the address it listens on. */
  | { readonly type: "listening"; readonly url: string }
  /** Of a backend: how its network is, at its start and whenever that changes. */
  | ({ readonly type: "network" } & NetworkStatus)
  /**
   * From core: how it knows the network of a backend to be, by its id such as `irc://libera`. Sent
   * when a network is lost, and when it is back or the backend has left.
   */
  | ({ readonly type: "backend-network"; readonly backendId: string } & BackendNetwork)
  /** A person left the terminal: the component waits to be stopped in its turn. */
  | { readonly type: "leaving" }
  /**
   * The answer to `settings`: they are in force, or what is wrong and nothing has changed; `error`
   * is empty if the component gave no usable reason.
   */
  | { readonly type: "settings"; readonly ok: true }
  | { readonly type: "settings"; readonly error: string }
  /** A source file that the program has loaded; for `--watch`. */
  | { readonly type: "file"; readonly path: string }
  /** A signal has arrived, so that a launcher does not pass it on again. */
  | { readonly type: "signal"; readonly name: NodeJS.Signals }
  /** Whom plugins ignore because of a loop, after each change, and the loops since their start. */
  | {
      readonly type: "ignored";
      readonly loops: number;
      readonly speakers: readonly IgnoredSpeakerStatus[];
    }
  /** The answer to `status`: what those of its plugins report that report anything. */
  | { readonly type: "status"; readonly plugins: readonly PluginStatus[] }
  /** The answer to `metrics`: a `PluginMetrics` of each of its plugins that has any. */
  | { readonly type: "metrics"; readonly plugins: readonly PluginStatus[] }
  /** From core: somebody reads its metrics; answered by `plugin-metrics`. */
  | { readonly type: "plugin-metrics" };

/** What a plugin reports of itself, as JSON, or why it could not. */
export type PluginStatus =
  | { readonly plugin: string; readonly json: string }
  | { readonly plugin: string; readonly error: string };

/** A user whom one plugin of a component ignores in one conversation. */
export interface IgnoredSpeakerStatus {
  readonly plugin: string;
  readonly userId: string;
  /** Empty for the private conversation. */
  readonly channelId: string;
  /** When it ends by itself, in Unix milliseconds. */
  readonly untilMs: number;
}

/** Longest text in a message; a longer one is refused. Settings and tokens are bounded elsewhere. */
const MAX_TEXT_CHARACTERS = 8_192;
/** Most speakers in a message `ignored`; one with more is refused. */
export const MAX_REPORTED_SPEAKERS = 256;
/** Most plugins in one message; one with more is refused. */
export const MAX_REPORTED_PLUGINS = 64;
/** Longest report of one plugin; a longer one is refused. */
export const MAX_STATUS_CHARACTERS = 1024 * 1024;

/** Of an object from another process, not yet read. */
export type Fields = Readonly<Record<string, unknown>>;

type Readers<Message extends { readonly type: string }> = {
  readonly [Type in Message["type"]]: (
    fields: Fields,
  ) => Extract<Message, { readonly type: Type }> | undefined;
};

const FROM_SUPERVISOR: Readers<SupervisorMessage> = {
  settings({ settings, logLevel, extraTokens }) {
    if (settings !== undefined && !isRecord(settings)) return undefined;
    if (!isOptionalText(logLevel) || !isOptionalText(extraTokens)) return undefined;
    return {
      type: "settings",
      ...(settings === undefined ? {} : { settings }),
      ...(logLevel === undefined ? {} : { logLevel }),
      ...(extraTokens === undefined ? {} : { extraTokens }),
    };
  },
  go: () => ({ type: "go" }),
  notice: ({ line }) => (isShortText(line) ? { type: "notice", line } : undefined),
  unignore: ({ userId }) => (isShortText(userId) ? { type: "unignore", userId } : undefined),
  status: () => ({ type: "status" }),
  metrics: () => ({ type: "metrics" }),
  "plugin-metrics": (fields) => readPlugins("plugin-metrics", fields),
};

const FROM_COMPONENT: Readers<ComponentMessage> = {
  ready: () => ({ type: "ready" }),
  listening: ({ url }) => (isHttpUrl(url) ? { type: "listening", url } : undefined),
  network(fields) {
    const status = readNetwork(fields);
    return status && { type: "network", ...status };
  },
  "backend-network"({ backendId, ...fields }) {
    const network = fields["state"] === "left" ? LEFT : readNetwork(fields);
    if (network === undefined || !isShortText(backendId)) return undefined;
    return { type: "backend-network", backendId, ...network };
  },
  leaving: () => ({ type: "leaving" }),
  settings({ ok, error }) {
    if (error !== undefined) return { type: "settings", error: isShortText(error) ? error : "" };
    return ok === true ? { type: "settings", ok } : undefined;
  },
  file: ({ path }) => (isShortText(path) && path !== "" ? { type: "file", path } : undefined),
  signal({ name }) {
    return isShortText(name) && /^SIG[A-Z0-9]+$/.test(name)
      ? { type: "signal", name: name as NodeJS.Signals }
      : undefined;
  },
  ignored({ loops, speakers }) {
    if (!Number.isSafeInteger(loops) || !Array.isArray(speakers)) return undefined;
    if (speakers.length > MAX_REPORTED_SPEAKERS) return undefined;
    const read = speakers.map(readSpeaker);
    if (!read.every((speaker) => speaker !== undefined)) return undefined;
    return { type: "ignored", loops: Number(loops), speakers: read };
  },
  status: (fields) => readPlugins("status", fields),
  metrics: (fields) => readPlugins("metrics", fields),
  "plugin-metrics": () => ({ type: "plugin-metrics" }),
};

const LEFT = { state: "left" } as const;

function readNetwork({ state, sinceMs, why }: Fields): NetworkStatus | undefined {
  if (state === "connected") return { state };
  if (state !== "away" || !isTime(sinceMs) || !isShortText(why)) return undefined;
  return { state, sinceMs, why };
}

function readSpeaker(value: unknown): IgnoredSpeakerStatus | undefined {
  if (!isRecord(value)) return undefined;
  const { plugin, userId, channelId, untilMs } = value;
  if (!isShortText(plugin) || !isShortText(userId) || !isShortText(channelId)) return undefined;
  if (!Number.isSafeInteger(untilMs)) return undefined;
  return { plugin, userId, channelId, untilMs: Number(untilMs) };
}

function readPlugins<Type extends string>(type: Type, { plugins }: Fields) {
  if (!Array.isArray(plugins) || plugins.length > MAX_REPORTED_PLUGINS) return undefined;
  const read = plugins.map(readPluginStatus);
  return read.every((status) => status !== undefined) ? { type, plugins: read } : undefined;
}

function readPluginStatus(value: unknown): PluginStatus | undefined {
  if (!isRecord(value)) return undefined;
  const { plugin, json, error } = value;
  if (!isShortText(plugin)) return undefined;
  if (isShortText(error)) return { plugin, error };
  if (typeof json !== "string" || json.length > MAX_STATUS_CHARACTERS) return undefined;
  return { plugin, json };
}

/** What a component has received; undefined if it is no message of a supervisor. */
export function parseSupervisorMessage(message: unknown): SupervisorMessage | undefined {
  return parse<SupervisorMessage>(message, FROM_SUPERVISOR);
}

/** What a supervisor has received; undefined if it is no message of a component. */
export function parseComponentMessage(message: unknown): ComponentMessage | undefined {
  return parse<ComponentMessage>(message, FROM_COMPONENT);
}

function parse<Message extends { readonly type: string }>(
  message: unknown,
  readers: Readers<Message>,
): Message | undefined {
  if (!isRecord(message)) return undefined;
  const { type } = message;
  if (typeof type !== "string" || !Object.hasOwn(readers, type)) return undefined;
  return readers[type as Message["type"]](message);
}

/** Calls back for each message of the supervisor; returns its undo. */
export function onSupervisorMessage(callback: (message: SupervisorMessage) => void): () => void {
  const receive = (received: unknown): void => {
    const message = parseSupervisorMessage(received);
    if (message !== undefined) callback(message);
  };
  process.on("message", receive);
  return () => void process.off("message", receive);
}

/** Calls back for each message of the child; returns its undo. */
export function onComponentMessage(
  child: ChildProcess,
  callback: (message: ComponentMessage) => void,
): () => void {
  const receive = (received: unknown): void => {
    const message = parseComponentMessage(received);
    if (message !== undefined) callback(message);
  };
  child.on("message", receive);
  return () => void child.off("message", receive);
}

/**
 * False if there is no supervisor, or it has gone. Never throws. `sent` is called when the message
 * has left this process, or cannot.
 */
export function sendToSupervisor(message: ComponentMessage, sent = () => {}): boolean {
  if (!process.connected || process.send === undefined) return false;
  return attempt((done) => process.send?.(message, undefined, undefined, done), sent);
}

/** False if the child has gone. Never throws. */
export function sendToComponent(child: ChildProcess, message: SupervisorMessage): boolean {
  return child.connected && attempt((sent) => child.send(message, sent));
}

/** That a channel closes meanwhile is passed to the callback, or thrown. */
function attempt(send: (done: () => void) => void, sent = () => {}): boolean {
  try {
    send(() => sent());
    return true;
  } catch {
    return false;
  }
}

export function isRecord(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isOptionalText(value: unknown): value is string | undefined {
  return value === undefined || typeof value === "string";
}

function isShortText(value: unknown): value is string {
  return typeof value === "string" && value.length <= MAX_TEXT_CHARACTERS;
}

/** Unix milliseconds that a Date can hold. */
function isTime(value: unknown): value is number {
  return typeof value === "number" && value >= 0 && value <= 8.64e15;
}

function isHttpUrl(value: unknown): value is string {
  const url = isShortText(value) ? URL.parse(value) : null;
  return url !== null && (url.protocol === "http:" || url.protocol === "https:");
}
