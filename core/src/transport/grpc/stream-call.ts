/** One native stream: what server-streaming and bidirectional calls have in common. */
import { BrokerError } from "../../broker/errors.ts";
import type { Source } from "../../broker/source.ts";
import { refusalError } from "../admission.ts";
import { logFailure } from "../log-failure.ts";
import { decodeMessage } from "../messages.ts";
import type { BidiMethod, ServerStreamMethod } from "../method.ts";
import { openEnvelope } from "./encoding.ts";
import type { Envelope } from "./envelope.ts";
import { MessageReader } from "./message-reader.ts";
import { type Opening, RESPONSE_HEADERS, refuse } from "./opening.ts";
import { Pump } from "./pump.ts";
import { RequestBody } from "./request-body.ts";

const MAX_TIMER_MS = 2 ** 31 - 1;

/** Serves a server-streaming call, once its request has arrived. */
export function serveServerStream(opening: Opening, method: ServerStreamMethod): void {
  const { env, stream, call, encoding, connection } = opening;
  const { requestBodyTimeoutMs, maxMessageBytes } = env.limits;
  const open = (bytes: Uint8Array) => {
    if (stream.destroyed || call.cancelled) return;
    const output = new OpenStream(opening, true);
    output.inputEnded();
    output.start(method.handle(decodeMessage(method.desc.input, bytes), call));
  };
  const owner = {
    arrived: (envelope: Envelope) =>
      connection.order.pass(openEnvelope(envelope, encoding, maxMessageBytes), open, (reason) =>
        owner.failed(BrokerError.from(reason)),
      ),
    failed: (error: BrokerError) => {
      logFailure(env, opening.path, error);
      const durationMs = env.clock.now() - call.arrivedAtMs;
      env.observer.callEnded(opening.path, "grpc", error.code, durationMs);
      refuse(env, stream, error);
    },
  };
  const bodyMs = Math.min(call.timeoutMs ?? Infinity, requestBodyTimeoutMs);
  const body = new RequestBody(env, call.arrivedAtMs + bodyMs, owner);
  stream.once("close", () => {
    connection.streamClosed(stream, call.arrivedAtMs);
    body.stop();
    call.cancel();
  });
  body.start(stream);
}

/** Serves a bidirectional call. */
export function serveBidi(opening: Opening, method: BidiMethod): void {
  const { env, stream, call, encoding, connection } = opening;
  stream.once("close", () => connection.streamClosed(stream, call.arrivedAtMs));
  const output = new OpenStream(opening, false);
  const session = method.handle(call);
  const reader = new MessageReader(env, stream, encoding, session, (error) => output.fail(error));
  output.onOver = () => {
    reader.stop();
    session.close();
  };
  stream.once("end", () => output.inputEnded());
  output.start(session.output);
  reader.start();
}

/** An open stream: ends with its source, its token, its deadline or its peer. */
class OpenStream {
  /** Called once, when the stream is over for whatever reason. */
  onOver: (() => void) | undefined;
  readonly #opening: Opening;
  readonly #undo: (() => void)[] = [];
  readonly #isServerStream: boolean;
  #pump: Pump | undefined;
  #inputEnded = false;
  #over = false;

  constructor(opening: Opening, isServerStream: boolean) {
    this.#opening = opening;
    this.#isServerStream = isServerStream;
  }

  /** The peer has half-closed. */
  inputEnded(): void {
    this.#inputEnded = true;
    this.#pump?.inputEnded();
  }

  start(source: Source): void {
    const { env, stream, call } = this.#opening;
    env.state.openCalls += 1;
    if (this.#isServerStream) env.state.openStreams += 1;
    const pump = new Pump(env, stream, source, () => this.#end());
    this.#pump = pump;
    if (this.#inputEnded) pump.inputEnded();
    stream.once("aborted", () => pump.close());
    stream.once("close", () => pump.close());
    this.#watchToken();
    this.#watchDeadline();
    pump.start(RESPONSE_HEADERS);
    if (stream.destroyed || call.cancelled) pump.close();
  }

  fail(error: BrokerError): void {
    this.#pump?.finish(error);
  }

  #watchToken(): void {
    const { env, call } = this.#opening;
    if (call.principal === undefined) return;
    this.#undo.push(
      env.authenticator.onEnd(call.principal, (refusal) => this.fail(refusalError(refusal))),
    );
  }

  #watchDeadline(): void {
    const { env, call } = this.#opening;
    if (call.timeoutMs === undefined) return;
    const leftMs = Math.max(0, call.arrivedAtMs + call.timeoutMs - env.clock.now());
    if (leftMs > MAX_TIMER_MS) return;
    const timer = setTimeout(() => {
      this.fail(new BrokerError("request_timeout", "request timed out"));
    }, leftMs);
    this.#undo.push(() => clearTimeout(timer));
  }

  #end(): void {
    if (this.#over) return;
    this.#over = true;
    const { env, path, call } = this.#opening;
    const outcome = this.#pump?.outcome;
    for (const undo of this.#undo) undo();
    env.state.openCalls -= 1;
    if (this.#isServerStream) env.state.openStreams -= 1;
    this.onOver?.();
    call.cancel();
    if (outcome?.error !== undefined) logFailure(env, path, outcome.error);
    const code = outcome === undefined ? "cancelled" : (outcome.error?.code ?? "ok");
    env.observer.callEnded(path, "grpc", code, env.clock.now() - call.arrivedAtMs);
  }
}
