/** Puts a backend together: settings, the link to core, and the network between them. */
import { isDeepStrictEqual } from "node:util";
import { SeabirdError } from "../link/errors.ts";
import type { ConnectOptions, ResolvedConnectOptions } from "../link/options.ts";
import { checkSettings } from "../program/check-settings.ts";
import type { Log } from "../program/log.ts";
import { answerRequests } from "./answer-requests.ts";
import type { BackendDefinition } from "./backend.ts";
import { type BackendClient, connectBackend } from "./backend-client.ts";
import { createHost, type HostParts } from "./create-host.ts";
import { JoinedChannels } from "./joined-channels.ts";
import { metadata } from "./metadata.ts";
import { Network } from "./network.ts";
import type { NetworkState } from "./network-state.ts";
import { SEND_KINDS } from "./send-kinds.ts";

export interface StartBackendOptions extends ConnectOptions {
  /** This backend's name among those of its type. */
  id: string;
  /** The settings, unchecked. Default: none. */
  config?: unknown;
  /** Default: on standard error, named after type and id. */
  log?: Log | undefined;
  /** What `host.go` waits for. Default: nothing. */
  go?: Promise<void> | undefined;
  /** Where `host.onNotice` hears from. Default: nobody. */
  onNotice?: ((callback: (line: string) => void) => () => void) | undefined;
  /** After `host.leave()` the backend stays connected until it resolves. Default: at once. */
  onLeaving?: (() => Promise<void>) | undefined;
}

/** What whoever runs it gives and keeps. */
export interface Around {
  readonly log: Log;
  readonly resolved: ResolvedConnectOptions;
  /** Aborted when the backend leaves. */
  readonly leaving: AbortController;
  /** At each begin and end of a request. */
  readonly onRequest: (change: 1 | -1) => void;
  /** Something was told, or handed to core. */
  readonly onChange: () => void;
}

export interface BackendParts {
  readonly client: BackendClient;
  readonly network: { states(): AsyncIterable<NetworkState>; run(): Promise<void> };
  reconfigure(settings: unknown): Promise<void>;
}

/** The link to core has begun; the network has not. Throws a SettingsError. */
export async function assembleBackend<Config>(
  definition: BackendDefinition<Config>,
  options: StartBackendOptions,
  around: Around,
): Promise<BackendParts> {
  const settings = await Settings.check(definition, options);
  const { resolved, log, onChange } = around;
  const { clock, random } = resolved;
  const client: BackendClient = connectBackend({
    ...options,
    signal: undefined,
    type: definition.type,
    requestTimeoutMs: definition.requestTimeoutMs,
    onOutboxChange: onChange,
    handlers: answerRequests({
      type: definition.type,
      sends: definition.sends ?? SEND_KINDS,
      current: () => network.current,
      onJoined: (id) => channels.joinedByRequest(id),
      channel: (id) => client.channel(id),
      metadata: () =>
        metadata(definition, settings.config, { connection: network.connection, log }),
      log,
      onActivity: around.onRequest,
    }),
  });
  const channels = new JoinedChannels(client, log);
  const parts: HostParts<Config> = {
    ...{ type: definition.type, id: options.id, log, clock, random, client, channels },
    config: () => settings.config,
    spec: definition,
    go: options.go ?? Promise.resolve(),
    onNotice: options.onNotice ?? (() => () => undefined),
    leave: () => void leave(options, around),
    self: undefined,
  };
  const network = createNetwork(parts, around);
  return { client, network, reconfigure: (given) => settings.change(given, network) };
}

function createNetwork<Config>(
  parts: HostParts<Config>,
  { resolved, leaving, onChange }: Around,
): Network<Config> {
  const { log, clock, random, channels, spec } = parts;
  const { limits } = resolved;
  let stopSettling = () => {};
  return new Network<Config>({
    ...{ log, clock, random, limits, leaving: leaving.signal },
    connectTimeoutMs: spec.connectTimeoutMs,
    connect: (session) => spec.connect(createHost(parts, session)),
    onConnected: () => {
      stopSettling = clock.after(limits.channelsBackMs, () => channels.settled());
      onChange();
    },
    onLost: () => {
      stopSettling();
      channels.lost();
    },
  });
}

async function leave({ onLeaving }: StartBackendOptions, { leaving, log }: Around): Promise<void> {
  try {
    await onLeaving?.();
  } catch (error) {
    log.warn({ error }, "not waited for the turn to leave");
  }
  leaving.abort();
}

/** The settings of the moment. */
class Settings<Config> {
  readonly #definition: BackendDefinition<Config>;
  readonly #whose: string;
  #last: Promise<void> = Promise.resolve();
  /** Unchecked, as it came. */
  #given: unknown;
  config: Config;

  private constructor(
    definition: BackendDefinition<Config>,
    options: StartBackendOptions,
    config: Config,
  ) {
    this.#definition = definition;
    this.#whose = nameOf(definition, options);
    this.#given = options.config;
    this.config = config;
  }

  static async check<Config>(
    definition: BackendDefinition<Config>,
    options: StartBackendOptions,
  ): Promise<Settings<Config>> {
    const whose = nameOf(definition, options);
    return new Settings(definition, options, await checked(definition, whose, options.config));
  }

  /** One change after the other, each from what the last one left. Throws as `#change` does. */
  change(given: unknown, network: Network<Config>): Promise<void> {
    const mine = this.#last.then(() => this.#change(given, network));
    this.#last = mine.catch(() => undefined);
    return mine;
  }

  /** Nothing happens for the same ones. Throws a SettingsError, or `failed_precondition` for what needs a restart. */
  async #change(given: unknown, { connection, state }: Network<Config>): Promise<void> {
    if (isDeepStrictEqual(given ?? {}, this.#given ?? {})) return;
    const { type } = this.#definition;
    const next = await checked(this.#definition, this.#whose, given);
    if (connection === undefined && state.state === "waiting") {
      // The next `connect` reads them.
      this.config = next;
      this.#given = given;
      return;
    }
    if (connection?.reconfigure === undefined) {
      throw needsRestart(`${type} takes new settings by a restart only`);
    }
    const before = this.config;
    this.config = next;
    try {
      await connection.reconfigure(next);
      this.#given = given;
    } catch (reason) {
      this.config = before;
      throw reason;
    }
  }
}

function nameOf({ type }: { readonly type: string }, { id }: { readonly id: string }): string {
  return `${type}/${id}`;
}

/** Without a schema the settings are what was given: nobody has said what they may be. */
async function checked<Config>(
  { config: schema }: BackendDefinition<Config>,
  whose: string,
  given: unknown,
): Promise<Config> {
  return schema === undefined ? ((given ?? {}) as Config) : checkSettings(whose, schema, given);
}

function needsRestart(why: string): SeabirdError {
  return new SeabirdError("failed_precondition", why);
}
