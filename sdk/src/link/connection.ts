/** One HTTP/2 connection to core: made on first use and again after it broke, kept alive by pings. */
import type { ClientHttp2Stream } from "node:http2";
import type { Interceptor, Transport } from "@connectrpc/connect";
import { createGrpcTransport, Http2SessionManager } from "@connectrpc/connect-node";
import type { SeabirdError } from "./errors.ts";
import { GrpcStream, type MessageStream, type StreamCall } from "./grpc-stream.ts";

/** Core sends at most 3.5 MiB (protocol: sizes); anything above 4 MiB is a fault. */
const MAX_MESSAGE_BYTES = 4 * 1024 * 1024;

export interface Connection {
  readonly url: string;
  /** For clients of any service of core; carries the token. */
  readonly transport: Transport;
  /** Opens a stream whose messages are bytes; carries the token. Calls and streams keep their order. */
  stream(call: StreamCall): MessageStream;
  /** Ends the HTTP/2 connection and every call on it; the next call makes a new one. */
  drop(reason: SeabirdError): void;
}

export interface ConnectionOptions {
  readonly url: string;
  readonly token: string;
  /** Certificates (PEM) to trust besides the system's. */
  readonly ca: string | undefined;
  readonly limits: { readonly pingIntervalMs: number; readonly pingTimeoutMs: number };
}

export function openConnection(options: ConnectionOptions): Connection {
  const { url, limits } = options;
  const sessions = new Sessions(
    url,
    {
      pingIntervalMs: limits.pingIntervalMs,
      pingTimeoutMs: limits.pingTimeoutMs,
    },
    options.ca === undefined ? {} : { ca: options.ca },
  );
  const transport = createGrpcTransport({
    baseUrl: url,
    sessionManager: sessions,
    interceptors: [bearer(options.token)],
    acceptCompression: [],
    readMaxBytes: MAX_MESSAGE_BYTES,
  });
  const headers = {
    authorization: `Bearer ${options.token}`,
    "content-type": "application/grpc+proto",
    "user-agent": "seabird-sdk",
    te: "trailers",
  };
  const basePath = new URL(url).pathname.replace(/\/$/, "");
  return {
    url,
    transport,
    stream: (call) =>
      new GrpcStream(call, {
        open: () => sessions.request("POST", basePath + call.path, headers, {}),
        onRead: (stream) => sessions.notifyResponseByteRead(stream),
        maxMessageBytes: MAX_MESSAGE_BYTES,
      }),
    drop: (reason) => sessions.abort(reason),
  };
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
