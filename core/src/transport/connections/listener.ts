/** Accepts connections, within limits, and passes each to the handler of its protocol. */
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import {
  createServer as createTlsServer,
  type TLSSocket,
  type Server as TlsServer,
} from "node:tls";
import type { LineKind } from "../../broker/aggregated-log.ts";
import { BrokerError } from "../../broker/errors.ts";
import type { ServerContext } from "../server-context.ts";
import { ignore } from "./http2-connection.ts";
import { refusePlaintext } from "./refuse-plaintext.ts";
import { sniff } from "./sniff.ts";
import { NOT_SWEPT } from "./sweeper.ts";

export interface TlsFiles {
  /** PEM; the whole chain. */
  readonly cert: string | Buffer;
  /** PEM. */
  readonly key: string | Buffer;
}

export interface ConnectionHandlers {
  http2(socket: Socket, address: string, openedAtMs: number): void;
  http1(socket: Socket, address: string): void;
}

const REFUSED = {
  too_many: refused("connection refused: too many are open (maxConnections)"),
  too_many_from_address: refused(
    "connection refused: too many are open from this address (maxConnectionsPerAddress)",
  ),
  not_tls: refused("plaintext connection refused: this port speaks TLS"),
  not_plaintext: refused("TLS connection refused: this port speaks plaintext"),
};

function refused(text: string): LineKind {
  return { level: "warn", by: "peer", text };
}

export class Listener {
  readonly #context: ServerContext;
  readonly #handlers: ConnectionHandlers;
  readonly #server: Server;
  readonly #tls: TlsServer | undefined;
  readonly #sockets = new Set<Socket>();
  readonly #perAddress = new Map<string, number>();

