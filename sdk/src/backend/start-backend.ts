/** Runs a backend: its link to core, its connection to the network, and what goes between them. */
import type { NetworkStatus } from "@seabird-chat/runtime";
import { onAbort } from "../link/abortable.ts";
import { SeabirdError } from "../link/errors.ts";
import type { LinkState } from "../link/link.ts";
import {
  type ConnectOptions,
  type ResolvedConnectOptions,
  resolveConnectOptions,
} from "../link/options.ts";
import { SettingsError } from "../program/check-settings.ts";
import { createLog, type Log } from "../program/log.ts";
import type { BackendDefinition } from "./backend.ts";
import { BackendClient } from "./backend-client.ts";
import { isFatal } from "./backend-errors.ts";
import { BackendSettings } from "./backend-settings.ts";
import { createHost, type HostDeps } from "./create-host.ts";
import { DeclaredCapabilities } from "./declared-capabilities.ts";
import { metadata } from "./metadata.ts";
import { Network, type NetworkState } from "./network.ts";

export interface StartBackendOptions extends ConnectOptions {
  /** This backend's name among those of its type. */
  id: string;
  /** The settings, unchecked. Default: none. */
  config?: unknown;
  /** Default: on standard error, named after type and id. */
  log?: Log | undefined;
  /** What `host.go` waits for. Default: nothing. */
  go?: Promise<void> | undefined;
  /** Where the lines of `host.onNotice` come from. Default: nowhere. */
  onNotice?: ((callback: (line: string) => void) => () => void) | undefined;
  /** After `host.leave()` the backend stays connected until it resolves. Default: at once. */
  onLeaving?: (() => Promise<void>) | undefined;
}

/**
 * Starts a backend at once and keeps it on core and on its network until `close()`.
 *
 * Throws a SeabirdError `bad_option` if the options cannot work; what is wrong with the settings
 * comes later, by `ready` and `ended`, as a SettingsError.
 */
export function startBackend<Config>(
  definition: BackendDefinition<Config>,
  options: StartBackendOptions,
): RunningBackend {
  if (typeof options.id !== "string" || options.id === "") {
    throw new SeabirdError("bad_option", `the id of backend "${definition.type}" is missing`);
  }
  // Nothing outside of the definition's own functions knows the type of its settings.
  return new RunningBackend(definition as unknown as BackendDefinition<never>, options);
}

/** What a running backend does at the moment. */
export interface BackendActivity {
  /** Requests of core that are being answered. */
  readonly requests: number;
  /** Events and answers not handed to core so far. */
  readonly unsent: number;
}

interface Started {
  readonly client: BackendClient;
  readonly network: Network<never>;
  readonly settings: BackendSettings<never>;
}

export class RunningBackend implements AsyncDisposable {
  readonly type: string;
  readonly id: string;
  readonly #definition: BackendDefinition<never>;
  readonly #options: StartBackendOptions;
  readonly #resolved: ResolvedConnectOptions;
  readonly #log: Log;
  readonly #leaving = new AbortController();
  readonly #ready = Promise.withResolvers<void>();
  readonly #started = Promise.withResolvers<Started>();
  readonly #ended: Promise<void>;
  readonly #listeners = new Set<() => void>();
  #requests = 0;
  #client: BackendClient | undefined;

