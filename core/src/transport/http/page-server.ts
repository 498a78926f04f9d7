/** A separate port for plain pages without a token, such as `/metrics` for a scraper. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { AggregatedLog, type LineKind } from "../../broker/aggregated-log.ts";
import { systemClock } from "../../broker/clock.ts";
import type { Logger } from "../../broker/logger.ts";
import { type HostPolicy, WRONG_HOST_TEXT } from "./http-router.ts";
import type { Page } from "./routes.ts";

/** Connections at once; a scraper needs one. */
const MAX_CONNECTIONS = 64;
const REQUEST_TIMEOUT_MS = 10_000;

export interface OpenPage {
  /** As `/metrics`. */
  readonly path: string;
  render(): Page | Promise<Page>;
}

const FAILED: LineKind = { level: "error", by: "method", text: "page failed" };

export class PageServer {
  readonly #pages: readonly OpenPage[];
  readonly #log: Logger;
  readonly #hosts: HostPolicy;
  readonly #peerLog: AggregatedLog;
  readonly #server: Server;

  constructor(pages: readonly OpenPage[], log: Logger, hosts: HostPolicy) {
    this.#pages = pages;
    this.#log = log;
    this.#hosts = hosts;
    this.#peerLog = new AggregatedLog(log, systemClock);
    const options = { requestTimeout: REQUEST_TIMEOUT_MS, headersTimeout: REQUEST_TIMEOUT_MS };
    this.#server = createServer(options, (request, response) => {
      void this.#answer(request, response);
    });
    this.#server.maxConnections = MAX_CONNECTIONS;
  }

  /** Rejects with the system's error if the port cannot be had. */
  listen(host: string, port: number): Promise<AddressInfo> {
    return new Promise((resolve, reject) => {
      this.#server.once("error", reject);
      this.#server.listen({ host, port }, () => {
        this.#server.removeListener("error", reject);
        this.#server.on("error", (error) => this.#log.error({ error }, "page port failed"));
        resolve(this.#server.address() as AddressInfo);
      });
    });
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    response.on("error", () => undefined);
    if (!this.#hosts.allows(request.headers.host)) return plain(response, 403, WRONG_HOST_TEXT);
    const path = (request.url ?? "").split("?", 1)[0];
    const page = this.#pages.find((each) => each.path === path);
    if (page === undefined) return plain(response, 404, "not found\n");
    if (request.method !== "GET" && request.method !== "HEAD") {
      response.setHeader("allow", "GET, HEAD");
      return plain(response, 405, "only GET\n");
    }
    try {
      const { status, contentType, body } = await page.render();
      response.writeHead(status, { "content-type": contentType }).end(body);
    } catch (error) {
      this.#peerLog.add(FAILED, page.path, { error });
      plain(response, 500, "internal error\n");
    }
  }

  /** Idempotent. */
  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }
}

function plain(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status, { "content-type": "text/plain; charset=utf-8" }).end(body);
}