  constructor(context: ServerContext, handlers: ConnectionHandlers, tls: TlsFiles | undefined) {
    this.#context = context;
    this.#handlers = handlers;
    this.#server = createServer({ noDelay: true, allowHalfOpen: true, keepAlive: true }, (socket) =>
      this.#accept(socket),
    );
    if (tls !== undefined) this.#tls = this.#createTls(tls);
  }

  get connections(): number {
    return this.#sockets.size;
  }

  listen(host: string, port: number): Promise<AddressInfo> {
    return new Promise((resolve, reject) => {
      this.#server.once("error", reject);
      this.#server.listen({ host, port, backlog: 4_096 }, () => {
        this.#server.removeListener("error", reject);
        this.#server.on("error", (error) => this.#context.log.error({ error }, "listening failed"));
        resolve(this.#server.address() as AddressInfo);
      });
    });
  }

  /** Takes no more connections; those that are open stay. Idempotent. */
  stop(): void {
    if (this.#server.listening) this.#server.close();
  }

  /** Destroys every connection; resolves when all are gone. */
  async destroy(): Promise<void> {
    const gone = [...this.#sockets].map((socket) => {
      const closed = new Promise((resolve) => socket.once("close", resolve));
      socket.destroy();
      return closed;
    });
    await Promise.all(gone);
  }

  #accept(socket: Socket): void {
    const host = socket.remoteAddress ?? "unknown";
    const refusal = this.#refusal(host);
    if (refusal !== undefined) {
      socket.on("error", ignore);
      this.#context.peerLog.add(REFUSED[refusal], host);
      this.#context.observer.connectionRefused(refusal);
      socket.destroy();
      return;
    }
    const address = `${host}:${socket.remotePort ?? 0}`;
    socket.on("error", (error) =>
      this.#context.log.debug({ error, peer: address }, "socket error"),
    );
    this.#count(socket, host);
    const undo = this.#limitOpening(socket);
    sniff(socket, (protocol) => {
      undo.sniffed();
      const tls = this.#tls;
      if (tls !== undefined) {
        if (protocol === "tls") this.#admit(socket, host, () => tls.emit("connection", socket));
        else this.#refusePlaintext(socket, protocol, host);
      } else if (protocol === "tls") this.#refuseTls(socket, host);
      else {
        this.#admit(socket, host, () => this.#dispatch(socket, protocol, address, undo.openedAtMs));
      }
    });
  }

  /** Opens the connection in its turn. */
  #admit(socket: Socket, host: string, open: () => void): void {
    const { accounts, openings, observer } = this.#context;
    if (openings.admit(accounts.of(host), socket, open)) return;
    this.#context.peerLog.add(REFUSED.too_many_from_address, host);
    observer.connectionRefused("too_many_from_address");
    socket.destroy();
  }

  #refusal(host: string): "too_many" | "too_many_from_address" | undefined {
    const { maxConnections, maxConnectionsPerAddress } = this.#context.limits;
    if (this.#sockets.size >= maxConnections) return "too_many";
    if (this.#context.proxies.has(host)) return undefined;
    if ((this.#perAddress.get(host) ?? 0) >= maxConnectionsPerAddress) {
      return "too_many_from_address";
    }
    return undefined;
  }

  #count(socket: Socket, host: string): void {
    this.#sockets.add(socket);
    this.#perAddress.set(host, (this.#perAddress.get(host) ?? 0) + 1);
    socket.once("close", () => {
      this.#sockets.delete(socket);
      const left = (this.#perAddress.get(host) ?? 1) - 1;
      if (left === 0) this.#perAddress.delete(host);
      else this.#perAddress.set(host, left);
    });
  }

  #limitOpening(socket: Socket): { openedAtMs: number; sniffed: () => void } {
    const openedAtMs = this.#context.clock.now();
    const limit = {
      sweepIndex: NOT_SWEPT,
      sweep: (nowMs: number) => {
        if (nowMs - openedAtMs < this.#context.limits.handshakeTimeoutMs) return;
        this.#context.observer.connectionRefused("opening_timeout");
        socket.destroy();
      },
    };
    const undo = () => this.#context.sweeper.delete(limit);
    this.#context.sweeper.add(limit);
    socket.once("close", undo);
    // A peer that half-closes before its first byte is disconnected.
    const ended = () => socket.destroy();
    socket.once("end", ended);
    const sniffed = () => {
      undo();
      socket.removeListener("close", undo);
      socket.removeListener("end", ended);
    };
    return { openedAtMs, sniffed };
  }

  #dispatch(socket: Socket, protocol: "h2" | "http1", address: string, openedAtMs: number): void {
    if (protocol === "http1") {
      this.#handlers.http1(socket, address);
      return;
    }
    // HTTP/2 has its own way to end one direction: a closed socket is a gone peer.
    socket.allowHalfOpen = false;
    this.#handlers.http2(socket, address, openedAtMs);
  }

  #refusePlaintext(socket: Socket, protocol: "h2" | "http1", host: string): void {
    this.#context.peerLog.add(REFUSED.not_tls, host);
    this.#context.observer.connectionRefused("not_tls");
    refusePlaintext(socket, protocol);
  }

  #refuseTls(socket: Socket, host: string): void {
    this.#context.peerLog.add(REFUSED.not_plaintext, host);
    this.#context.observer.connectionRefused("not_plaintext");
    socket.destroy();
  }

  #createTls(files: TlsFiles): TlsServer {
    try {
      const server = createTlsServer({
        cert: files.cert,
        key: files.key,
        ALPNProtocols: ["h2", "http/1.1"],
        handshakeTimeout: this.#context.limits.handshakeTimeoutMs,
        minVersion: "TLSv1.2",
      });
      server.on("secureConnection", (socket) => this.#secured(socket));
      server.on("tlsClientError", (error, socket) => {
        this.#context.log.debug({ error }, "TLS handshake failed");
        socket.destroy();
      });
      return server;
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      const text = `TLS certificate and key are not usable together: ${reason}`;
      throw new BrokerError("bad_request", text, { cause });
    }
  }

  #secured(socket: TLSSocket): void {
    const address = `${socket.remoteAddress ?? "unknown"}:${socket.remotePort ?? 0}`;
    socket.on("error", (error) =>
      this.#context.log.debug({ error, peer: address }, "socket error"),
    );
    const protocol = socket.alpnProtocol === "h2" ? "h2" : "http1";
    this.#dispatch(socket, protocol, address, this.#context.clock.now());
  }
}
