/**
 * One call by Connect or gRPC-Web, up to its answer, which `connect-router.ts` encodes. Admission,
 * limits and handlers are those of native gRPC.
 */
import { type Message, toBinary } from "@bufbuild/protobuf";
import { INSTANCE_HEADER } from "@seabird-chat/protocol";
import { BrokerError, timedOut } from "../../broker/errors.ts";
import { ActiveCall, type CallOwner } from "../calls/active-call.ts";
import { checkAccess, checkInstance, checkOpen, refusalError } from "../calls/admission.ts";
import { BufferAccounting } from "../calls/buffer-accounting.ts";
import { atCallerDeadline } from "../calls/caller-deadline.ts";
import { logFailure } from "../calls/log-failure.ts";
import type { BidiMethod, Method, Session, UnaryMethod } from "../calls/method.ts";
import type { Encoding } from "../grpc/encoding.ts";
import { MessageReader } from "../grpc/message-reader.ts";
import { parseTimeout } from "../grpc/timeout.ts";
import { type Exchange, requestHeader, reset } from "../http/exchange.ts";
import type { ServerContext } from "../server-context.ts";
import { collectBody } from "./collect-body.ts";
import { messageBytes, parseMessage, requestEncoding } from "./decode-request.ts";
import { MessageStream } from "./message-stream.ts";
import type { RequestKind } from "./request-kind.ts";

/** The answer of a call, not yet encoded. */
export type Answer =
  | { readonly kind: "message"; readonly message: Message }
  | { readonly kind: "stream"; readonly stream: MessageStream }
  | { readonly kind: "error"; readonly error: BrokerError };

export class ConnectCall implements CallOwner {
  readonly kind: RequestKind;
  readonly #context: ServerContext;
  readonly #exchange: Exchange;
  readonly #method: Method | undefined;
  readonly #arrivedAtMs: number;
  readonly #undo: (() => void)[] = [];
  #active: ActiveCall | undefined;
  #stream: MessageStream | undefined;
  #session: Session | undefined;
  #reader: MessageReader | undefined;
  #outcome: BrokerError | undefined;
  #over = false;

  constructor(
    context: ServerContext,
    exchange: Exchange,
    kind: RequestKind,
    method: Method | undefined,
  ) {
    this.#context = context;
    this.#exchange = exchange;
    this.kind = kind;
    this.#method = method;
    this.#arrivedAtMs = context.clock.now();
    context.state.openCalls += 1;
    if (this.#isServerStream) context.state.openStreams += 1;
  }

  get #isServerStream(): boolean {
    return this.#method?.kind === "server_streaming";
  }

