/** A request over HTTP/2 that is not native gRPC, and starts in its turn. */
import {
  Http2ServerRequest,
  Http2ServerResponse,
  type IncomingHttpHeaders,
  type ServerHttp2Stream,
} from "node:http2";
import type { Http2Connection } from "../connections/http2-connection.ts";
import { PendingStream } from "../connections/pending-stream.ts";
import type { HttpRouter } from "./http-router.ts";

export class PendingRequest extends PendingStream {
  readonly path: string;
  readonly #router: HttpRouter;
  readonly #headers: IncomingHttpHeaders;
  readonly #rawHeaders: readonly string[];

  constructor(
    router: HttpRouter,
    connection: Http2Connection,
    stream: ServerHttp2Stream,
    arrivedAtMs: number,
    headers: IncomingHttpHeaders,
    rawHeaders: readonly string[],
  ) {
    super(connection, connection.sourceOf(headers), stream, arrivedAtMs);
    this.#router = router;
    this.#headers = headers;
    this.#rawHeaders = rawHeaders;
    this.path = (headers[":path"] ?? "").split("?", 1)[0] ?? "";
  }

  protected begin(): void {
    const { connection, source, stream, path } = this;
    stream.on("close", () => connection.streamClosed(stream, this.arrivedAtMs));
    if (stream.destroyed) return;
    const request = new Http2ServerRequest(stream, this.#headers, {}, this.#rawHeaders);
    const response = new Http2ServerResponse(stream);
    this.#router.handle({ request, response, connection, source, path });
  }
}
