/** One connection in memory: opens calls, and ends them all when it closes. */
import { fromBinary, type Message, toBinary } from "@bufbuild/protobuf";
import type { Principal } from "../../auth/principal.ts";
import type { Peer } from "../../broker/caller.ts";
import { decodeMessage } from "../../broker/codec/decode.ts";
import { BrokerError } from "../../broker/errors.ts";
import { ActiveCall } from "../calls/active-call.ts";
import { checkAccess, checkInstance, checkOpen, refusalError } from "../calls/admission.ts";
import { atCallerDeadline } from "../calls/caller-deadline.ts";
import { logFailure } from "../calls/log-failure.ts";
import type { Method, UnaryMethod } from "../calls/method.ts";
import type { DiscoveryHeaders } from "../discovery.ts";
import type { MemoryContext } from "./memory-context.ts";
import { MemoryStream } from "./memory-stream.ts";

/** What a call begins with. */
export interface CallHead {
  /** As `/seabird.Seabird/SendMessage`. */
  readonly path: string;
  /** The `authorization` header. */
  readonly authorization: string | undefined;
  /** The caller's own limit; `undefined` if none. */
  readonly timeoutMs: number | undefined;
  /** The header `seabird-instance`. */
  readonly instance?: string | undefined;
}

/** A unary call under way. */
export interface MemoryCall {
  /** Rejects with a BrokerError. Never settles once it was cancelled. */
  readonly reply: Promise<Message>;
  cancel(): void;
}

interface Admitted<M extends Method = Method> {
  readonly method: M;
  readonly call: ActiveCall;
}

export class MemoryConnection implements Peer {
  readonly address: string;
  /** Called once, when the connection has gone. */
  onClosed: (() => void) | undefined;
  readonly #context: MemoryContext;
  readonly #release: () => void;
  readonly #cancels = new Set<() => void>();
  #closed = false;

  constructor(context: MemoryContext, address: string, release: () => void) {
    this.#context = context;
    this.address = address;
    this.#release = release;
  }

  /** The headers of every response, refusals included. */
  get responseHeaders(): DiscoveryHeaders {
    return this.#context.discovery;
  }

  get openCalls(): number {
    return this.#cancels.size;
  }

  isAlive(): Promise<boolean> {
    return Promise.resolve(!this.#closed);
  }

  /** Calls reach their handlers in the order in which they are begun. */
  unary(head: CallHead, request: Uint8Array): MemoryCall {
    const { promise, resolve, reject } = Promise.withResolvers<Message>();
    const begun = this.#begin(head, (admitted) => {
      if (admitted.method.kind !== "unary") throw wrongKind(head.path);
      this.#handle(admitted as Admitted<UnaryMethod>, request).then(
        (reply) => begun.end(() => resolve(reply)),
        (reason) => begun.end(() => reject(this.#failure(head, reason))),
      );
    });
    begun.refused.catch((reason) => reject(this.#failure(head, reason)));
    return { reply: promise, cancel: begun.cancel };
  }

  /** Opens a stream; for a server-streaming method with its one request. */
  stream(head: CallHead, request?: Uint8Array): Promise<MemoryStream> {
    const { promise, resolve, reject } = Promise.withResolvers<MemoryStream>();
    const begun = this.#begin(head, (admitted) => {
      const stream = new MemoryStream(this.#context, admitted, request);
      begun.onCancel(() => stream.close());
      stream.onOver = (error) => {
        begun.end(() => undefined);
        if (error !== undefined) logFailure(this.#context, head.path, error);
      };
      stream.start();
      resolve(stream);
    });
    begun.refused.catch((reason) => reject(this.#failure(head, reason)));
    return promise;
  }

  /** Closes the connection and cancels its calls. Idempotent. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const cancel of [...this.#cancels]) cancel();
    this.#release();
    this.onClosed?.();
  }

  /** Admits a call and hands it on; keeps it among those that end with the connection. */
  #begin(head: CallHead, go: (admitted: Admitted) => void) {
    let over = false;
    let cancelled: (() => void) | undefined;
    const end = (settle: () => void) => {
      if (over) return;
      over = true;
      this.#cancels.delete(cancel);
      settle();
    };
    const cancel = () => end(() => cancelled?.());
    this.#cancels.add(cancel);
    const refused = this.#admit(head).then((admitted) => {
      if (over) return;
      cancelled = () => admitted.call.cancel();
      go(admitted);
    });
    // A refused call is no longer open.
    refused.catch(() => end(() => undefined));
    const onCancel = (then: () => void) => {
      cancelled = then;
    };
    return { refused, cancel, end, onCancel };
  }

  async #admit({ path, authorization, timeoutMs, instance }: CallHead): Promise<Admitted> {
    const { methods, authenticator, clock } = this.#context;
    const arrivedAtMs = clock.now();
    if (this.#closed) throw new BrokerError("cancelled", "the connection has gone");
    const method = methods.get(path);
    let principal: Principal | undefined;
    if (method?.access !== "open") {
      const answer = await authenticator.authenticate(authorization);
      if (!answer.ok) throw refusalError(answer.refusal);
      principal = answer.principal;
    }
    if (method === undefined) throw new BrokerError("unknown_method", `unknown method ${path}`);
    checkOpen(this.#context, method.access);
    checkAccess(method.access, principal);
    checkInstance(this.#context.discovery, instance);
    return { method, call: new ActiveCall(principal, this, arrivedAtMs, timeoutMs) };
  }

  async #handle(admitted: Admitted<UnaryMethod>, bytes: Uint8Array): Promise<Message> {
    const { method, call } = admitted;
    const request = decodeMessage(method.desc.input, bytes, this.#context.limits.maxRequestFields);
    const reply = method.handle(request, call);
    const { output } = method.desc;
    return fromBinary(output, toBinary(output, await this.#inTime(admitted, reply)));
  }

  #inTime({ method, call }: Admitted<UnaryMethod>, reply: Message | Promise<Message>) {
    if (!(reply instanceof Promise) || method.enforcesTimeout === true) return reply;
    const { promise, reject } = Promise.withResolvers<never>();
    const undo = atCallerDeadline(this.#context, call, (error) => {
      call.cancel();
      reject(error);
    });
    return Promise.race([reply, promise]).finally(undo);
  }

  #failure({ path }: CallHead, reason: unknown): BrokerError {
    const error = BrokerError.from(reason);
    logFailure(this.#context, path, error);
    return error;
  }
}

function wrongKind(path: string): BrokerError {
  return new BrokerError("undecodable", `${path} is a stream`);
}
