/**
 * A socket to a server, with TLS or without, that reads and writes whole lines. Both the incoming
 * line and the outgoing data that the server has not read are bounded.
 */

import { connect as connectTcp, isIP, type Socket } from "node:net";
import { type ConnectionOptions, connect as connectTls } from "node:tls";
import { decodeLine } from "../message/line.ts";
import { LineReader, LineTooLong } from "../message/line-reader.ts";
import type { TlsFiles } from "../options.ts";
import { certificateProblem } from "./certificate-problem.ts";
import type { Endpoint } from "./sts.ts";

/** Bytes that wait for the server to read them; beyond it the connection is dropped. */
const MAX_UNSENT_BYTES = 256 * 1024;

export interface Dial extends Endpoint {
  readonly verifyCertificate: boolean;
  readonly files?: TlsFiles | undefined;
}

export interface TransportHooks {
  /** The socket is open, with TLS if that is used. */
  open(): void;
  /** A line, without its end. */
  line(line: string): void;
  /** The socket is closed. Once, and never before the constructor has returned. */
  closed(reason: string): void;
}

export class Transport {
  readonly #hooks: TransportHooks;
  readonly #socket: Socket;
  readonly #reader = new LineReader();
  #reason: string | undefined;
  #isOpen = false;
  #wasReached = false;
  #hasHeard = false;

  /** Connects at once. Throws for an invalid certificate or key. */
  constructor(dial: Dial, hooks: TransportHooks) {
    this.#hooks = hooks;
    this.#socket = dial.tls ? connectTls(tlsOptions(dial)) : connectTcp(tcpOptions(dial));
    this.#socket.setNoDelay(true);
    this.#socket.once(dial.tls ? "secureConnect" : "connect", () => {
      this.#isOpen = true;
      hooks.open();
    });
    // With TLS this comes before TLS is agreed on.
    this.#socket.once("connect", () => {
      this.#wasReached = true;
    });
    this.#socket.on("data", (data: Buffer) => this.#read(data));
    this.#socket.on("error", (error) => {
      this.#reason ??= certificateProblem(error, dial) ?? messageOf(error);
    });
    this.#socket.once("close", () => {
      this.#isOpen = false;
      hooks.closed(this.#reason ?? "the server closed the connection");
    });
  }

  /** Somebody listened at the port, and has sent no line of text. */
  get isUnheard(): boolean {
    return this.#wasReached && !this.#hasHeard;
  }

  get isOpen(): boolean {
    return this.#isOpen && !this.#socket.destroyed;
  }

  /** Accepts longer lines: the server announced LINELEN. */
  allow(maxLineBytes: number): void {
    this.#reader.allow(maxLineBytes);
  }

  /** Writes a valid line. False: the socket is closed. */
  write(line: string): boolean {
    if (!this.isOpen) return false;
    if (this.#socket.writableLength > MAX_UNSENT_BYTES) {
      // For example a server that sends PING without end and does not read the answers.
      this.drop("the server does not read");
      return false;
    }
    this.#socket.write(`${line}\r\n`);
    return true;
  }

  /** Closes the socket at once; `closed` follows, with this reason unless there was an earlier one. */
  drop(reason: string): void {
    this.#reason ??= reason;
    this.#socket.destroy();
  }

  #read(data: Buffer): void {
    try {
      for (const line of this.#reader.push(data)) {
        const text = decodeLine(line);
        // An alert of TLS may end like a line.
        this.#hasHeard ||= /^[ -~]/.test(text);
        this.#hooks.line(text);
        if (this.#socket.destroyed) return;
      }
    } catch (error) {
      if (!(error instanceof LineTooLong)) throw error;
      this.drop(error.message);
    }
  }
}

/** As the constructor; a text is what is wrong with the certificate or its key. */
export function openTransport(dial: Dial, hooks: TransportHooks): Transport | string {
  try {
    return new Transport(dial, hooks);
  } catch (reason) {
    return reason instanceof Error ? reason.message : String(reason);
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
    // SNI takes a name, not an address.
    ...(isIP(dial.host) === 0 ? { servername: dial.host } : {}),
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
  };
}

/** A host with several addresses fails with an AggregateError that has no message of its own. */
function messageOf(error: Error): string {
  if (error instanceof AggregateError && error.message === "") {
    return error.errors.map((each) => (each instanceof Error ? each.message : "")).join("; ");
  }
  return error.message || (error as NodeJS.ErrnoException).code || "the connection failed";
}
