/**
 * A raw HTTP/2 client that speaks gRPC by hand, so that a test can see every frame's effect
 * and misbehave.
 */
import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  connect,
  type IncomingHttpHeaders,
  type OutgoingHttpHeaders,
} from "node:http2";

export interface GrpcResult {
  readonly headers: IncomingHttpHeaders;
  /** Those of the header if there was nothing else (Trailers-Only). */
  readonly trailers: IncomingHttpHeaders;
  readonly messages: readonly Uint8Array[];
  /** `-1` without one. */
  readonly status: number;
  /** Decoded. */
  readonly message: string;
  readonly resetCode: number;
}

export function envelope(message: Uint8Array, flags = 0): Buffer {
  const out = Buffer.alloc(5 + message.length);
  out[0] = flags;
  out.writeUInt32BE(message.length, 1);
  out.set(message, 5);
  return out;
}

/** One call: write what you like, and watch what comes. */
export class RawCall {
  readonly stream: ClientHttp2Stream;
  readonly messages: Uint8Array[] = [];
  headers: IncomingHttpHeaders = {};
  trailers: IncomingHttpHeaders = {};
  /** Called after messages have come. */
  onMessage: (() => void) | undefined;
  /** The message that ends a stream of gRPC-Web or Connect. */
  endOfStream: Uint8Array = new Uint8Array();
  /** Without envelopes, all that comes is one message. */
  enveloped = true;
  #bytes = Buffer.alloc(0);
  readonly #waiting = new Set<() => void>();
  #closed = false;

  constructor(stream: ClientHttp2Stream) {
    this.stream = stream;
    stream.on("error", () => {});
    stream.on("response", (headers) => {
      this.headers = headers;
      this.#wake();
    });
    stream.on("trailers", (trailers) => {
      this.trailers = trailers;
      this.#wake();
    });
    stream.on("data", (chunk: Buffer) => this.#push(chunk));
    stream.on("close", () => this.#over());
    // Node does not close a stream that was reset while it still had something to write; nor does
    // it tell whether the reset comes behind the end of a whole answer.
    const isUnread = () => stream.aborted || stream.writableLength > 0;
    stream.on("end", () => isUnread() && this.#over());
  }

  write(message: Uint8Array): this {
    this.stream.write(envelope(message));
    return this;
  }

  end(message?: Uint8Array): this {
    if (message !== undefined) this.write(message);
    this.stream.end();
    return this;
  }

  /** Resolves when the condition holds; fails after `timeoutMs`. */
  until(what: string, condition: () => boolean, timeoutMs = 15_000): Promise<void> {
    return new Promise((resolve, reject) => {
      const check = () => {
        if (!condition()) return;
        clearTimeout(timer);
        this.#waiting.delete(check);
        resolve();
      };
      const timer = setTimeout(() => {
        this.#waiting.delete(check);
        reject(new Error(`waited ${timeoutMs} ms for ${what}`));
      }, timeoutMs);
      this.#waiting.add(check);
      check();
    });
  }

  headersCame(): Promise<void> {
    return this.until("headers", () => ":status" in this.headers);
  }

  async nextMessages(count: number): Promise<readonly Uint8Array[]> {
    await this.until(`${count} messages`, () => this.messages.length >= count);
    return this.messages.slice(0, count);
  }

  async result(timeoutMs = 15_000): Promise<GrpcResult> {
    await this.until("the end of the call", () => this.#closed, timeoutMs);
    const trailers = "grpc-status" in this.headers ? this.headers : this.trailers;
    return {
      headers: this.headers,
      trailers,
      messages: this.messages,
      status: Number(trailers["grpc-status"] ?? -1),
      message: decodeURIComponent(String(trailers["grpc-message"] ?? "")),
      resetCode: this.stream.rstCode ?? 0,
    };
  }

  #push(chunk: Buffer): void {
    this.#bytes = Buffer.concat([this.#bytes, chunk]);
    while (this.enveloped && this.#bytes.length >= 5) {
      const end = 5 + this.#bytes.readUInt32BE(1);
      if (this.#bytes.length < end) break;
      const message = new Uint8Array(this.#bytes.subarray(5, end));
      if (((this.#bytes[0] ?? 0) & 0b1000_0010) === 0) this.messages.push(message);
      else this.endOfStream = message;
      this.#bytes = this.#bytes.subarray(end);
    }
    this.onMessage?.();
    this.#wake();
  }

  #over(): void {
    if (this.#closed) return;
    this.#closed = true;
    if (!this.enveloped) this.messages.push(new Uint8Array(this.#bytes));
    this.#wake();
  }

  #wake(): void {
    for (const check of [...this.#waiting]) check();
  }
}

export interface RawClientOptions {
  /** Without it no `authorization` is sent. */
  readonly token?: string;
  /** What this client lets the server send on a stream before it reads. */
  readonly initialWindowSize?: number;
}

export class RawClient {
  readonly session: ClientHttp2Session;
  readonly #token: string | undefined;

  constructor(url: string, options: RawClientOptions = {}) {
    // By default a client of node:http2 resets a call whose answer comes while more than 10 MB of
    // its request wait. grpc-js lifts that bound too.
    const unbounded = { maxSessionMemory: 1_000, rejectUnauthorized: false };
    const settings =
      options.initialWindowSize === undefined
        ? {}
        : { settings: { initialWindowSize: options.initialWindowSize } };
    this.session = connect(url, { ...settings, ...unbounded });
    this.session.on("error", () => {});
    this.#token = options.token;
  }

  open(path: string, headers: OutgoingHttpHeaders = {}): RawCall {
    const authorization =
      this.#token === undefined ? {} : { authorization: `Bearer ${this.#token}` };
    return new RawCall(
      this.session.request(
        {
          ":method": "POST",
          ":path": path,
          "content-type": "application/grpc",
          te: "trailers",
          ...authorization,
          ...headers,
        },
        { endStream: false },
      ),
    );
  }

  unary(path: string, message: Uint8Array, headers: OutgoingHttpHeaders = {}): Promise<GrpcResult> {
    return this.open(path, headers).end(message).result();
  }

  async close(): Promise<void> {
    if (this.session.destroyed) return;
    const closed = new Promise((resolve) => this.session.once("close", resolve));
    this.session.destroy();
    await closed;
  }
}
