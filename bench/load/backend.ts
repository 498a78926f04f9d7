/** The load's chat backend: sends events, and answers requests at once or never. */

import { newBackendId, type Shape } from "../shapes/shape.ts";
import { ClientConnection, type ConnectionOptions } from "../wire/client-connection.ts";
import type { CallEnd, ClientStream } from "../wire/client-stream.ts";
import { EnvelopeCounter, EnvelopeReader } from "../wire/envelopes.ts";
import { hello, successFor } from "./messages.ts";
import { callHeaders, PATHS, type Peer, within } from "./peer.ts";

const OPEN_TIMEOUT_MS = 10_000;

export interface BackendOptions {
  /** What its events look like. */
  readonly shape: Shape;
  /** Whether requests are answered (with Success) or only counted. */
  readonly answers: boolean;
  readonly connection?: ConnectionOptions;
}

export class Backend {
  /** Requests that have arrived. */
  requests = 0;
  readonly id = newBackendId();
  readonly #shape: Shape;
  readonly #peer: Peer;
  readonly #connection: ClientConnection;
  readonly #stream: ClientStream;
  readonly #reader = new EnvelopeReader();
  readonly #counter = new EnvelopeCounter();
  readonly #opened = Promise.withResolvers<void>();
  /** Set when the stream has ended. */
  end: CallEnd | undefined;

  private constructor(peer: Peer, connection: ClientConnection, options: BackendOptions) {
    this.#shape = options.shape;
    this.#peer = peer;
    this.#connection = connection;
    this.#stream = connection.call(callHeaders(peer, PATHS.ingestEvents), {
      opened: () => this.#opened.resolve(),
      data: (bytes, start, end) => {
        if (options.answers) this.#answer(bytes, start, end);
        else this.requests += this.#counter.count(bytes, start, end);
      },
      ended: (end) => {
        this.end = end;
        this.#opened.reject(new Error(`the backend's stream ended: ${end.code} ${end.message}`));
      },
    });
    this.#opened.promise.catch(() => undefined);
    if (!peer.bare) this.#stream.send(hello(options.shape.type, this.id));
  }

  /** Connects and says Hello; resolves when the stream's headers are there. */
  static async connect(peer: Peer, options: BackendOptions): Promise<Backend> {
    const backend = new Backend(
      peer,
      await ClientConnection.open(peer.url, options.connection),
      options,
    );
    await within(OPEN_TIMEOUT_MS, "ingest stream", backend.#opened.promise);
    return backend;
  }

  /** A message event with this number in the form that this peer wants. */
  encode(number?: number): Buffer {
    return this.#peer.bare ? this.#shape.event(this.id, number) : this.#shape.chatEvent(number);
  }

  /** Sends one or more events that were encoded. */
  send(events: Uint8Array): void {
    this.#stream.send(events);
  }

  /** Resolves when its connection is closed. */
  get closed(): Promise<void> {
    return this.#connection.closed;
  }

  /** Bytes sent that have not left, for whatever reason. */
  get unsentBytes(): number {
    return this.#stream.waitingBytes + this.#connection.unsentBytes;
  }

  close(): void {
    this.#connection.close();
  }

  #answer(bytes: Buffer, start: number, end: number): void {
    const answers: Buffer[] = [];
    this.#reader.read(bytes, start, end, (message) => {
      this.requests++;
      const answer = successFor(message);
      if (answer !== undefined) answers.push(answer);
    });
    if (answers.length > 0) this.#stream.send(Buffer.concat(answers));
  }
}
