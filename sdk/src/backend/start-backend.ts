/** Runs a backend: its link to core, its connection to the network, and what goes between them. */
import { SeabirdError } from "../link/errors.ts";
import type { LinkState } from "../link/link.ts";
import { resolveConnectOptions } from "../link/options.ts";
import { SettingsError } from "../program/check-settings.ts";
import { createLog, type Log } from "../program/log.ts";
import {
  type Around,
  assembleBackend,
  type BackendParts,
  type StartBackendOptions,
} from "./assemble-backend.ts";
import type { BackendDefinition } from "./backend.ts";
import type { BackendClient } from "./backend-client.ts";
import { isFatal } from "./backend-errors.ts";
import type { NetworkState } from "./network-state.ts";

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
  const resolved = resolveConnectOptions(options);
  return new RunningBackend(definition.type, options, (around) =>
    assembleBackend(definition, options, { ...around, resolved }),
  );
}

/** What a running backend does at the moment. */
export interface BackendActivity {
  /** Requests of core that are being answered. */
  readonly requests: number;
  /** Events and answers not handed to core so far. */
  readonly unsent: number;
}

export class RunningBackend implements AsyncDisposable {
  readonly type: string;
  readonly id: string;
  readonly #leaving = new AbortController();
  readonly #ready = Promise.withResolvers<void>();
  readonly #started = Promise.withResolvers<BackendParts>();
  readonly #ended: Promise<void>;
  readonly #listeners = new Set<() => void>();
  readonly #log: Log;
  #requests = 0;
  #parts: BackendParts | undefined;

  /** @internal Use `startBackend`. */
  constructor(type: string, options: StartBackendOptions, start: StartParts) {
    this.type = type;
    this.id = options.id;
    const whose = `${type}/${options.id}`;
    this.#log = options.log ?? createLog({ name: whose });
    const { signal } = options;
    const onAbort = () => this.#leaving.abort();
    signal?.addEventListener("abort", onAbort, { once: true });
    if (signal?.aborted) onAbort();
    this.#ended = this.#live(start, whose).finally(() => {
      signal?.removeEventListener("abort", onAbort);
      onAbort();
    });
    // Whoever asks gets it; nobody has to.
    this.#ended.then(
      () => this.#fail(new SeabirdError("closed", "the backend was closed")),
      (error: unknown) => this.#fail(error),
    );
    this.#ready.promise.catch(() => undefined);
    this.#started.promise.catch(() => undefined);
  }

  /** Resolves when core has taken the backend and it is on its network; rejects if it ends before. */
  ready(): Promise<void> {
    return this.#ready.promise;
  }

  /** Resolves when it was closed or has left; rejects with why it could not go on. */
  ended(): Promise<void> {
    return this.#ended;
  }

  /** How it stands with core: now, and each change. */
  async *coreStates(): AsyncGenerator<LinkState, void, void> {
    yield* (await this.#started.promise).client.states();
  }

  /** How it stands with the network: now, and each change. */
  async *networkStates(): AsyncGenerator<NetworkState, void, void> {
    yield* (await this.#started.promise).network.states();
  }

  /**
   * Takes new settings. Rejects with a SettingsError if they are wrong, and with a SeabirdError
   * `failed_precondition` if this backend has to be started again for them.
   */
  async reconfigure(settings: unknown): Promise<void> {
    await (await this.#started.promise).reconfigure(settings);
  }

  activity(): BackendActivity {
    return { requests: this.#requests, unsent: this.#parts?.client.unsent ?? 0 };
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

  #fail(error: unknown): void {
    this.#ready.reject(error);
    this.#started.reject(error);
  }

  async #live(start: StartParts, whose: string): Promise<void> {
    const parts = await start({
      log: this.#log,
      leaving: this.#leaving,
      onRequest: (change) => this.#count(change),
      onChange: () => this.#changed(),
    });
    if (this.#leaving.signal.aborted) return parts.client.close();
    this.#parts = parts;
    this.#started.resolve(parts);
    void this.#tellReady(parts);
    await this.#untilEnd(parts, whose);
  }

  async #tellReady({ client, network }: BackendParts): Promise<void> {
    const onNetwork = async () => {
      for await (const state of network.states()) if (state.state === "connected") return;
      throw new SeabirdError("closed", "the backend was closed");
    };
    await Promise.all([client.ready(), onNetwork()]).then(
      () => this.#ready.resolve(),
      () => undefined,
    );
  }

  async #untilEnd({ client, network }: BackendParts, whose: string): Promise<void> {
    const core = coreEnd(client);
    const running = network.run();
    try {
      await Promise.race([running, core]);
    } catch (reason) {
      throw isFatal(reason) ? fromFatal(reason, whose) : reason;
    } finally {
      this.#leaving.abort();
      await running.catch(() => undefined);
      await client.close();
    }
  }

  #count(change: 1 | -1): void {
    this.#requests += change;
    this.#changed();
  }

  #changed(): void {
    for (const listener of this.#listeners) listener();
  }
}

type StartParts = (around: Omit<Around, "resolved">) => Promise<BackendParts>;

/** Rejects when core will not have us; resolves when the client was closed. */
async function coreEnd(client: BackendClient): Promise<void> {
  for await (const state of client.states()) if (state.state === "failed") throw state.error;
}

function fromFatal(fatal: Error & { readonly setting?: string | undefined }, whose: string): Error {
  const { setting, message } = fatal;
  if (typeof setting === "string") return new SettingsError(whose, [{ path: setting, message }]);
  return fatal;
}
