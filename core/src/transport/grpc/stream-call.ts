/** Opens native server-streaming and bidirectional calls. */
import { decodeMessage } from "../../broker/codec/decode.ts";
import { BrokerError } from "../../broker/errors.ts";
import type { CallOwner } from "../calls/active-call.ts";
import { logFailure } from "../calls/log-failure.ts";
import type { BidiMethod, ServerStreamMethod } from "../calls/method.ts";
import { type CallSetup, refuse } from "./call-setup.ts";
import { openEnvelope } from "./encoding.ts";
import type { Envelope } from "./envelope.ts";
import { MessageReader } from "./message-reader.ts";
import { OpenStream } from "./open-stream.ts";
import { RequestBody, type RequestOwner } from "./request-body.ts";

/** A server-streaming call: first its request, then its messages. */
export class ServerStreamCall implements RequestOwner, CallOwner {
  readonly #setup: CallSetup;
  readonly #method: ServerStreamMethod;
  readonly #body: RequestBody;
  #output: OpenStream | undefined;
  /** It may be evicted while its request is read, which fails then. */
  #failed = false;

  constructor(setup: CallSetup, method: ServerStreamMethod) {
    this.#setup = setup;
    this.#method = method;
    const { context, call } = setup;
    const bodyMs = Math.min(call.timeoutMs ?? Infinity, context.limits.requestBodyTimeoutMs);
    this.#body = new RequestBody(context, { call, deadlineMs: call.arrivedAtMs + bodyMs }, this);
  }

  start(): void {
    const { context, stream, call, connection } = this.#setup;
    call.count(connection.shares, context.limits.callBytes, this);
    stream.on("close", () => this.#closed());
    this.#body.start(stream);
  }

  arrived(envelope: Envelope): void {
    const { context, connection, encoding, stream } = this.#setup;
    // An open stream lives long: free what only its request needed.
    stream.removeAllListeners("data");
    stream.removeAllListeners("end");
    connection.order.pass(
      openEnvelope(context, envelope, encoding, this.#body),
      (bytes) => this.#open(bytes),
      (reason) => this.failed(BrokerError.from(reason)),
    );
  }

  evicted(error: BrokerError): void {
    if (this.#output !== undefined) this.#output.fail(error);
    else this.failed(error);
    this.#setup.call.cancel();
  }

  failed(error: BrokerError): void {
    if (this.#failed) return;
    this.#failed = true;
    const { context, path, stream, call } = this.#setup;
    this.#body.stop();
    this.#body.handled();
    logFailure(context, path, error);
    context.observer.callEnded(path, "grpc", error.code, context.clock.now() - call.arrivedAtMs);
    refuse(context, stream, error);
  }

  #open(bytes: Uint8Array): void {
    const { context, stream, call } = this.#setup;
    if (stream.destroyed || call.cancelled) return;
    const request = decodeMessage(this.#method.desc.input, bytes, context.limits.maxRequestFields);
    this.#body.handled();
    const source = this.#method.handle(request, call);
    this.#output = new OpenStream(this.#setup, source, true);
    this.#output.inputEnded();
    this.#output.start();
  }

  #closed(): void {
    const { connection, stream, call } = this.#setup;
    connection.streamClosed(stream, call.arrivedAtMs);
    this.#body.stop();
    this.#body.handled();
    call.release();
    this.#output?.closed();
    call.cancel();
  }
}

/** Serves a bidirectional call. */
export function serveBidi(setup: CallSetup, method: BidiMethod): void {
  const { context, stream, call, encoding, connection } = setup;
  const session = method.handle(call);
  const output = new OpenStream(setup, session.output, false);
  const fail = (error: BrokerError) => output.fail(error);
  call.count(connection.shares, context.limits.callBytes, { evicted: fail });
  const reader = new MessageReader(context, { stream, call, encoding, session, fail });
  output.onOver = () => {
    reader.stop();
    session.close();
  };
  stream.on("close", () => {
    connection.streamClosed(stream, call.arrivedAtMs);
    output.closed();
    call.release();
  });
  stream.on("end", () => output.inputEnded());
  output.start();
  reader.start();
}
