/** The HTTP/2 client of one connection: made on first use and again after it broke, kept alive by pings. */
import type { ClientHttp2Stream } from "node:http2";
import { ConnectError, type Interceptor, type Transport } from "@connectrpc/connect";
import { createGrpcTransport, Http2SessionManager } from "@connectrpc/connect-node";
import type { CoreHeaders } from "./core-headers.ts";
import type { SeabirdError } from "./errors.ts";
import { exchangeOn, type HttpAnswer, type HttpRequest } from "./http-exchange.ts";

export interface Http2ClientOptions {
  readonly url: string;
  readonly token: string;
  /** Certificates (PEM) to trust besides the system's. */
  readonly ca: string | undefined;
  readonly limits: { readonly pingIntervalMs: number; readonly pingTimeoutMs: number };
  readonly maxMessageBytes: number;
  /** Learns from the headers of each answer. */
  readonly core: CoreHeaders;
}

export class Http2Client {
  /** For single calls; carries the token. */
  readonly transport: Transport;
  readonly #sessions: Sessions;
  readonly #basePath: string;
  readonly #headers: Readonly<Record<string, string>>;

  constructor({ url, token, ca, limits, maxMessageBytes, core }: Http2ClientOptions) {
    const { pingIntervalMs, pingTimeoutMs } = limits;
    const pings = { pingIntervalMs, pingTimeoutMs };
    this.#sessions = new Sessions(url, pings, ca === undefined ? {} : { ca });
    this.transport = createGrpcTransport({
      baseUrl: url,
      sessionManager: this.#sessions,
      interceptors: [bearer(token), noting(core)],
      acceptCompression: [],
      readMaxBytes: maxMessageBytes,
    });
    this.#basePath = new URL(url).pathname.replace(/\/$/, "");
    this.#headers = {
      authorization: `Bearer ${token}`,
      "content-type": "application/grpc+proto",
      "user-agent": "seabird-sdk",
      te: "trailers",
    };
  }

  /** Opens a gRPC stream, after it has connected if need be; carries the token. */
  request(path: string): Promise<ClientHttp2Stream> {
    return this.#sessions.request("POST", this.#basePath + path, this.#headers, {});
  }

  /** Plain HTTP; carries no token. */
  async http(request: HttpRequest): Promise<HttpAnswer> {
    const { method, path, headers = {} } = request;
    const stream = await this.#sessions.request(method, this.#basePath + path, headers, {});
    return exchangeOn(stream, request);
  }

  /** To be called for each chunk of a stream: the connection is alive. */
  noteRead(stream: ClientHttp2Stream): void {
    this.#sessions.notifyResponseByteRead(stream);
  }

  /** Ends the connection and every call on it; the next call makes a new one. */
  drop(reason: SeabirdError): void {
    this.#sessions.abort(reason);
  }
}

/**
 * A session that breaks emits its error once more when its socket has closed. Its manager may have
 * dropped it by then, and an unhandled error would end the process.
 */
class Sessions extends Http2SessionManager {
  override async request(
    ...call: Parameters<Http2SessionManager["request"]>
  ): Promise<ClientHttp2Stream> {
    const stream = await super.request(...call);
    const { session } = stream;
    if (session?.listeners("error").includes(ignore) === false) session.on("error", ignore);
    return stream;
  }
}

function ignore(): void {}

function bearer(token: string): Interceptor {
  return (next) => (request) => {
    request.header.set("authorization", `Bearer ${token}`);
    return next(request);
  };
}

function noting(core: CoreHeaders): Interceptor {
  return (next) => async (request) => {
    try {
      const response = await next(request);
      core.note((name) => response.header.get(name));
      return response;
    } catch (reason) {
      if (reason instanceof ConnectError) core.noteError((name) => reason.metadata.get(name));
      throw reason;
    }
  };
}
