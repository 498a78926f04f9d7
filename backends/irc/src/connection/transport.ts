/**
 * One socket to a server, with TLS or without: whole lines come out of it, finished lines go in.
 * What comes is bounded, and so is what the server has not read yet.
 */

import { connect as connectTcp, isIP, type Socket } from "node:net";
import { type ConnectionOptions, connect as connectTls } from "node:tls";
import { decodeLine } from "../message/line.ts";
import { LineReader, LineTooLong } from "../message/line-reader.ts";
import type { TlsFiles } from "../options.ts";
import type { Endpoint } from "./sts.ts";

/** Bytes that wait for the server to read them; beyond it the connection is dropped. */
export const MAX_UNSENT_BYTES = 256 * 1024;

export interface Dial extends Endpoint {
  readonly verifyCertificate: boolean;
  readonly files?: TlsFiles | undefined;
}

export interface TransportHooks {
  /** The socket is there, TLS agreed on. */
  open(): void;
  /** A line, without its end. */
  line(line: string): void;
  /** It is over, and why. Once, never before the constructor has returned. */
  closed(reason: string): void;
}

export class Transport {
  readonly #hooks: TransportHooks;
  readonly #socket: Socket;
  readonly #reader = new LineReader();
  #reason: string | undefined;
  #isOpen = false;

  /** Dials at once. A key that is none ends it as a refused connection would. */
  constructor(dial: Dial, hooks: TransportHooks) {
    this.#hooks = hooks;
    this.#socket = dial.tls ? connectTls(tlsOptions(dial)) : connectTcp(tcpOptions(dial));
    this.#socket.setNoDelay(true);
    this.#socket.once(dial.tls ? "secureConnect" : "connect", () => {
      this.#isOpen = true;
      hooks.open();
    });
    this.#socket.on("data", (data: Buffer) => this.#read(data));
    this.#socket.on("error", (error) => {
      this.#reason ??= wordsOf(error);
    });
    this.#socket.once("close", () => {
      this.#isOpen = false;
      hooks.closed(this.#reason ?? "the server closed the connection");
    });
  }

  get isOpen(): boolean {
    return this.#isOpen && !this.#socket.destroyed;
  }

  /** The longest line that the server said it uses. */
  allow(maxLineBytes: number): void {
    this.#reader.allow(maxLineBytes);
  }

  /** Writes a line that is known to be one. False: nobody reads any more. */
  write(line: string): boolean {
    if (!this.isOpen) return false;
    if (this.#socket.writableLength > MAX_UNSENT_BYTES) {
      // It asks without end (PING, say) and reads no answers.
      this.drop("the server does not read");
      return false;
    }
    this.#socket.write(`${line}\r\n`);
    return true;
  }

  /** Ends it at once; `closed` follows, with this reason unless there was one already. */
  drop(reason: string): void {
    this.#reason ??= reason;
    this.#socket.destroy();
  }

  #read(data: Buffer): void {
    try {
      for (const line of this.#reader.push(data)) {
        this.#hooks.line(decodeLine(line));
        if (this.#socket.destroyed) return;
      }
    } catch (error) {
      if (!(error instanceof LineTooLong)) throw error;
      this.drop(error.message);
    }
  }
}

function tcpOptions({ host, port }: Dial) {
  return { host, port, autoSelectFamily: true };
}

function tlsOptions(dial: Dial): ConnectionOptions {
  const { ca, cert, key } = dial.files ?? {};
  return {
    ...tcpOptions(dial),
    rejectUnauthorized: dial.verifyCertificate,
    // An address is no name that a server could be asked for.
    ...(isIP(dial.host) === 0 ? { servername: dial.host } : {}),
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
  };
}

/** A host with several addresses fails once for each, in an error without words of its own. */
function wordsOf(error: Error): string {
  if (error instanceof AggregateError && error.message === "") {
    return error.errors.map((each) => (each instanceof Error ? each.message : "")).join("; ");
  }
  return error.message || (error as NodeJS.ErrnoException).code || "the connection failed";
}
