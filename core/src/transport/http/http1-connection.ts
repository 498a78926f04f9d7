/** One HTTP/1.1 connection: what its requests share, and those that wait for their turn. */
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { LineKind } from "../../broker/aggregated-log.ts";
import { ConnectionShares } from "../calls/connection-shares.ts";
import { CallOrder } from "../connections/call-order.ts";
import type { PendingCall } from "../connections/call-scheduler.ts";
import { type CallSource, PeerSource } from "../connections/call-source.ts";
import { hostOf } from "../connections/http2-connection.ts";
import type { ServerContext } from "../server-context.ts";
import type { ConnectionContext } from "./exchange.ts";
import type { HttpRouter } from "./http-router.ts";

const EXCEEDED: LineKind = {
  level: "warn",
  by: "peer",
  text: "connection ended: too many of its requests were refused",
};

export class Http1Connection implements ConnectionContext {
  readonly address: string;
  readonly order = new CallOrder();
  readonly shares: ConnectionShares;
  /** Requests that are not answered yet. */
  open = 0;
  readonly #socket: Socket;
  readonly #source: PeerSource;
  readonly #sourceOf: ((headers: IncomingHttpHeaders) => CallSource) | undefined;

  constructor(context: ServerContext, socket: Socket, address: string) {
    this.address = address;
    this.#socket = socket;
    this.shares = new ConnectionShares(context.memory);
    const host = hostOf(address);
    this.#source = new PeerSource(context, context.accounts.of(host), () => {
      context.peerLog.add(EXCEEDED, host);
      context.observer.connectionRefused("resets");
      socket.destroy();
    });
    if (context.proxies.has(host)) {
      this.#sourceOf = (headers) => context.proxyClients.of(host, headers);
    }
    context.observer.connectionOpened("http1");
    socket.once("close", () => {
      this.#source.close();
      this.shares.close();
      context.observer.connectionClosed("http1");
    });
  }

  isAlive(): Promise<boolean> {
    return Promise.resolve(!this.#socket.destroyed);
  }

  sourceOf(headers: IncomingHttpHeaders): CallSource {
    return this.#sourceOf?.(headers) ?? this.#source;
  }
}

/** A request that starts in its turn. */
export class PendingHttp1Request implements PendingCall {
  readonly arrivedAtMs: number;
  readonly path: string;
  readonly #router: HttpRouter;
  readonly #connection: Http1Connection;
  readonly #source: CallSource;
  readonly #request: IncomingMessage;
  readonly #response: ServerResponse;

  constructor(
    router: HttpRouter,
    connection: Http1Connection,
    source: CallSource,
    arrivedAtMs: number,
    request: IncomingMessage,
    response: ServerResponse,
  ) {
    this.arrivedAtMs = arrivedAtMs;
    this.path = pathOf(request);
    this.#router = router;
    this.#connection = connection;
    this.#source = source;
    this.#request = request;
    this.#response = response;
  }

  get gone(): boolean {
    return this.#response.destroyed;
  }

  wait(): void {
    // Its body waits in the socket, and its end is seen by `gone`.
  }

  start(): void {
    this.#router.handle({
      request: this.#request,
      response: this.#response,
      connection: this.#connection,
      source: this.#source,
      path: this.path,
    });
  }
}

/** Without its query. */
export function pathOf({ url = "" }: IncomingMessage): string {
  return url.split("?", 1)[0] ?? "";
}