  /** Never rejects: an error is an answer too. */
  async answer(): Promise<Answer> {
    try {
      return await this.#admitAndHandle();
    } catch (reason) {
      this.#outcome = BrokerError.from(reason);
      // Without a token what cannot be read counts too.
      if (this.#active?.principal === undefined) this.#exchange.source.standing.refused();
      return { kind: "error", error: this.#outcome };
    }
  }

  /** So many bytes of an answer are on their way to a peer that may not take them. */
  holdReply(bytes: number): void {
    this.#active?.hold(bytes);
  }

  evicted(error: BrokerError): void {
    this.#outcome ??= error;
    if (this.#stream === undefined) reset(this.#exchange);
    else this.#stream.fail(error);
  }

  /** The exchange is over, complete or not. Idempotent. */
  end(complete: boolean): void {
    if (this.#over) return;
    this.#over = true;
    const context = this.#context;
    for (const undo of this.#undo) undo();
    this.#outcome ??= this.#stream?.outcome;
    this.#stream?.close();
    this.#reader?.stop();
    this.#session?.close();
    this.#active?.cancel();
    this.#active?.release();
    context.state.openCalls -= 1;
    if (this.#isServerStream) context.state.openStreams -= 1;
    const path = this.#method === undefined ? "unknown" : this.#exchange.path;
    const outcome = this.#outcome?.code ?? (complete ? "ok" : "cancelled");
    context.observer.callEnded(
      path,
      this.kind.wire,
      outcome,
      context.clock.now() - this.#arrivedAtMs,
    );
    if (this.#outcome !== undefined) logFailure(context, path, this.#outcome);
  }

  async #admitAndHandle(): Promise<Answer> {
    const method = this.#method;
    const { connection, source, path } = this.#exchange;
    const principal =
      method?.access === "open"
        ? undefined
        : admitted(
            await source.authCache.authenticate(requestHeader(this.#exchange, "authorization")),
          );
    if (method === undefined) throw new BrokerError("unknown_method", `unknown method ${path}`);
    checkOpen(this.#context, method.access);
    checkAccess(method.access, principal);
    checkInstance(this.#context.discovery, requestHeader(this.#exchange, INSTANCE_HEADER));
    const timeoutMs = callerTimeout(this.#exchange, this.kind);
    const encoding = requestEncoding(this.#exchange, this.kind);
    const call = new ActiveCall(principal, connection, this.#arrivedAtMs, timeoutMs);
    this.#active = call;
    if (this.#over) call.cancel();
    else call.count(connection.shares, this.#context.limits.callBytes, this);
    if (method.kind === "bidi_streaming") return this.#openSession(method, call, encoding);
    return this.#handleOne(method, call, encoding);
  }

  async #handleOne(
    method: Exclude<Method, { kind: "bidi_streaming" }>,
    call: ActiveCall,
    encoding: Encoding,
  ): Promise<Answer> {
    const { requestBodyTimeoutMs, maxRequestFields } = this.#context.limits;
    const bodyMs = Math.min(call.timeoutMs ?? Infinity, requestBodyTimeoutMs);
    const buffered = new BufferAccounting(this.#context, call);
    this.#atEnd(() => buffered.handled());
    const deadlineMs = this.#arrivedAtMs + bodyMs;
    const bounds = { call, buffered, deadlineMs };
    const body = await collectBody(this.#context, this.#exchange, this.kind, bounds);
    const bytes = messageBytes(this.#context, body, this.kind, encoding, buffered);
    return new Promise((resolve, reject) => {
      this.#exchange.connection.order.pass(
        bytes,
        (message) => {
          if (this.#over) throw new BrokerError("cancelled", "the caller has gone");
          const request = parseMessage(
            method.desc.input,
            message,
            maxRequestFields,
            this.kind.json,
          );
          buffered.handled();
          if (method.kind === "unary") resolve(this.#unary(method, request, call));
          else resolve(this.#openStream(method.handle(request, call), method));
        },
        reject,
      );
    });
  }

  async #unary(method: UnaryMethod, request: Message, call: ActiveCall): Promise<Answer> {
    const reply = method.handle(request, call);
    if (!(reply instanceof Promise)) return { kind: "message", message: reply };
    if (method.enforcesTimeout !== true) {
      const expired = new Promise<never>((_resolve, reject) => this.#atDeadline(call, reject));
      return { kind: "message", message: await Promise.race([reply, expired]) };
    }
    return { kind: "message", message: await reply };
  }

  #openSession(method: BidiMethod, call: ActiveCall, encoding: Encoding): Answer {
    const session = method.handle(call);
    this.#session = session;
    const answer = this.#openStream(session.output, method);
    const { maxFields = this.#context.limits.maxRequestFields } = session;
    const reader = new MessageReader(this.#context, {
      stream: this.#exchange.request,
      call,
      encoding,
      session,
      ...(this.kind.json ? { translate: (json) => fromJson(method, json, maxFields) } : {}),
      fail: (error) => answer.stream.fail(error),
    });
    answer.stream.onEnding = () => reader.stop();
    this.#reader = reader;
    if (!this.#over) reader.start();
    return answer;
  }

  #openStream(source: Session["output"], method: Method): Extract<Answer, { kind: "stream" }> {
    const context = this.#context;
    const stream = new MessageStream(source, method.desc.output, () => context.clock.now());
    this.#stream = stream;
    const principal = this.#active?.principal;
    if (principal !== undefined) {
      const undo = context.authenticator.onEnd(principal, (refusal) =>
        stream.fail(refusalError(refusal)),
      );
      this.#atEnd(undo);
    }
    if (this.#active !== undefined) this.#atDeadline(this.#active, (error) => stream.fail(error));
    if (this.#over) stream.close();
    return { kind: "stream", stream };
  }

  #atDeadline(call: ActiveCall, then: (error: BrokerError) => void): void {
    this.#atEnd(atCallerDeadline(this.#context, call, then));
  }

  #atEnd(undo: () => void): void {
    if (this.#over) undo();
    else this.#undo.push(undo);
  }
}

function fromJson({ desc }: BidiMethod, json: Uint8Array, maxFields: number): Uint8Array {
  return toBinary(desc.input, parseMessage(desc.input, json, maxFields, true));
}

function admitted(answer: Awaited<ReturnType<Exchange["source"]["authCache"]["authenticate"]>>) {
  if (!answer.ok) throw refusalError(answer.refusal);
  return answer.principal;
}

/** The caller's own limit in milliseconds. Throws `bad_timeout`, or `request_timeout` if it is over. */
function callerTimeout(exchange: Exchange, kind: RequestKind): number | undefined {
  if (kind.wire === "grpc_web") return parseTimeout(requestHeader(exchange, "grpc-timeout"));
  const value = requestHeader(exchange, "connect-timeout-ms");
  if (value === undefined) return undefined;
  if (!/^[0-9]{1,10}$/.test(value)) {
    throw new BrokerError("bad_timeout", "malformed connect-timeout-ms");
  }
  if (Number(value) === 0) throw timedOut();
  return Number(value);
}
