/** Calls by Connect and gRPC-Web, over HTTP/1.1 and HTTP/2. Loaded on first use. */
import type { UniversalHandler, UniversalServerResponse } from "@connectrpc/connect/protocol";
import type { Method } from "../calls/method.ts";
import { type Exchange, onAnswered, refuseText, requestHeader } from "../http/exchange.ts";
import { stopRestAtEnd } from "../http/rest-of-request.ts";
import type { ServerContext } from "../server-context.ts";
import { type Answer, ConnectCall } from "./connect-call.ts";
import { ConnectRouterTable } from "./connect-router.ts";
import { KnownRefusals } from "./known-refusals.ts";
import { isCurlDefault, type RequestKind, requestKind } from "./request-kind.ts";
import { writeResponse, writeStreamHead } from "./write-response.ts";

const JSON_TYPE = "application/json";
const EMPTY_JSON = new TextEncoder().encode("{}");

export class ConnectHandler {
  readonly #context: ServerContext;
  readonly #methods: ReadonlyMap<string, Method>;
  readonly #table: ConnectRouterTable;
  readonly #refusals = new KnownRefusals();

  constructor(context: ServerContext, methods: ReadonlyMap<string, Method>) {
    this.#context = context;
    this.#methods = methods;
    this.#table = new ConnectRouterTable(methods.values(), context.limits);
  }

  /** Handles one request; resolves when it is over. */
  async serve(exchange: Exchange): Promise<void> {
    const given = requestHeader(exchange, "content-type") ?? "";
    const contentType = isCurlDefault(given) ? JSON_TYPE : given;
    const kind = requestKind(contentType);
    if (kind === undefined) {
      const text = "content types of a call: application/json, application/proto, ...\n";
      refuseText(exchange, 415, text, { "accept-post": ACCEPTED });
      return;
    }
    const handler = this.#handler(exchange, kind);
    if (handler === undefined) {
      refuseText(exchange, 404, "not found\n");
      return;
    }
    const refusal = this.#refusal(exchange, handler, kind);
    if (refusal !== undefined) return refuseText(exchange, refusal.status, refusal.text);
    await this.#serveCall(exchange, handler, kind, contentType);
  }

  /** The method's handler; for an unknown method any one that can encode the error. */
  #handler({ path }: Exchange, kind: RequestKind): UniversalHandler | undefined {
    const stream = kind.wire === "connect" && kind.enveloped;
    return this.#table.get(path) ?? this.#table.substitute(stream ? "server_streaming" : "unary");
  }

  #refusal({ request }: Exchange, { method }: UniversalHandler, kind: RequestKind) {
    if (method.methodKind === "bidi_streaming" && request.httpVersionMajor < 2) {
      return { status: 505, text: "this call needs HTTP/2\n" };
    }
    const enveloped = kind.wire === "grpc_web" || method.methodKind !== "unary";
    if (kind.enveloped !== enveloped) {
      const text =
        method.methodKind === "unary"
          ? "a unary call: application/json or application/proto\n"
          : "a stream: application/connect+json or application/connect+proto\n";
      return { status: 415, text };
    }
    return undefined;
  }

  async #serveCall(
    exchange: Exchange,
    handler: UniversalHandler,
    kind: RequestKind,
    contentType: string,
  ): Promise<void> {
    const { response, path } = exchange;
    if (handler.method.methodKind === "bidi_streaming") stopRestAtEnd(exchange);
    const call = new ConnectCall(this.#context, exchange, kind, this.#methods.get(path));
    const gone = new AbortController();
    // The peer may still send for a while, which is not the call's time any more.
    onAnswered(exchange, () => call.end(true));
    response.once("close", () => {
      call.end(false);
      gone.abort();
    });
    const answer = await call.answer();
    if (response.destroyed) return call.end(false);
    const streaming = handler.method.methodKind !== "unary";
    if (streaming) writeStreamHead(exchange, contentType);
    else if (this.#refusals.answer(exchange, contentType, answer)) return;
    const encoded = await this.#write(handler, exchange, kind, contentType, answer, gone.signal);
    const written = streaming ? encoded : await this.#refusals.keep(contentType, answer, encoded);
    const stream = answer.kind === "stream" ? answer.stream : undefined;
    await writeResponse(this.#context, exchange, written, { call, stream });
  }

  #write(
    handler: UniversalHandler,
    exchange: Exchange,
    kind: RequestKind,
    contentType: string,
    answer: Answer,
    signal: AbortSignal,
  ): Promise<UniversalServerResponse> {
    const request = {
      httpVersion: exchange.request.httpVersion,
      url: `http://core${handler.requestPath}`,
      method: "POST",
      header: new Headers({ "content-type": contentType }),
      body: emptyRequest(kind),
      signal,
    };
    return this.#table.respond(handler, request, answer, kind);
  }
}

const ACCEPTED = [
  JSON_TYPE,
  "application/proto",
  "application/connect+json",
  "application/connect+proto",
  "application/grpc-web",
  "application/grpc",
].join(", ");

/** An empty message for Connect to read; the real body has been read already. */
async function* emptyRequest({ enveloped, json }: RequestKind): AsyncGenerator<Uint8Array> {
  const message = json ? EMPTY_JSON : new Uint8Array(0);
  if (!enveloped) yield message;
  else yield Uint8Array.of(0, 0, 0, 0, message.length, ...message);
}
