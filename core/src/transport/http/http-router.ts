/** Routes all requests that are not native gRPC: pages, and calls by Connect or gRPC-Web. */
import type { LineKind } from "../../broker/aggregated-log.ts";
import { MediaHttp } from "../../media/media-http.ts";
import type { ConnectHandler } from "../connect/connect-handler.ts";
import { hostOf } from "../connections/http2-connection.ts";
import type { ServerContext } from "../server-context.ts";
import { Cors } from "./cors.ts";
import { answerText, type Exchange, refuseText, requestHeader, reset } from "./exchange.ts";
import { serveMedia } from "./media-route.ts";
import { discardRestAtEnd } from "./rest-of-request.ts";
import { type Route, serveRoute } from "./routes.ts";

const FAILED: LineKind = {
  level: "error",
  by: "peer",
  text: "request failed inside core",
  burst: 10,
};

const WRONG_HOST: LineKind = {
  level: "warn",
  by: "peer",
  text: "request refused: its host name is not one of this machine's, nor in host_names",
};

export const WRONG_HOST_TEXT =
  "403: core listens on a loopback address and answers only to localhost, the names of this machine and those of its setting host_names\n";

/** Which names are answered. */
export interface HostPolicy {
  /** `host`: the request's `Host` or `:authority`. */
  allows(host: string | undefined): boolean;
}

export interface HttpRouterOptions {
  readonly routes: readonly Route[];
  readonly corsOrigins: readonly string[];
  readonly hosts: HostPolicy;
  /** Default: no files are served. */
  readonly media?: MediaHttp | undefined;
}

export class HttpRouter {
  readonly #hosts: HostPolicy;
  readonly #context: ServerContext;
  readonly #routes: ReadonlyMap<string, Route>;
  readonly #cors: Cors;
  readonly #media: MediaHttp | undefined;
  #connect: Promise<ConnectHandler> | undefined;

  constructor(context: ServerContext, { routes, corsOrigins, hosts, media }: HttpRouterOptions) {
    this.#context = context;
    this.#media = media;
    this.#routes = new Map(routes.map((route) => [route.path, route]));
    this.#cors = new Cors(corsOrigins);
    this.#hosts = hosts;
  }

  handle(exchange: Exchange): void {
    exchange.request.on("error", ignore);
    exchange.response.on("error", ignore);
    discardRestAtEnd(this.#context, exchange);
    const host = requestHeader(exchange, ":authority") ?? requestHeader(exchange, "host");
    if (!this.#hosts.allows(host)) {
      this.#context.peerLog.add(WRONG_HOST, hostOf(exchange.connection.address));
      refuseText(exchange, 403, WRONG_HOST_TEXT);
      return;
    }
    if (this.#cors.handle(exchange)) return;
    const route = this.#routes.get(exchange.path);
    if (route !== undefined) {
      void serveRoute(this.#context, route, exchange);
      return;
    }
    if (this.#media !== undefined && MediaHttp.serves(exchange.path)) {
      serveMedia(this.#media, exchange, this.#context.clock).catch((error: unknown) => {
        this.#context.peerLog.add(FAILED, hostOf(exchange.connection.address), { error });
        reset(exchange);
      });
      return;
    }
    for (const [name, value] of Object.entries(this.#context.discovery)) {
      exchange.response.setHeader(name, value);
    }
    if (exchange.request.method === "POST") void this.#call(exchange);
    else if (this.#context.methods.has(exchange.path)) {
      refuseText(exchange, 405, "calls are made with POST\n", { allow: "POST" });
    } else refuseText(exchange, 404, "not found\n");
  }

  async #call(exchange: Exchange): Promise<void> {
    try {
      const connect = await this.#loadConnect();
      await connect.serve(exchange);
    } catch (error) {
      this.#context.peerLog.add(FAILED, hostOf(exchange.connection.address), {
        error,
        path: exchange.path,
      });
      answerText(exchange, 500, "internal error\n");
      if (!exchange.response.writableEnded) exchange.response.destroy();
    }
  }

  /** Loaded on first use: most cores never need it, and loading takes time. */
  #loadConnect(): Promise<ConnectHandler> {
    this.#connect ??= Promise.all([
      import("../connect/connect-handler.ts"),
      this.#context.methods.all(),
    ]).then(([{ ConnectHandler }, methods]) => new ConnectHandler(this.#context, methods));
    return this.#connect;
  }
}

function ignore(): void {
  // "close" reports the end of an exchange.
}
