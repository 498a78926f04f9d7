/**
 * Encodes answers and errors with Connect's library, for Connect and gRPC-Web, in JSON or binary.
 * A ConnectCall computes the answer before; the handlers here only return it, and the request's
 * body that they read is an empty message.
 */
import { create, type DescMethod, type Message } from "@bufbuild/protobuf";
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
import { ENVELOPE_BYTES, envelope } from "../../broker/codec/envelope.ts";
import { BrokerError } from "../../broker/errors.ts";
import { sharedBytes } from "../calls/encode-reply.ts";
import type { Method, UnaryMethod } from "../calls/method.ts";
import { pathOf } from "../calls/method-table.ts";
import type { TransportLimits } from "../limits.ts";
import { grpcStatusOf } from "../status.ts";
import type { Answer } from "./connect-call.ts";
import type { RequestKind } from "./request-kind.ts";

const answerKey = createContextKey<Answer | undefined>(undefined);

export class ConnectRouterTable {
  readonly #handlers = new Map<string, UniversalHandler>();
  readonly #limits: TransportLimits;
  /** The methods whose replies are encoded once for many calls, by path. */
  readonly #sharing = new Map<string, UnaryMethod>();

  constructor(methods: Iterable<Method>, limits: TransportLimits) {
    this.#limits = limits;
    const router = createConnectRouter({ grpc: false, readMaxBytes: limits.maxMessageBytes });
    const all = [...methods];
    for (const desc of new Set(all.map((method) => method.desc))) {
      router.rpc(desc, this.#implementation(desc));
    }
    for (const handler of router.handlers) this.#handlers.set(handler.requestPath, handler);
    for (const method of all) {
      if (method.kind === "unary" && method.shares !== undefined) {
        this.#sharing.set(pathOf(method), method);
      }
    }
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
  async respond(
    handler: UniversalHandler,
    request: Omit<UniversalServerRequest, "contextValues">,
    answer: Answer | undefined,
    kind: RequestKind,
  ): Promise<UniversalServerResponse> {
    const method = this.#sharing.get(handler.requestPath);
    if (method !== undefined && answer?.kind === "message") {
      const empty = create(method.desc.output);
      const contextValues = createContextValues().set(answerKey, { ...answer, message: empty });
      const around = await handler({ ...request, contextValues });
      return withMessage(around, sharedBytes(method, answer.message, kind.json), kind);
    }
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

/** Bytes of an empty message in JSON. */
const EMPTY_JSON_BYTES = "{}".length;

/** The response to a unary call with this message instead of the empty one in it. */
function withMessage(
  response: UniversalServerResponse,
  message: Uint8Array,
  { enveloped, json }: RequestKind,
): UniversalServerResponse {
  const emptyBytes = (json ? EMPTY_JSON_BYTES : 0) + (enveloped ? ENVELOPE_BYTES : 0);
  const first = enveloped ? envelope(message) : message;
  const header = new Headers(response.header);
  if (header.has("content-length")) header.set("content-length", `${first.length}`);
  return { ...response, header, body: replaceFirst(response.body, emptyBytes, first) };
}

async function* replaceFirst(
  body: UniversalServerResponse["body"],
  bytes: number,
  first: Uint8Array,
): AsyncGenerator<Uint8Array> {
  yield first;
  let left = bytes;
  for await (const chunk of body ?? []) {
    const rest = chunk.subarray(Math.min(left, chunk.length));
    left -= chunk.length - rest.length;
    if (rest.length > 0) yield rest;
  }
}
