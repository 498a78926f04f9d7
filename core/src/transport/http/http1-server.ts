/** HTTP/1.1 connections, taken from the port's listener. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { MEDIA_LIMITS } from "../../media/limits.ts";
import { MediaHttp } from "../../media/media-http.ts";
import { queueOf } from "../connections/call-source.ts";
import type { ServerContext } from "../server-context.ts";
import type { HttpRouter } from "./http-router.ts";
import { Http1Connection, PendingHttp1Request, pathOf } from "./http1-connection.ts";

export class Http1Server {
  readonly #context: ServerContext;
  readonly #router: HttpRouter;
  readonly #server: Server;
  readonly #connections = new WeakMap<Socket, Http1Connection>();

  constructor(context: ServerContext, router: HttpRouter) {
    this.#context = context;
    this.#router = router;
    const { limits } = context;
    this.#server = createServer({
      maxHeaderSize: limits.maxHeaderBytes,
      headersTimeout: limits.handshakeTimeoutMs,
      // Uploads of files may take longer; `#boundBody` ends all other requests earlier.
      requestTimeout: Math.max(limits.handshakeTimeoutMs, MEDIA_LIMITS.uploadTimeoutMs),
      keepAliveTimeout: limits.http1IdleTimeoutMs,
      connectionsCheckingInterval: 1_000,
    });
    this.#server.maxHeadersCount = limits.maxHeaderPairs;
    this.#server.timeout = limits.http1WriteTimeoutMs;
    this.#server.on("timeout", (socket) => this.#idle(socket));
    this.#server.on("request", (request, response) => this.#request(request, response));
    this.#server.on("checkContinue", (request, response) => {
      // Uploads have their token checked first.
      if (!isUpload(request)) response.writeContinue();
      this.#server.emit("request", request, response);
    });
    this.#server.on("connect", (_request, socket) => socket.destroy());
    // No "upgrade" listener: clients that offer one, as Java's does, are answered on HTTP/1.1.
    // This server never listens itself; the event makes Node enforce its timeouts.
    this.#server.emit("listening");
  }

  take(socket: Socket, address: string): void {
    socket.setKeepAlive(true, this.#context.limits.keepAliveIntervalMs);
    this.#connections.set(socket, new Http1Connection(this.#context, socket, address));
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

  #request(request: IncomingMessage, response: ServerResponse): void {
    const connection = this.#connections.get(request.socket);
    if (connection === undefined || connection.open >= this.#context.limits.maxHttp1Requests) {
      request.socket.destroy();
      return;
    }
    connection.open += 1;
    response.once("close", () => {
      connection.open -= 1;
    });
    if (!isUpload(request)) this.#boundBody(request, response);
    const { clock, scheduler } = this.#context;
    const source = connection.sourceOf(request.headers);
    const pending = new PendingHttp1Request(
      this.#router,
      connection,
      source,
      clock.now(),
      request,
      response,
    );
    scheduler.submit(queueOf(source, pending.path), pending);
  }

  /** A request has to have arrived whole in time. */
  #boundBody(request: IncomingMessage, response: ServerResponse): void {
    if (request.complete || !hasBody(request)) return;
    const { clock, limits } = this.#context;
    const limitMs = Math.max(limits.handshakeTimeoutMs, limits.requestBodyTimeoutMs);
    const stop = clock.after(limitMs, () => {
      if (request.complete) return;
      // As Node does it: nothing in the middle of an answer, and not only this side is closed.
      if (response.socket !== null && !response.headersSent) request.socket.write(TIMED_OUT);
      request.socket.destroySoon();
    });
    request.once("close", stop);
  }

  /** No read or write for a while, which is fine for an open stream unless a write waits. */
  #idle(socket: Socket): void {
    const isOpen = (this.#connections.get(socket)?.open ?? 0) > 0;
    if (isOpen && socket.writableLength === 0) return;
    const why = isOpen ? "a write made no progress" : "no request came";
    this.#context.log.debug({}, `connection closed: ${why}`);
    socket.destroy();
  }
}

/** What Node itself answers to a request that takes too long. */
const TIMED_OUT = "HTTP/1.1 408 Request Timeout\r\nConnection: close\r\n\r\n";

function isUpload(request: IncomingMessage): boolean {
  return request.method === "PUT" && MediaHttp.isUpload(pathOf(request));
}

function hasBody({ headers }: IncomingMessage): boolean {
  return headers["transfer-encoding"] !== undefined || Number(headers["content-length"] ?? 0) > 0;
}
