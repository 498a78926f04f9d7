/**
 * The few lines of the NATS protocol that a load needs, on a plain socket: CONNECT, SUB and PUB out;
 * INFO, MSG, PING and -ERR in. Messages are counted in place, as on `ClientConnection`.
 */
import { connect, type Socket } from "node:net";

const READ_BUFFER = Buffer.allocUnsafe(262_144);
const CONNECT = `CONNECT ${JSON.stringify({ verbose: false, pedantic: false, tls_required: false })}\r\n`;
const LF = 10;
const LINE_END_BYTES = 2;
const MESSAGE = "MSG ";

export interface NatsHandlers {
  /** So many messages are complete. */
  messages?(count: number): void;
  ended?(reason: string): void;
}

export class NatsConnection {
  readonly #socket: Socket;
  readonly #handlers: NatsHandlers;
  readonly #ready = Promise.withResolvers<void>();
  /** Bytes still to come of the payload under way, with its line end. */
  #missing = 0;
  /** The beginning of a line whose end has not come. */
  #line = "";
  #reason = "the connection was closed";

  private constructor(url: URL, handlers: NatsHandlers) {
    this.#handlers = handlers;
    this.#ready.promise.catch(() => undefined);
    this.#socket = connect({
      host: url.hostname,
      port: Number(url.port),
      noDelay: true,
      onread: {
        buffer: READ_BUFFER,
        callback: (length, buffer) => {
          this.#read(buffer as Buffer, length);
          return true;
        },
      },
    });
    this.#socket.on("error", (error) => {
      this.#reason = error.message;
    });
    this.#socket.on("close", () => {
      this.#ready.reject(new Error(`NATS: ${this.#reason}`));
      handlers.ended?.(this.#reason);
    });
    this.#socket.write(`${CONNECT}PING\r\n`);
  }

  /** Resolves when the server has answered. */
  static async open(url: URL, handlers: NatsHandlers = {}): Promise<NatsConnection> {
    const connection = new NatsConnection(url, handlers);
    await connection.#ready.promise;
    return connection;
  }

  /** The lines that publish a payload. */
  static publication(subject: string, payload: Uint8Array): Buffer {
    const head = Buffer.from(`PUB ${subject} ${payload.length}\r\n`, "latin1");
    return Buffer.concat([head, payload, Buffer.from("\r\n")]);
  }

  subscribe(subject: string): void {
    this.#socket.write(`SUB ${subject} 1\r\n`);
  }

  write(bytes: Uint8Array): void {
    this.#socket.write(bytes);
  }

  /** Bytes written that the system has not taken. */
  get unsentBytes(): number {
    return this.#socket.writableLength;
  }

  close(): void {
    this.#socket.destroy();
  }

  #read(bytes: Buffer, length: number): void {
    let at = 0;
    let complete = 0;
    while (at < length) {
      if (this.#missing > 0) {
        const step = Math.min(this.#missing, length - at);
        at += step;
        this.#missing -= step;
        if (this.#missing === 0) complete++;
        continue;
      }
      const found = bytes.indexOf(LF, at);
      const isWhole = found >= 0 && found < length;
      const end = isWhole ? found + 1 : length;
      this.#line += bytes.toString("latin1", at, end);
      at = end;
      if (isWhole) this.#takeLine();
    }
    if (complete > 0) this.#handlers.messages?.(complete);
  }

  #takeLine(): void {
    const line = this.#line;
    this.#line = "";
    if (line.startsWith(MESSAGE)) {
      this.#missing = Number(line.slice(line.lastIndexOf(" ") + 1)) + LINE_END_BYTES;
    } else if (line.startsWith("PING")) this.#socket.write("PONG\r\n");
    else if (line.startsWith("PONG")) this.#ready.resolve();
    else if (line.startsWith("-ERR")) this.#reason = line.trim();
  }
}
