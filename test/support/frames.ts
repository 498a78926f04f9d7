/** Frames of HTTP/2 by hand, right or wrong (RFC 9113, RFC 7541), and a connection for them. */
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { until } from "./until.ts";

export const PREFACE = Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "latin1");

export const TYPE = {
  data: 0,
  headers: 1,
  priority: 2,
  rstStream: 3,
  settings: 4,
  ping: 6,
  goaway: 7,
  windowUpdate: 8,
  continuation: 9,
} as const;

export const FLAG = { endStream: 1, ack: 1, endHeaders: 4 } as const;

export const EMPTY_SETTINGS = frame(TYPE.settings, 0, 0, Buffer.alloc(0));

export function frame(type: number, flags: number, stream: number, payload: Uint8Array): Buffer {
  const header = Buffer.alloc(9);
  header.writeUIntBE(payload.length, 0, 3);
  header[3] = type;
  header[4] = flags;
  header.writeUInt32BE(stream, 5);
  return Buffer.concat([header, payload]);
}

export function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

/** One setting of a SETTINGS frame, as `initialWindowSize` (4). */
export function setting(id: number, value: number): Buffer {
  return Buffer.concat([Buffer.from([0, id]), uint32(value)]);
}

/** Literal header fields without indexing (RFC 7541, 6.2.2). */
export function headerBlock(fields: readonly (readonly [string, string])[]): Buffer {
  return Buffer.concat(
    fields.flatMap(([name, value]) => [Buffer.from([0]), literal(name), literal(value)]),
  );
}

function literal(text: string): Buffer {
  const bytes = Buffer.from(text);
  const length: number[] = [];
  if (bytes.length < 127) length.push(bytes.length);
  else {
    length.push(127);
    let rest = bytes.length - 127;
    for (; rest > 127; rest >>= 7) length.push((rest & 127) | 128);
    length.push(rest);
  }
  return Buffer.concat([Buffer.from(length), bytes]);
}

/** The header of a native gRPC call. */
export function callHeader(path: string, token: string): readonly (readonly [string, string])[] {
  return [
    [":method", "POST"],
    [":scheme", "http"],
    [":path", path],
    [":authority", "core"],
    ["content-type", "application/grpc"],
    ["te", "trailers"],
    ["authorization", `Bearer ${token}`],
  ];
}

/** The frame that opens a call on a stream. */
export function openingFrame(stream: number, path: string, token: string, flags = 0): Buffer {
  const block = headerBlock(callHeader(path, token));
  return frame(TYPE.headers, FLAG.endHeaders | flags, stream, block);
}

export interface Frame {
  readonly type: number;
  readonly flags: number;
  readonly stream: number;
  readonly payload: Buffer;
}

/** A connection that sends what it is told, and keeps the frames that come. */
export class FrameConnection {
  readonly socket: Socket;
  readonly frames: Frame[] = [];
  #rest = Buffer.alloc(0);

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.on("error", () => {});
    socket.on("data", (chunk) => this.#push(chunk));
  }

  /** Connects, sends the preface and SETTINGS with these, and takes core's. */
  static async open(port: number, settings: readonly Buffer[] = []): Promise<FrameConnection> {
    const socket = connect(port, "127.0.0.1");
    await once(socket, "connect");
    const connection = new FrameConnection(socket);
    connection.send(PREFACE, frame(TYPE.settings, 0, 0, Buffer.concat(settings)));
    await until("core's settings", () => connection.received(TYPE.settings).length > 0);
    return connection;
  }

  get closed(): boolean {
    return this.socket.destroyed;
  }

  /** Resolves when the bytes have been taken, or the connection is gone. */
  send(...frames: readonly Uint8Array[]): Promise<void> {
    if (this.closed || this.socket.writableEnded) return Promise.resolve();
    return new Promise((resolve) => this.socket.write(Buffer.concat(frames), () => resolve()));
  }

  /** Frames of a type that have come, on a stream or on any. */
  received(type: number, stream?: number): readonly Frame[] {
    return this.frames.filter(
      (each) => each.type === type && (stream === undefined || each.stream === stream),
    );
  }

  close(): void {
    this.socket.destroy();
  }

  #acknowledge(): void {
    void this.send(frame(TYPE.settings, FLAG.ack, 0, Buffer.alloc(0)));
  }

  #push(chunk: Buffer): void {
    this.#rest = Buffer.concat([this.#rest, chunk]);
    while (this.#rest.length >= 9) {
      const end = 9 + this.#rest.readUIntBE(0, 3);
      if (this.#rest.length < end) return;
      const [type = 0, flags = 0] = this.#rest.subarray(3, 5);
      const stream = this.#rest.readUInt32BE(5);
      this.frames.push({ type, flags, stream, payload: this.#rest.subarray(9, end) });
      if (type === TYPE.settings && (flags & FLAG.ack) === 0) this.#acknowledge();
      this.#rest = this.#rest.subarray(end);
    }
  }
}
