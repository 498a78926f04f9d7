/** One call on a connection of the load generator. */
import { FLAG, FRAME, FRAME_HEAD_BYTES, MAX_FRAME_BYTES, writeHead } from "./frames.ts";
import { decodeHeaders } from "./header-decoder.ts";

/** gRPC's code where a server's answer has none. */
export const INTERNAL = 13;
/** Statuses by their header block's bytes; there are few. */
const KNOWN_ENDS = new Map<string, CallEnd>();
const MAX_KNOWN_ENDS = 1_000;

/** How a call ended: gRPC's code, and its message as it came. */
export interface CallEnd {
  readonly code: number;
  readonly message: string;
}

export interface StreamHandlers {
  /** The response's headers are there. */
  opened?(): void;
  /** A piece of the body; valid only during the call. */
  data?(bytes: Buffer, start: number, end: number): void;
  ended?(end: CallEnd): void;
}

/** What a stream uses of the connection that it belongs to. */
export interface StreamConnection {
  /** What the peer still takes on this connection, in bytes. */
  sendWindow: number;
  write(bytes: Uint8Array): void;
  cancel(stream: ClientStream): void;
}

export class ClientStream {
  readonly id: number;
  readonly handlers: StreamHandlers;
  /** What the peer still takes on this stream. */
  sendWindow: number;
  /** Bytes read since the last window update. */
  unacknowledged = 0;
  #waiting: Uint8Array[] = [];
  #waitingBytes = 0;
  #finishing = false;
  readonly #connection: StreamConnection;

  constructor(
    connection: StreamConnection,
    id: number,
    sendWindow: number,
    handlers: StreamHandlers,
  ) {
    this.#connection = connection;
    this.id = id;
    this.sendWindow = sendWindow;
    this.handlers = handlers;
  }

  /** Bytes that wait for the peer's windows. */
  get waitingBytes(): number {
    return this.#waitingBytes;
  }

  /** Sends these bytes as soon as the windows allow; `last` half-closes behind them. */
  send(bytes: Uint8Array, last = false): void {
    this.#waiting.push(bytes);
    this.#waitingBytes += bytes.length;
    this.#finishing ||= last;
    this.pump();
  }

  /** Writes what the windows allow. */
  pump(): void {
    while (this.#waiting.length > 0) {
      const first = this.#waiting[0] as Uint8Array;
      const room = Math.min(MAX_FRAME_BYTES, this.sendWindow, this.#connection.sendWindow);
      const size = Math.min(room, first.length);
      if (size <= 0 && first.length > 0) return;
      const whole = size === first.length;
      const isLast = whole && this.#waiting.length === 1 && this.#finishing;
      this.#write(first.subarray(0, size), isLast);
      if (whole) this.#waiting.shift();
      else this.#waiting[0] = first.subarray(size);
    }
  }

  #write(bytes: Uint8Array, last: boolean): void {
    const head = Buffer.allocUnsafe(FRAME_HEAD_BYTES);
    writeHead(head, 0, bytes.length, FRAME.data, last ? FLAG.endStream : 0, this.id);
    this.#connection.write(head);
    this.#connection.write(bytes);
    this.#connection.sendWindow -= bytes.length;
    this.sendWindow -= bytes.length;
    this.#waitingBytes -= bytes.length;
  }

  /** Ends the call at once. */
  cancel(): void {
    this.#connection.cancel(this);
  }
}

/** How a call ended, by the header block that ends its stream. */
export function endOf(block: Buffer): CallEnd {
  const key = block.toString("latin1");
  const known = KNOWN_ENDS.get(key);
  if (known !== undefined) return known;
  const fields = decodeHeaders(block);
  const end = {
    code: Number(fields.get("grpc-status") ?? INTERNAL),
    message: fields.get("grpc-message") ?? `HTTP ${fields.get(":status")}`,
  };
  if (KNOWN_ENDS.size < MAX_KNOWN_ENDS) KNOWN_ENDS.set(key, end);
  return end;
}
