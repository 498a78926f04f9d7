/** A web server on the loopback interface, a function for each path, for tests that fetch from it. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export type WebHandler = (request: IncomingMessage, response: ServerResponse) => void;

export interface WebServer extends AsyncDisposable {
  readonly port: number;
  /** `http://127.0.0.1:PORT`. */
  readonly origin: string;
  /** Method and path of what was asked for, with its headers, in order. */
  readonly seen: readonly SeenRequest[];
  readonly server: Server;
}

export interface SeenRequest {
  readonly line: string;
  readonly headers: IncomingMessage["headers"];
}

export interface WebServerOptions {
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** Default 0: any. */
  readonly port?: number;
}

/** What no path has is answered 404. */
export async function webServer(
  pages: Readonly<Record<string, WebHandler>>,
  { host = "127.0.0.1", port = 0 }: WebServerOptions = {},
): Promise<WebServer> {
  const seen: SeenRequest[] = [];
  const server = createServer((request, response) => {
    seen.push({ line: `${request.method} ${request.url}`, headers: request.headers });
    const page = pages[(request.url ?? "/").split("?")[0] ?? "/"];
    if (page === undefined) response.writeHead(404).end();
    else page(request, response);
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, resolve);
  });
  const bound = (server.address() as AddressInfo).port;
  return {
    port: bound,
    origin: `http://${host}:${bound}`,
    seen,
    server,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
