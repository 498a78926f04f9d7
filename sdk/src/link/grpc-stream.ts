/**
 * One gRPC stream over HTTP/2, message by message: what the two long streams of the SDK run on. The
 * single calls go through Connect, on the same connection.
 */
import { Buffer } from "node:buffer";
import { type ClientHttp2Stream, constants, type IncomingHttpHeaders } from "node:http2";
import { errorMessage } from "@seabird-chat/runtime";
import { onAbort } from "./abortable.ts";
import { LOST, SeabirdError } from "./errors.ts";
import { FrameReader, PREFIX_BYTES } from "./frame-reader.ts";
import { hasStatus, headersError, statusError } from "./grpc-status.ts";

export interface StreamCall {
  /** Such as `/seabird.Seabird/StreamEvents`. */
  readonly path: string;
  /** Aborted: the stream is cancelled, and `ended` rejects with the reason. */
  readonly signal: AbortSignal;
  /** Called once, when the response headers have come, unless they carry an error. */
  readonly onHeaders: () => void;
  /**
   * Called for each message, in order. The bytes share their memory with others': copy what is kept.
   * Nothing more is read until a promise that it returns has resolved; what it throws ends the stream.
   */
  readonly onMessage: (message: Uint8Array) => Promise<void> | undefined;
}

export interface MessageStream {
  /** Resolves with whether there is a stream now; false if it ended before. */
  readonly opened: Promise<boolean>;
  /** Resolves when the server has ended the stream with OK; rejects with a SeabirdError. */
  readonly ended: Promise<void>;
  /** Writes messages in order. Resolves when they are on their way, or the stream has ended. */
  send(messages: readonly Uint8Array[]): Promise<void>;
  /** No more messages follow. */
  halfClose(): void;
}

export interface GrpcStreamDeps {
  /** Opens an HTTP/2 stream, after it has connected if need be. */
  readonly open: () => Promise<ClientHttp2Stream>;
  /** Called for each chunk: the connection is alive. */
  readonly onRead: (stream: ClientHttp2Stream) => void;
  /** Called with the response headers, unless they carry an error. */
  readonly onResponse: (headers: IncomingHttpHeaders) => void;
  readonly maxMessageBytes: number;
}

export class GrpcStream implements MessageStream {
  readonly opened: Promise<boolean>;
  readonly ended: Promise<void>;
  readonly #deps: GrpcStreamDeps;
  readonly #call: StreamCall;
  readonly #frames: FrameReader;
  readonly #settled = Promise.withResolvers<void>();
  readonly #opening: Promise<ClientHttp2Stream | undefined>;
  #forgetSignal = () => {};
  /** Resolve the sends under way. */
  readonly #sending = new Set<() => void>();
  #stream: ClientHttp2Stream | undefined;
  #isOver = false;
  /** A promise of `onMessage` has not resolved. */
  #isBusy = false;
  #isAtEnd = false;
  #hasHeaders = false;
  /** Trailers, or headers that stand for them. */
  #status: IncomingHttpHeaders | undefined;

  constructor(call: StreamCall, deps: GrpcStreamDeps) {
    this.#call = call;
    this.#deps = deps;
    this.#frames = new FrameReader(deps.maxMessageBytes);
    this.ended = this.#settled.promise;
    // Whoever only sends need not look at it.
    this.ended.catch(() => undefined);
    this.#forgetSignal = onAbort(call.signal, () => this.#fail(aborted(call.signal)));
    this.#opening = this.#isOver ? Promise.resolve(undefined) : this.#open();
    this.opened = this.#opening.then((stream) => stream !== undefined);
  }

