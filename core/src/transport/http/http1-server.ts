/** HTTP/1.1 connections, taken from the port's listener. */
import { createServer, type Server } from "node:http";
import type { Socket } from "node:net";
import { CallOrder } from "../call-order.ts";
import type { Environment } from "../environment.ts";
import { KnownCallers } from "../known-callers.ts";
import type { ConnectionContext } from "./exchange.ts";
import type { HttpDoor } from "./http-door.ts";

export class Http1Server {
  readonly #env: Environment;
  readonly #server: Server;
  readonly #connections = new WeakMap<Socket, ConnectionContext>();

  constructor(env: Environment, door: HttpDoor) {
    this.#env = env;
    const { limits } = env;
    this.#server = createServer({
      maxHeaderSize: limits.maxHeaderBytes,
      headersTimeout: limits.openingTimeoutMs,
      requestTimeout: Math.max(limits.openingTimeoutMs, limits.requestBodyTimeoutMs),
      keepAliveTimeout: limits.http1IdleTimeoutMs,
      connectionsCheckingInterval: 1_000,
    });
    this.#server.maxHeadersCount = limits.maxHeaderPairs;
    this.#server.timeout = limits.http1WriteTimeoutMs;
    this.#server.on("timeout", (socket) => this.#idle(socket));
    this.#server.on("request", (request, response) => {
      const connection = this.#connections.get(request.socket);
      if (connection === undefined) return request.socket.destroy();
      const path = (request.url ?? "").split("?", 1)[0] ?? "";
      door.handle({ request, response, connection, path });
      return undefined;
    });
    this.#server.on("checkContinue", (request, response) => {
      response.writeContinue();
      this.#server.emit("request", request, response);
    });
    this.#server.on("connect", (_request, socket) => socket.destroy());
    // No "upgrade" listener: who offers one, as Java's client does, is answered on HTTP/1.1.
    // It never listens by itself; with this, Node keeps its limits on headers and requests.
    this.#server.emit("listening");
  }

  take(socket: Socket, address: string): void {
    const callers = new KnownCallers(this.#env.authenticator, this.#env.clock);
    socket.setKeepAlive(true, this.#env.limits.keepAliveIntervalMs);
    this.#connections.set(socket, {
      address,
      callers,
      order: new CallOrder(),
      isAlive: () => Promise.resolve(!socket.destroyed),
    });
    this.#env.observer.connectionOpened("http1");
    socket.once("close", () => {
      callers.close();
      this.#env.observer.connectionClosed("http1");
    });
    this.#server.emit("connection", socket);
  }

  /** Closes connections without a request under way. */
  closeIdle(): void {
    this.#server.closeIdleConnections();
  }

  /** Stops its timer. */
  close(): void {
    this.#server.close(() => {});
  }

  /** Nothing was read or written for a while: fine for an open stream, unless a write waits. */
  #idle(socket: Socket): void {
    if (socket.writableLength === 0) return;
    this.#env.log.debug({}, "connection closed: a write made no progress");
    socket.destroy();
  }
}
