/**
 * An HTTP/2 connection of the load generator, on a plain socket: frames are taken apart by hand
 * and in place, so that one process can take what a core on another processor can send.
 */
import { connect, type Socket } from "node:net";
import {
  type CallEnd,
  ClientStream,
  endOf,
  INTERNAL,
  type StreamHandlers,
} from "./client-stream.ts";
import {
  DEFAULT_WINDOW,
  FLAG,
  FRAME,
  FRAME_HEAD_BYTES,
  frame,
  PREFACE,
  SETTING,
  settings,
  windowUpdate,
} from "./frames.ts";
import { HeaderEncoder, type HeaderField } from "./header-encoder.ts";

export interface ConnectionOptions {
  /** What the peer may send on one stream before we have read it, in bytes. Default 1 MiB. */
  readonly streamWindow?: number;
  /** The address of this machine that it comes from. Default: the system's choice. */
  readonly localAddress?: string;
  /** Milliseconds until the peer's settings are there; else `open` rejects. Default: without limit. */
  readonly openTimeoutMs?: number;
}

const STREAM_WINDOW = 1_048_576;
const CONNECTION_WINDOW = 16 * 1_048_576;
/** One for all sockets: each read is worked through before the next one begins. */
const READ_BUFFER = Buffer.allocUnsafe(262_144);
/** HTTP/2's error codes as gRPC reads them; all others are INTERNAL. */
const RESET_CODES: Readonly<Record<number, number>> = { 7: 14, 8: 1, 11: 8, 12: 7 };
const UNAVAILABLE = 14;

export class ClientConnection {
  sendWindow = DEFAULT_WINDOW;
  /** Streams that the peer lets be open at once. */
  maxStreams = Number.POSITIVE_INFINITY;
  /** Whether the peer has said that it takes no more streams. */
  isGoingAway = false;
  /** Resolves when the connection is closed, by whomever. */
  readonly closed: Promise<void>;
  readonly authority: string;
  readonly #streams = new Map<number, ClientStream>();
  readonly #encoder = new HeaderEncoder();
  readonly #socket: Socket;
  readonly #streamWindow: number;
  #out: Uint8Array[] = [];
  #nextId = 1;
  #peerWindow = DEFAULT_WINDOW;
  #unacknowledged = 0;
  #rest: Buffer | undefined;
  #dataStream = 0;
  #dataLeft = 0;
  #dataEnds = false;
  #settled = Promise.withResolvers<void>();