  async send(messages: readonly Uint8Array[]): Promise<void> {
    const stream = this.#stream ?? (await this.#opening);
    if (stream === undefined || this.#isOver || !stream.writable) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#sending.add(resolve);
    // What goes wrong is an event of the stream too.
    stream.write(framed(messages), () => resolve());
    await promise;
    this.#sending.delete(resolve);
  }

  halfClose(): void {
    void this.#opening.then((stream) => {
      if (stream?.writable === true) stream.end();
    });
  }

  async #open(): Promise<ClientHttp2Stream | undefined> {
    try {
      const stream = await this.#deps.open();
      stream.on("error", (error) => this.#fail(error));
      if (this.#isOver) {
        stream.close(constants.NGHTTP2_CANCEL);
        return undefined;
      }
      this.#stream = stream;
      stream.on("response", (headers) => this.#respond(headers));
      stream.on("trailers", (trailers) => (this.#status = trailers));
      stream.on("data", (chunk: Buffer) => this.#read(chunk));
      stream.on("end", () => this.#finish());
      stream.on("close", () => {
        if (!this.#isAtEnd) this.#fail(new SeabirdError("unavailable", LOST));
      });
      return stream;
    } catch (reason) {
      this.#fail(reason);
      return undefined;
    }
  }

  #respond(headers: IncomingHttpHeaders): void {
    this.#hasHeaders = true;
    if (hasStatus(headers)) this.#status = headers;
    const error = headersError(headers);
    if (error !== undefined) this.#fail(error);
    else if (!this.#isOver) {
      this.#deps.onResponse(headers);
      this.#call.onHeaders();
    }
  }

  #read(chunk: Buffer): void {
    if (this.#stream === undefined || this.#isOver) return;
    this.#deps.onRead(this.#stream);
    this.#frames.push(chunk);
    this.#deliver();
  }

  #deliver(): void {
    try {
      while (!this.#isOver) {
        const message = this.#frames.next();
        if (message === undefined) return;
        const busy = this.#handle(message);
        if (busy !== undefined) {
          this.#wait(busy);
          return;
        }
      }
    } catch (reason) {
      this.#fail(reason);
    }
  }

  #handle(message: Uint8Array): Promise<void> | undefined {
    try {
      return this.#call.onMessage(message);
    } catch (reason) {
      if (reason instanceof SeabirdError) throw reason;
      const what = `a message cannot be read: ${errorMessage(reason)}`;
      throw new SeabirdError("internal", what, { cause: reason });
    }
  }

  #wait(busy: Promise<void>): void {
    this.#isBusy = true;
    this.#stream?.pause();
    busy.then(
      () => {
        this.#isBusy = false;
        this.#deliver();
        if (this.#isBusy || this.#isOver) return;
        if (this.#isAtEnd) this.#finish();
        else this.#stream?.resume();
      },
      (reason) => this.#fail(reason),
    );
  }

  /** The server sends no more. What came before may still be waiting for `onMessage`. */
  #finish(): void {
    this.#isAtEnd = true;
    if (this.#isBusy) return;
    // A connection that broke looks like an end to Node's streams.
    const isReset = !this.#hasHeaders || this.#stream?.rstCode !== constants.NGHTTP2_NO_ERROR;
    if (this.#status === undefined && isReset) {
      this.#fail(new SeabirdError("unavailable", LOST));
    } else if (!this.#frames.isAtBoundary) {
      this.#fail(new SeabirdError("invalid_argument", "protocol error: incomplete envelope"));
    } else if (this.#status === undefined || !hasStatus(this.#status)) {
      this.#fail(new SeabirdError("internal", "protocol error: missing status"));
    } else {
      const error = statusError(this.#status);
      if (error !== undefined) this.#fail(error);
      else this.#succeed();
    }
  }

  #succeed(): void {
    if (this.#isOver) return;
    this.#settled.resolve();
    this.#end(constants.NGHTTP2_NO_ERROR);
  }

  #fail(reason: unknown): void {
    if (this.#isOver) return;
    this.#settled.reject(SeabirdError.from(reason));
    this.#end(constants.NGHTTP2_CANCEL);
  }

  #end(resetCode: number): void {
    this.#isOver = true;
    this.#forgetSignal();
    for (const release of this.#sending) release();
    const stream = this.#stream;
    if (stream === undefined || stream.closed) return;
    stream.close(resetCode);
    // A paused stream would not close.
    stream.resume();
  }
}

function aborted({ reason }: AbortSignal): SeabirdError {
  if (reason instanceof SeabirdError) return reason;
  return new SeabirdError("cancelled", errorMessage(reason), { cause: reason });
}

/** All messages in one buffer, each behind its flags and length. */
function framed(messages: readonly Uint8Array[]): Buffer {
  let length = 0;
  for (const message of messages) length += PREFIX_BYTES + message.length;
  const frames = Buffer.allocUnsafe(length);
  let at = 0;
  for (const message of messages) {
    frames[at] = 0;
    frames.writeUInt32BE(message.length, at + 1);
    frames.set(message, at + PREFIX_BYTES);
    at += PREFIX_BYTES + message.length;
  }
  return frames;
}
