/** One native unary call. */
import { constants, type ServerHttp2Stream } from "node:http2";
import type { Message } from "@bufbuild/protobuf";
import { decodeMessage } from "../../broker/codec/decode.ts";
import { BrokerError } from "../../broker/errors.ts";
import type { CallOwner } from "../calls/active-call.ts";
import { atCallerDeadline } from "../calls/caller-deadline.ts";
import { encodeReply } from "../calls/encode-reply.ts";
import { logFailure } from "../calls/log-failure.ts";
import type { UnaryMethod } from "../calls/method.ts";
import { NOT_SWEPT, type Sweepable } from "../connections/sweeper.ts";
import { type CallSetup, RESPOND_WITH_TRAILERS, refuse } from "./call-setup.ts";
import { openEnvelope } from "./encoding.ts";
import type { Envelope } from "./envelope.ts";
import { RequestBody, type RequestOwner } from "./request-body.ts";
import { OK_TRAILERS } from "./status-message.ts";

export class UnaryCall implements RequestOwner, CallOwner, Sweepable {
  sweepIndex = NOT_SWEPT;
  readonly #setup: CallSetup;
  readonly #method: UnaryMethod;
  readonly #body: RequestBody;
  #undoDeadline: (() => void) | undefined;
  /** Until when a caller has to have taken its answer. */
  #replyEndMs = 0;
  #over = false;

  constructor(setup: CallSetup, method: UnaryMethod) {
    this.#setup = setup;
    this.#method = method;
    const { context, call } = setup;
    const bodyMs = Math.min(call.timeoutMs ?? Infinity, context.limits.requestBodyTimeoutMs);
    this.#body = new RequestBody(context, { call, deadlineMs: call.arrivedAtMs + bodyMs }, this);
  }

  start(): void {
    const { stream, context, connection, call } = this.#setup;
    context.state.openCalls += 1;
    call.count(connection.shares, context.limits.callBytes, this);
    stream.on("close", () => this.#closed());
    this.#body.start(stream);
  }

  arrived(envelope: Envelope): void {
    const { connection, encoding, context } = this.#setup;
    context.ticks.messageArrived();
    const message = openEnvelope(context, envelope, encoding, this.#body);
    if (connection.order.isFree && !(message instanceof Promise)) this.#handle(message);
    else {
      connection.order.pass(
        message,
        (bytes) => this.#handle(bytes),
        (reason) => this.failed(BrokerError.from(reason)),
      );
    }
  }

  #handle(bytes: Uint8Array): void {
    if (this.#over) return;
    try {
      const { maxRequestFields } = this.#setup.context.limits;
      const request = decodeMessage(this.#method.desc.input, bytes, maxRequestFields);
      this.#body.handled();
      const reply = this.#method.handle(request, this.#setup.call);
      if (!(reply instanceof Promise)) {
        this.#reply(reply);
        return;
      }
      this.#watchDeadline();
      reply.then(
        (message) => this.#reply(message),
        (reason) => this.failed(BrokerError.from(reason)),
      );
    } catch (reason) {
      this.failed(BrokerError.from(reason));
    }
  }

  #watchDeadline(): void {
    const { call, context } = this.#setup;
    if (call.timeoutMs === undefined || this.#method.enforcesTimeout === true) return;
    this.#undoDeadline = atCallerDeadline(context, call, (error) => {
      this.failed(error);
      call.cancel();
    });
  }

  #reply(message: Message): void {
    if (this.#over) return;
    const { context, stream } = this.#setup;
    let envelope: Buffer;
    try {
      envelope = encodeReply(this.#method, message);
    } catch (reason) {
      this.failed(BrokerError.from(reason));
      return;
    }
    this.#end("ok");
    if (stream.destroyed || stream.closed) return;
    this.#setup.call.hold(envelope.length);
    this.#replyEndMs = context.clock.now() + context.limits.replyTimeoutMs;
    context.sweeper.add(this);
    stream.respond(context.grpcHeaders.list, RESPOND_WITH_TRAILERS);
    stream.on("wantTrailers", sendOk);
    stream.end(envelope);
  }

  /** Resets a call whose caller does not take the answer. */
  sweep(nowMs: number): void {
    if (nowMs < this.#replyEndMs) return;
    this.#setup.context.log.debug({}, "call reset: its peer does not take the answer");
    this.#reset();
  }

  /** What is over, and still holds something, is an answer that is not taken. */
  evicted(error: BrokerError): void {
    if (this.#over) {
      this.#reset();
      return;
    }
    this.failed(error);
    this.#setup.call.cancel();
  }

  #reset(): void {
    const { context, stream } = this.#setup;
    context.sweeper.delete(this);
    stream.close(constants.NGHTTP2_ENHANCE_YOUR_CALM);
  }

  failed(error: BrokerError): void {
    if (this.#over) return;
    this.#end(error.code);
    logFailure(this.#setup.context, this.#setup.path, error);
    refuse(this.#setup.context, this.#setup.stream, error);
  }

  #closed(): void {
    const { connection, call, context, stream } = this.#setup;
    connection.streamClosed(stream, call.arrivedAtMs);
    call.release();
    context.sweeper.delete(this);
    if (this.#over) return;
    this.#end("cancelled");
    call.cancel();
  }

  #end(outcome: Parameters<CallSetup["context"]["observer"]["callEnded"]>[2]): void {
    const { context, path, call } = this.#setup;
    this.#over = true;
    this.#body.stop();
    this.#body.handled();
    this.#undoDeadline?.();
    context.state.openCalls -= 1;
    context.observer.callEnded(path, "grpc", outcome, context.clock.now() - call.arrivedAtMs);
  }
}

function sendOk(this: ServerHttp2Stream): void {
  this.sendTrailers(OK_TRAILERS);
}