  private constructor(url: URL, options: ConnectionOptions) {
    const { streamWindow = STREAM_WINDOW, localAddress } = options;
    this.#streamWindow = streamWindow;
    this.authority = url.host;
    this.#socket = connect({
      ...(localAddress === undefined ? {} : { localAddress }),
      host: url.hostname.replaceAll(/^\[|\]$/g, ""),
      port: Number(url.port || 80),
      noDelay: true,
      onread: {
        buffer: READ_BUFFER,
        callback: (length, buffer) => {
          this.#read(buffer as Buffer, length);
          return true;
        },
      },
    });
    this.#socket.on("error", () => this.#lost());
    this.closed = new Promise((resolve) => this.#socket.once("close", () => resolve()));
    this.#socket.on("close", () => this.#lost());
    this.#socket.write(PREFACE);
    const own = [
      [SETTING.headerTableSize, 0],
      [SETTING.enablePush, 0],
      [SETTING.initialWindowSize, streamWindow],
    ] as const;
    this.#socket.write(settings(own));
    this.#socket.write(windowUpdate(0, CONNECTION_WINDOW - DEFAULT_WINDOW));
  }

  /** Connects; resolves when the peer's settings are there. */
  static async open(url: URL, options: ConnectionOptions = {}): Promise<ClientConnection> {
    const connection = new ClientConnection(url, options);
    const { openTimeoutMs } = options;
    const late =
      openTimeoutMs === undefined ? undefined : setTimeout(() => connection.close(), openTimeoutMs);
    await connection.#settled.promise.finally(() => clearTimeout(late));
    return connection;
  }

  /** Begins a call. Without `body` its input stays open. */
  call(fields: readonly HeaderField[], handlers: StreamHandlers, body?: Uint8Array): ClientStream {
    const stream = new ClientStream(this, this.#nextId, this.#peerWindow, handlers);
    this.#nextId += 2;
    this.#streams.set(stream.id, stream);
    this.write(frame(FRAME.headers, FLAG.endHeaders, stream.id, this.#encoder.encode(fields)));
    if (body !== undefined) stream.send(body, true);
    return stream;
  }

  /** Calls that have not ended. */
  get openStreams(): number {
    return this.#streams.size;
  }

  get isClosed(): boolean {
    return this.#socket.destroyed;
  }

  /** Bytes that the socket has not taken yet. */
  get unsentBytes(): number {
    return this.#socket.writableLength;
  }

  /** Writes at the end of this tick. */
  write(bytes: Uint8Array): void {
    if (this.#out.length === 0) process.nextTick(this.#flush);
    this.#out.push(bytes);
  }

  readonly #flush = (): void => {
    const out = this.#out;
    this.#out = [];
    this.#socket.write(out.length === 1 ? (out[0] as Uint8Array) : Buffer.concat(out));
  };

  cancel(stream: ClientStream): void {
    if (!this.#streams.delete(stream.id)) return;
    this.write(frame(FRAME.reset, 0, stream.id, Buffer.of(0, 0, 0, 8)));
  }

  /** Reads nothing more until `resume`. */
  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  close(): void {
    this.#socket.destroy();
  }

  #lost(): void {
    this.#settled.reject(new Error("the connection was lost before it began"));
    const streams = [...this.#streams.values()];
    this.#streams.clear();
    for (const { handlers } of streams) {
      handlers.ended?.({ code: UNAVAILABLE, message: "connection lost" });
    }
  }

  #read(chunk: Buffer, length: number): void {
    let bytes = chunk;
    let end = length;
    if (this.#rest !== undefined) {
      bytes = Buffer.concat([this.#rest, chunk.subarray(0, length)]);
      end = bytes.length;
      this.#rest = undefined;
    }
    let at = 0;
    while (at < end) {
      const next =
        this.#dataLeft > 0 ? this.#readData(bytes, at, end) : this.#frame(bytes, at, end);
      if (next === at) break;
      at = next;
    }
    if (at < end) this.#rest = Buffer.from(bytes.subarray(at, end));
  }

  /** Works on the frame at `at`, if it is there; returns where the next one begins. */
  #frame(bytes: Buffer, at: number, end: number): number {
    if (end - at < FRAME_HEAD_BYTES) return at;
    const length = bytes.readUIntBE(at, 3);
    const type = bytes[at + 3] ?? 0;
    const flags = bytes[at + 4] ?? 0;
    const id = bytes.readUInt32BE(at + 5) & 0x7fffffff;
    const start = at + FRAME_HEAD_BYTES;
    if (type === FRAME.data) {
      if ((flags & FLAG.padded) !== 0) throw new Error("padded frames are not read");
      this.#dataStream = id;
      this.#dataLeft = length;
      this.#dataEnds = (flags & FLAG.endStream) !== 0;
      if (length === 0) this.#endOfData();
      return start;
    }
    if (end - start < length) return at;
    this.#control(type, flags, id, bytes.subarray(start, start + length));
    return start + length;
  }

  #readData(bytes: Buffer, at: number, end: number): number {
    const next = Math.min(end, at + this.#dataLeft);
    this.#dataLeft -= next - at;
    const stream = this.#streams.get(this.#dataStream);
    stream?.handlers.data?.(bytes, at, next);
    this.#acknowledge(stream, next - at);
    if (this.#dataLeft === 0) this.#endOfData();
    return next;
  }

  #acknowledge(stream: ClientStream | undefined, bytes: number): void {
    this.#unacknowledged += bytes;
    if (this.#unacknowledged >= CONNECTION_WINDOW / 2) {
      this.write(windowUpdate(0, this.#unacknowledged));
      this.#unacknowledged = 0;
    }
    if (stream === undefined) return;
    stream.unacknowledged += bytes;
    if (stream.unacknowledged < this.#streamWindow / 2) return;
    this.write(windowUpdate(stream.id, stream.unacknowledged));
    stream.unacknowledged = 0;
  }

  #endOfData(): void {
    if (this.#dataEnds) this.#end(this.#dataStream, { code: INTERNAL, message: "no trailers" });
  }

  #control(type: number, flags: number, id: number, payload: Buffer): void {
    switch (type) {
      case FRAME.headers:
        this.#headers(flags, id, payload);
        break;
      case FRAME.reset: {
        const error = payload.readUInt32BE(0);
        this.#end(id, { code: RESET_CODES[error] ?? INTERNAL, message: `reset, error ${error}` });
        break;
      }
      case FRAME.settings:
        if ((flags & FLAG.ack) === 0) this.#settings(payload);
        break;
      case FRAME.ping:
        if ((flags & FLAG.ack) === 0)
          this.write(frame(FRAME.ping, FLAG.ack, 0, Buffer.from(payload)));
        break;
      case FRAME.windowUpdate:
        this.#windowUpdate(id, payload.readUInt32BE(0));
        break;
      case FRAME.continuation:
        throw new Error("headers in pieces are not read");
    }
  }

  #headers(flags: number, id: number, payload: Buffer): void {
    if ((flags & FLAG.endHeaders) === 0) throw new Error("headers in pieces are not read");
    if ((flags & (FLAG.padded | FLAG.priority)) !== 0) throw new Error("padded headers");
    if ((flags & FLAG.endStream) === 0) this.#streams.get(id)?.handlers.opened?.();
    else this.#end(id, endOf(payload));
  }

  #settings(payload: Buffer): void {
    for (let at = 0; at + 6 <= payload.length; at += 6) {
      const id = payload.readUInt16BE(at);
      if (id === SETTING.maxStreams) this.maxStreams = payload.readUInt32BE(at + 2);
      if (id !== SETTING.initialWindowSize) continue;
      const window = payload.readUInt32BE(at + 2);
      for (const stream of this.#streams.values()) stream.sendWindow += window - this.#peerWindow;
      this.#peerWindow = window;
    }
    this.write(frame(FRAME.settings, FLAG.ack, 0, Buffer.alloc(0)));
    this.#settled.resolve();
  }

  #windowUpdate(id: number, bytes: number): void {
    if (id !== 0) {
      const stream = this.#streams.get(id);
      if (stream === undefined) return;
      stream.sendWindow += bytes;
      stream.pump();
      return;
    }
    this.sendWindow += bytes;
    for (const stream of this.#streams.values()) if (stream.waitingBytes > 0) stream.pump();
  }

  #end(id: number, end: CallEnd): void {
    const stream = this.#streams.get(id);
    if (stream === undefined) return;
    this.#streams.delete(id);
    stream.handlers.ended?.(end);
  }
}
