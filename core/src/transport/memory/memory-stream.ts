/** An open stream in memory, which ends with its source, its token, its deadline or its caller. */
import type { Message } from "@bufbuild/protobuf";
import { decodeMessage } from "../../broker/codec/decode.ts";
import { BrokerError } from "../../broker/errors.ts";
import type { Source } from "../../broker/streams/source.ts";
import type { ActiveCall } from "../calls/active-call.ts";
import { refusalError } from "../calls/admission.ts";
import { atCallerDeadline } from "../calls/caller-deadline.ts";
import type { Method, Session } from "../calls/method.ts";
import { MessageStream } from "../connect/message-stream.ts";
import type { MemoryContext } from "./memory-context.ts";

export class MemoryStream {
  /** Called once, when the stream is over for whatever reason. */
  onOver: ((error: BrokerError | undefined) => void) | undefined;
  readonly #context: MemoryContext;
  readonly #call: ActiveCall;
  readonly #session: Session | undefined;
  readonly #stream: MessageStream;
  readonly #undo: (() => void)[] = [];
  #over = false;

  constructor(
    context: MemoryContext,
    { method, call }: { readonly method: Method; readonly call: ActiveCall },
    request: Uint8Array | undefined,
  ) {
    this.#context = context;
    this.#call = call;
    if (method.kind === "unary") throw new BrokerError("undecodable", "the call is no stream");
    let output: Source;
    if (method.kind === "bidi_streaming") {
      this.#session = method.handle(call);
      output = this.#session.output;
    } else output = events(context, method, call, request);
    this.#stream = new MessageStream(output, method.desc.output, () => context.clock.now());
  }

  start(): void {
    const { principal } = this.#call;
    const fail = (error: BrokerError) => this.#stream.fail(error);
    if (principal !== undefined) {
      const { authenticator } = this.#context;
      this.#undo.push(authenticator.onEnd(principal, (refusal) => fail(refusalError(refusal))));
    }
    this.#undo.push(atCallerDeadline(this.#context, this.#call, fail));
  }

  /** Core's messages in order; throws the BrokerError that ends the stream. */
  async *messages(): AsyncGenerator<Message, void, void> {
    try {
      yield* this.#stream.messages();
    } finally {
      this.close();
    }
  }

  /** Takes one message of the caller. Resolves when it may send the next one. */
  async send(message: Uint8Array): Promise<void> {
    if (this.#over) return;
    try {
      await this.#session?.receive(message);
    } catch (reason) {
      this.#stream.fail(BrokerError.from(reason));
    }
  }

  /** The caller sends no more messages. */
  halfClose(): void {
    if (this.#over) return;
    try {
      this.#session?.finish();
    } catch (reason) {
      this.#stream.fail(BrokerError.from(reason));
    }
  }

  /** The caller reads no further. Idempotent. */
  close(): void {
    if (this.#over) return;
    this.#over = true;
    for (const undo of this.#undo) undo();
    const { outcome } = this.#stream;
    this.#stream.close();
    this.#session?.close();
    this.#call.cancel();
    this.onOver?.(outcome);
  }
}

function events(
  context: MemoryContext,
  method: Extract<Method, { kind: "server_streaming" }>,
  call: ActiveCall,
  request: Uint8Array | undefined,
): Source {
  if (request === undefined) {
    throw new BrokerError("undecodable", "expected exactly one request message");
  }
  const message = decodeMessage(method.desc.input, request, context.limits.maxRequestFields);
  return method.handle(message, call);
}
