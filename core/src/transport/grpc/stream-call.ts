/** Native streams: how server-streaming and bidirectional calls begin. */
import { decodeMessage } from "../../broker/codec/decode.ts";
import { BrokerError } from "../../broker/errors.ts";
import { logFailure } from "../calls/log-failure.ts";
import type { BidiMethod, ServerStreamMethod } from "../calls/method.ts";
import { type Opening, refuse } from "./call-setup.ts";
import { openEnvelope } from "./encoding.ts";
import type { Envelope } from "./envelope.ts";
import { MessageReader } from "./message-reader.ts";
import { OpenStream } from "./open-stream.ts";
import { RequestBody, type RequestOwner } from "./request-body.ts";

/** A server-streaming call: first its request, then what it says. */
export class ServerStreamCall implements RequestOwner {
  readonly #opening: Opening;
  readonly #method: ServerStreamMethod;
  #body: RequestBody | undefined;
  #output: OpenStream | undefined;

  constructor(opening: Opening, method: ServerStreamMethod) {
    this.#opening = opening;
    this.#method = method;
  }

  start(): void {
    const { env, stream, call } = this.#opening;
    const bodyMs = Math.min(call.timeoutMs ?? Infinity, env.limits.requestBodyTimeoutMs);
    stream.on("close", () => this.#closed());
    this.#body = new RequestBody(env, call.arrivedAtMs + bodyMs, this);
    this.#body.start(stream);
  }

  arrived(envelope: Envelope): void {
    const { env, connection, encoding, stream } = this.#opening;
    // An open stream is kept for long: what only its request needed is let go.
    this.#body = undefined;
    stream.removeAllListeners("data");
    stream.removeAllListeners("end");
    connection.order.pass(
      openEnvelope(env, envelope, encoding),
      (bytes) => this.#open(bytes),
      (reason) => this.failed(BrokerError.from(reason)),
    );
  }

  failed(error: BrokerError): void {
    const { env, path, stream, call } = this.#opening;
    logFailure(env, path, error);
    env.observer.callEnded(path, "grpc", error.code, env.clock.now() - call.arrivedAtMs);
    refuse(env, stream, error);
  }

  #open(bytes: Uint8Array): void {
    const { env, stream, call } = this.#opening;
    if (stream.destroyed || call.cancelled) return;
    const request = decodeMessage(this.#method.desc.input, bytes, env.limits.maxRequestFields);
    const source = this.#method.handle(request, call);
    this.#output = new OpenStream(this.#opening, source, true);
    this.#output.inputEnded();
    this.#output.start();
  }

  #closed(): void {
    const { connection, stream, call } = this.#opening;
    connection.streamClosed(stream, call.arrivedAtMs);
    this.#body?.stop();
    this.#output?.closed();
    call.cancel();
  }
}

/** Serves a bidirectional call. */
export function serveBidi(opening: Opening, method: BidiMethod): void {
  const { env, stream, call, encoding, connection } = opening;
  const session = method.handle(call);
  const output = new OpenStream(opening, session.output, false);
  const fail = (error: BrokerError) => output.fail(error);
  const reader = new MessageReader(env, { stream, encoding, session, fail });
  output.onOver = () => {
    reader.stop();
    session.close();
  };
  stream.on("close", () => {
    connection.streamClosed(stream, call.arrivedAtMs);
    output.closed();
  });
  stream.on("end", () => output.inputEnded());
  output.start();
  reader.start();
}
