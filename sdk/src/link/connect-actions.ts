/** A client for calls alone: what the command line uses, and scripts. */
import { ActionClient } from "./action-client.ts";
import type { Connection } from "./connection.ts";
import { SeabirdError } from "./errors.ts";
import {
  type ConnectOptions,
  type ResolvedConnectOptions,
  resolveConnectOptions,
} from "./options.ts";

/**
 * Connects on first use; throws `bad_option` if the options cannot work. `transport` is for
 * clients of core's other services (`createClient` of @connectrpc/connect).
 */
export function connectActions(options: ConnectOptions = {}): StandaloneActionClient {
  const resolved = resolveConnectOptions(options);
  return new StandaloneActionClient(resolved.open(resolved), resolved);
}

export class StandaloneActionClient extends ActionClient implements AsyncDisposable {
  readonly #connection: Connection;
  readonly #options: ResolvedConnectOptions;
  readonly #onAbort = () => void this.close();
  #closed: Promise<void> | undefined;

  /** @internal Use `connectActions`. */
  constructor(connection: Connection, options: ResolvedConnectOptions) {
    super(connection, options);
    this.#connection = connection;
    this.#options = options;
    if (options.signal?.aborted) this.#onAbort();
    options.signal?.addEventListener("abort", this.#onAbort, { once: true });
  }

  get url(): string {
    return this.#connection.url;
  }

  get transport(): Connection["transport"] {
    return this.#connection.transport;
  }

  /** Waits for calls in flight, at most 5 s. Idempotent. */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #close(): Promise<void> {
    this.#options.signal?.removeEventListener("abort", this.#onAbort);
    await this.settle(this.#options.limits.closeTimeoutMs);
    this.#connection.drop(new SeabirdError("closed", "the client was closed"));
  }
}
