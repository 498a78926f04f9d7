/**
 * Encodes answers and errors with Connect's library, for Connect and gRPC-Web, in JSON or binary.
 * A ConnectCall computes the answer before; the handlers here only return it, and the request's
 * body that they read is an empty message.
 */
import type { DescMethod, Message } from "@bufbuild/protobuf";
import {
  ConnectError,
  createConnectRouter,
  createContextKey,
  createContextValues,
  type HandlerContext,
  type MethodImpl,
} from "@connectrpc/connect";
import type {
  UniversalHandler,
  UniversalServerRequest,
  UniversalServerResponse,
} from "@connectrpc/connect/protocol";
import { cutUtf8 } from "@seabird-chat/protocol";
import { BrokerError } from "../../broker/errors.ts";
import type { Method } from "../calls/method.ts";
import type { TransportLimits } from "../limits.ts";
import { grpcStatusOf } from "../status.ts";
import type { Answer } from "./connect-call.ts";

const answerKey = createContextKey<Answer | undefined>(undefined);

export class ConnectRouterTable {
  readonly #handlers = new Map<string, UniversalHandler>();
  readonly #limits: TransportLimits;

  constructor(methods: Iterable<Method>, limits: TransportLimits) {
    this.#limits = limits;
    const router = createConnectRouter({ grpc: false, readMaxBytes: limits.maxMessageBytes });
    for (const desc of new Set([...methods].map((method) => method.desc))) {
      router.rpc(desc, this.#implementation(desc));
    }
    for (const handler of router.handlers) this.#handlers.set(handler.requestPath, handler);
  }

  get(path: string): UniversalHandler | undefined {
    return this.#handlers.get(path);
  }

  /** Any handler of that kind, to encode an error. */
  substitute(kind: Method["kind"]): UniversalHandler | undefined {
    for (const handler of this.#handlers.values()) {
      if (handler.method.methodKind === kind) return handler;
    }
    return undefined;
  }

  /** Encodes an answer in the request's format. */
  respond(
    handler: UniversalHandler,
    request: Omit<UniversalServerRequest, "contextValues">,
    answer: Answer | undefined,
  ): Promise<UniversalServerResponse> {
    const contextValues = createContextValues().set(answerKey, answer);
    return handler({ ...request, contextValues });
  }

  #implementation(desc: DescMethod): MethodImpl<DescMethod> {
    const impl =
      desc.methodKind === "unary"
        ? (_request: unknown, context: HandlerContext) => this.#message(context)
        : (_requests: unknown, context: HandlerContext) => this.#messages(context);
    return impl as MethodImpl<DescMethod>;
  }

  #message(context: HandlerContext): Message {
    const answer = context.values.get(answerKey);
    if (answer?.kind === "message") return answer.message;
    throw this.#connectError(answer?.kind === "error" ? answer.error : undefined);
  }

  async *#messages(context: HandlerContext): AsyncGenerator<Message> {
    const answer = context.values.get(answerKey);
    try {
      if (answer === undefined || answer.kind === "message") throw undefined;
      if (answer.kind === "error") throw answer.error;
      yield* answer.stream.messages();
    } catch (reason) {
      throw this.#connectError(reason);
    }
  }

  #connectError(reason: unknown): ConnectError {
    const error = BrokerError.from(reason);
    const text = cutUtf8(error.message.toWellFormed(), this.#limits.maxStatusMessageBytes);
    const metadata = new Headers();
    if (error.retryAfterMs !== undefined) {
      metadata.set("retry-after-ms", String(Math.ceil(error.retryAfterMs)));
    }
    if (error.code === "unknown_encoding") metadata.set("grpc-accept-encoding", "gzip");
    return new ConnectError(text, grpcStatusOf(error.code), metadata);
  }
}