  /** @internal Use `startBackend`. */
  constructor(definition: BackendDefinition<never>, options: StartBackendOptions) {
    this.type = definition.type;
    this.id = options.id;
    this.#definition = definition;
    this.#options = options;
    // The link outlives the signal: the network is left first.
    this.#resolved = { ...resolveConnectOptions(options), signal: undefined };
    this.#log = options.log ?? createLog({ name: this.#name });
    const { signal } = options;
    const forget = signal && onAbort(signal, () => this.#leaving.abort());
    this.#ended = this.#run().finally(() => {
      forget?.();
      this.#leaving.abort();
    });
    this.#ended.then(
      () => this.#fail(new SeabirdError("closed", "the backend was closed")),
      (error: unknown) => this.#fail(error),
    );
    // Waiting for them is optional.
    this.#ready.promise.catch(() => undefined);
    this.#started.promise.catch(() => undefined);
  }

  /** Resolves when the backend is on core and on its network; rejects if it ends before. */
  ready(): Promise<void> {
    return this.#ready.promise;
  }

  /** Resolves when it was closed or has left; rejects with why it could not go on. */
  ended(): Promise<void> {
    return this.#ended;
  }

  /** The state of the link to core: now, and each change. */
  async *coreStates(): AsyncGenerator<LinkState, void, void> {
    yield* (await this.#started.promise).client.states();
  }

  /** The state of the connection to the network: now, and each change. */
  async *networkStates(): AsyncGenerator<NetworkState, void, void> {
    yield* (await this.#started.promise).network.states();
  }

  /** Whether the network is there, or since when and why not: now, and each change. */
  async *networkStatuses(): AsyncGenerator<NetworkStatus, void, void> {
    yield* (await this.#started.promise).network.statuses();
  }

  /**
   * Takes new settings. Rejects with a SettingsError if they are wrong, and with a SeabirdError
   * `failed_precondition` if this backend has to be started again for them.
   */
  async reconfigure(given: unknown): Promise<void> {
    const { settings, network } = await this.#started.promise;
    await settings.change(given, network);
  }

  activity(): BackendActivity {
    return { requests: this.#requests, unsent: this.#client?.unsent ?? 0 };
  }

  /** Calls back whenever `activity` may have changed; returns its undo. */
  onActivity(callback: () => void): () => void {
    this.#listeners.add(callback);
    return () => this.#listeners.delete(callback);
  }

  /** Leaves the network, then core, each within its limit. Idempotent, never rejects. */
  async close(): Promise<void> {
    this.#leaving.abort();
    await this.#ended.catch(() => undefined);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  get #name(): string {
    return `${this.type}/${this.id}`;
  }

  #fail(error: unknown): void {
    this.#ready.reject(error);
    this.#started.reject(error);
  }

  async #run(): Promise<void> {
    const settings = await BackendSettings.check(
      this.#definition,
      this.#name,
      this.#options.config,
    );
    const { client, network } = this.#assemble(settings);
    if (this.#leaving.signal.aborted) return client.close();
    this.#client = client;
    this.#started.resolve({ client, network, settings });
    void Promise.all([client.ready(), onNetwork(network)]).then(
      () => this.#ready.resolve(),
      () => undefined,
    );
    const running = network.run();
    try {
      await Promise.race([running, untilRefused(client)]);
    } catch (reason) {
      throw isFatal(reason) ? fromFatal(reason, this.#name) : reason;
    } finally {
      this.#leaving.abort();
      await running.catch(() => undefined);
      await client.close();
    }
  }

  /** The link to core begins at once; the network does not. */
  #assemble(settings: BackendSettings<never>): Omit<Started, "settings"> {
    const definition = this.#definition;
    const { type, id } = this;
    const log = this.#log;
    const { clock, random, limits } = this.#resolved;
    const client: BackendClient = new BackendClient({
      ...{ type, id, log, resolved: this.#resolved, sends: definition.sends },
      timeoutMs: definition.requestTimeoutMs ?? DEFAULT_REQUEST_TIMEOUT_MS,
      connected: () => network.current,
      metadata: () =>
        metadata(definition, settings.config, {
          ...{ connection: network.connection, network: network.status, log },
        }),
      onActivity: (change) => {
        this.#requests += change;
        this.#notify();
      },
      onOutboxChange: () => this.#notify(),
    });
    const capabilities = new DeclaredCapabilities(definition, client.coreState, log);
    const deps: HostDeps<never> = {
      ...{ type, id, log, clock, random, client, spec: definition, self: undefined },
      config: () => settings.config,
      go: this.#options.go ?? Promise.resolve(),
      network: { away: (reason) => network.away(reason), back: () => network.back() },
      setCapabilities: (given) => capabilities.set(given),
      onNotice: this.#options.onNotice ?? (() => () => undefined),
      leave: () => void this.#leave(),
    };
    let stopSettling = () => {};
    const network = new Network<never>({
      ...{ log, clock, random, limits, leaving: this.#leaving.signal },
      connectTimeoutMs: definition.connectTimeoutMs ?? DEFAULT_CONNECT_TIMEOUT_MS,
      connect: (session) => {
        capabilities.connecting();
        return definition.connect(createHost(deps, session));
      },
      onConnected: (connection) => {
        capabilities.connected(connection);
        stopSettling = clock.after(limits.channelsBackMs, () => client.channels.settled());
        this.#notify();
      },
      onLost: () => {
        stopSettling();
        client.channels.networkLost();
      },
      onStatus: (status) => {
        if (status.state === "connected") client.coreState.networkBack();
        // Its own leave is no loss of the network.
        else if (!this.#leaving.signal.aborted) client.coreState.networkLost(status.why);
      },
    });
    return { client, network };
  }

  async #leave(): Promise<void> {
    try {
      await this.#options.onLeaving?.();
    } catch (error) {
      this.#log.warn({ error }, "leaving at once: the wait for the other components failed");
    }
    this.#leaving.abort();
  }

  #notify(): void {
    for (const listener of this.#listeners) listener();
  }
}

const DEFAULT_REQUEST_TIMEOUT_MS = 12_000;
const DEFAULT_CONNECT_TIMEOUT_MS = 60_000;

async function onNetwork(network: Network<never>): Promise<void> {
  for await (const state of network.states()) if (state.state === "connected") return;
  throw new SeabirdError("closed", "the backend was closed");
}

/** Rejects when core refuses the backend for good; resolves when the client was closed. */
async function untilRefused(client: BackendClient): Promise<void> {
  for await (const state of client.states()) if (state.state === "failed") throw state.error;
}

function fromFatal(fatal: Error & { readonly setting?: string | undefined }, name: string): Error {
  const { setting, message } = fatal;
  if (typeof setting === "string") return new SettingsError(name, [{ path: setting, message }]);
  return fatal;
}
