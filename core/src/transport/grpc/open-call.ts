/** Opens every native gRPC call, in its turn: method, authentication, admission, headers. */
import type { IncomingHttpHeaders, ServerHttp2Stream } from "node:http2";
import { INSTANCE_HEADER } from "@seabird-chat/protocol";
import type { Authentication, Principal } from "../../auth/principal.ts";
import { BrokerError } from "../../broker/errors.ts";
import { ActiveCall } from "../calls/active-call.ts";
import { checkAccess, checkInstance, checkOpen, refusalError } from "../calls/admission.ts";
import { logFailure } from "../calls/log-failure.ts";
import type { Method } from "../calls/method.ts";
import { queueOf } from "../connections/call-source.ts";
import type { Http2Connection } from "../connections/http2-connection.ts";
import { PendingStream } from "../connections/pending-stream.ts";
import type { ServerContext } from "../server-context.ts";
import { type CallSetup, header, refuse } from "./call-setup.ts";
import { parseEncoding } from "./encoding.ts";
import { ServerStreamCall, serveBidi } from "./stream-call.ts";
import { parseTimeout } from "./timeout.ts";
import { UnaryCall } from "./unary-call.ts";

/** Whether a content type is native gRPC's with Protobuf messages. */
export function isNativeGrpc(contentType: string): boolean {
  return (
    contentType === "application/grpc" || /^application\/grpc(\+proto)?( *;|$)/.test(contentType)
  );
}

export function openCall(
  context: ServerContext,
  connection: Http2Connection,
  stream: ServerHttp2Stream,
  headers: IncomingHttpHeaders,
): void {
  const opening = new CallOpening(context, connection, stream, headers);
  context.scheduler.submit(queueOf(opening.source, headers[":path"] ?? ""), opening);
}

class CallOpening extends PendingStream {
  #method: Method | undefined;
  readonly #context: ServerContext;
  readonly #headers: IncomingHttpHeaders;

  constructor(
    context: ServerContext,
    connection: Http2Connection,
    stream: ServerHttp2Stream,
    headers: IncomingHttpHeaders,
  ) {
    super(connection, connection.sourceOf(headers), stream, context.clock.now());
    this.#context = context;
    this.#headers = headers;
  }

  protected begin(): void {
    const method = this.#context.methods.get(this.#headers[":path"] ?? "");
    if (!(method instanceof Promise)) this.#authenticate(method);
    else {
      method.then(
        (late) => this.#authenticate(late),
        (reason) => this.#refuse(BrokerError.from(reason)),
      );
    }
  }

  #authenticate(method: Method | undefined): void {
    this.#method = method;
    if (method?.access === "open") {
      this.#admit(undefined);
      return;
    }
    const answer = this.source.authCache.authenticate(header(this.#headers, "authorization"));
    if (!(answer instanceof Promise)) this.#authenticated(answer);
    else {
      answer.then(
        (late) => this.#authenticated(late),
        (reason) => this.#refuse(BrokerError.from(reason)),
      );
    }
  }

  #authenticated(answer: Authentication): void {
    if (answer.ok) this.#admit(answer.principal);
    else this.#refuse(refusalError(answer.refusal));
  }

  #admit(principal: Principal | undefined): void {
    if (this.stream.closed) {
      this.connection.streamClosed(this.stream, this.arrivedAtMs);
      return;
    }
    try {
      this.#serve(principal);
    } catch (reason) {
      this.#refuse(BrokerError.from(reason));
    }
  }

  #refuse(error: BrokerError): void {
    const method = this.#method;
    const path = method === undefined ? "unknown" : (this.#headers[":path"] ?? "unknown");
    logFailure(this.#context, path, error);
    const durationMs = this.#context.clock.now() - this.arrivedAtMs;
    this.#context.observer.callEnded(path, "grpc", error.code, durationMs);
    const stream = this.stream;
    const closed = () => this.connection.streamClosed(stream, this.arrivedAtMs);
    // The caller may have gone during the look-up.
    if (stream.destroyed) closed();
    else stream.on("close", closed);
    refuse(this.#context, stream, error);
    this.source.standing.refused();
  }

  #serve(principal: Principal | undefined): void {
    const method = this.#method;
    const path = this.#headers[":path"] ?? "";
    if (method === undefined) {
      throw new BrokerError("unknown_method", `unknown method ${path}`);
    }
    checkOpen(this.#context, method.access);
    checkAccess(method.access, principal);
    checkInstance(this.#context.discovery, header(this.#headers, INSTANCE_HEADER));
    const timeoutMs = parseTimeout(header(this.#headers, "grpc-timeout"));
    const setup: CallSetup = {
      context: this.#context,
      connection: this.connection,
      stream: this.stream,
      path,
      call: new ActiveCall(principal, this.connection, this.arrivedAtMs, timeoutMs),
      encoding: parseEncoding(header(this.#headers, "grpc-encoding")),
    };
    if (method.kind === "unary") new UnaryCall(setup, method).start();
    else if (method.kind === "server_streaming") new ServerStreamCall(setup, method).start();
    else serveBidi(setup, method);
  }
}
