/** A plugin's actions: so many calls in flight on one connection, each followed by the next. */
import type { ClientConnection } from "../wire/client-connection.ts";
import { callHeaders, PATHS, type Peer } from "./peer.ts";

export interface CallerOptions {
  /** The request of each call, in its envelope. */
  readonly body: Buffer;
  readonly inFlight: number;
  /** Told of each answer: its code, and how long it took in milliseconds. */
  readonly answered: (code: number, ms: number) => void;
}

export class Caller {
  /** Calls that have ended well. */
  succeeded = 0;
  failed = 0;
  inFlight = 0;
  #stopped = false;
  readonly #connection: ClientConnection;
  readonly #headers: ReturnType<typeof callHeaders>;
  readonly #body: Buffer;
  readonly #answered: CallerOptions["answered"];
  #drained: (() => void) | undefined;

  constructor(connection: ClientConnection, peer: Peer, options: CallerOptions) {
    this.#connection = connection;
    this.#headers = callHeaders(peer, PATHS.sendMessage);
    this.#body = options.body;
    this.#answered = options.answered;
    for (let call = 0; call < options.inFlight; call++) this.#next();
  }

  /** Begins no more calls; resolves when the last one has ended. */
  async stop(): Promise<void> {
    this.#stopped = true;
    if (this.inFlight === 0) return;
    await new Promise<void>((resolve) => {
      this.#drained = resolve;
    });
  }

  #next(): void {
    const startedAt = performance.now();
    this.inFlight++;
    const ended = ({ code }: { code: number }) => {
      this.inFlight--;
      if (code === 0) this.succeeded++;
      else this.failed++;
      this.#answered(code, performance.now() - startedAt);
      if (!this.#stopped) this.#next();
      else if (this.inFlight === 0) this.#drained?.();
    };
    this.#connection.call(this.#headers, { ended }, this.#body);
  }
}
