/**
 * An action that has begun: it ends once, with the answer that makes its response, or with an
 * error. The request of a send is not held here, since it would live as long as the answer takes.
 */
import { create, type Message } from "@bufbuild/protobuf";
import {
  type ChatEvent,
  parseId,
  type SendMessageResponse,
  type SendResult,
} from "@seabird-chat/protocol";
import type { ActionKind } from "../actions.ts";
import { encodeEvent, type PublishedInner } from "../codec/encode-event.ts";
import { STATUS_BY_CODE } from "../error-status.ts";
import { BrokerError, type ErrorCode } from "../errors.ts";
import type { Backend } from "../registries/backends.ts";
import type { ActionDraft, ActionRunnerDeps, Announced } from "./action-draft.ts";
import { eventMeta } from "./action-steps.ts";
import type { KeyedSend, SendCall, SendRequest } from "./keyed-send.ts";
import type { Withdraw } from "./request-queue.ts";
import { answerTooLarge, unexpectedAnswer } from "./requests.ts";
import type { AnyActionRow } from "./rows/action-row.ts";
import { sendResult } from "./send-result.ts";

/** How the caller learns of the end. */
export interface Settle {
  resolve(response: Message): void;
  reject(error: BrokerError): void;
}

export class RunningAction {
  readonly #deps: ActionRunnerDeps;
  readonly #kind: ActionKind;
  readonly #row: AnyActionRow;
  readonly #arrivedAtMs: number;
  readonly #mayPrivate: boolean;
  readonly #settle: Settle;
  #backend: Backend | undefined;
  #announced: Announced | undefined;
  #degraded: readonly string[] = [];
  /** Only of an action that is announced once it is done. */
  #kept: ActionDraft | undefined;
  #keptBytes = 0;

  constructor(deps: ActionRunnerDeps, draft: ActionDraft, settle: Settle) {
    this.#deps = deps;
    this.#kind = draft.kind;
    this.#row = draft.row;
    this.#arrivedAtMs = draft.call.arrivedAtMs;
    this.#mayPrivate = draft.call.caller.mayPrivate;
    this.#settle = settle;
  }

  /** Asks the backend, and waits for its answer. Throws `unknown_backend`. */
  ask(draft: ActionDraft): void {
    const { backend, encoded, call, deadlineMs } = draft;
    this.#backend = backend;
    this.#announced = draft.announced;
    this.#degraded = draft.degraded;
    if (backend === undefined || encoded === undefined) {
      throw new BrokerError("unknown_backend", this.#row.absentMessage);
    }
    const { id, bytes } = encoded;
    draft.encoded = undefined;
    this.#keep(draft, bytes.length, backend);
    const withdraw = backend.send(bytes, call);
    if (draft.send !== undefined) {
      draft.send.ask(this.#sendRequest(id, backend, withdraw), this.#sendCall(draft));
      return;
    }
    const answered = (event: ChatEvent): void => this.#answered(event, backend);
    const failed = (error: BrokerError): void => this.failed(error);
    const limit = { deadlineMs, call };
    backend.requests.wait({ id, limit, answered, failed }, withdraw);
  }

  /** Takes the outcome of a send that is remembered, without asking its backend. */
  repeat(send: KeyedSend, draft: ActionDraft): void {
    this.#backend = draft.backend;
    send.repeat(this.#sendCall(draft));
  }

  #sendRequest(id: string, backend: Backend, withdraw: Withdraw): SendRequest {
    const { requests } = backend;
    const responseSchema = this.#row.rpc.output;
    const read = (event: ChatEvent): Message => this.#read(event, backend);
    return { id, requests, responseSchema, read, withdraw };
  }

  #sendCall({ deadlineMs, call }: ActionDraft): SendCall {
    const responded = (response: Message): void => this.#responded(response);
    const failed = (error: BrokerError): void => this.failed(error);
    return { deadlineMs, call, responded, failed };
  }

  #keep(draft: ActionDraft, bytes: number, backend: Backend): void {
    if (this.#row.announceDone === undefined) return;
    this.#kept = draft;
    this.#keptBytes = bytes;
    backend.keptBytes += bytes;
    draft.call.hold?.(bytes);
  }

  #answered(event: ChatEvent, backend: Backend): void {
    let response: Message;
    try {
      response = this.#read(event, backend);
    } catch (reason) {
      this.failed(reason);
      return;
    }
    this.#responded(response);
  }

  #responded(response: Message): void {
    this.#end("ok", (response as Partial<SendMessageResponse>).result);
    this.#settle.resolve(response);
  }

  failed(reason: unknown): void {
    const error = BrokerError.from(reason);
    this.#end(error.code, undefined);
    this.#settle.reject(error);
  }

  /** The response that an answer makes. Throws `backend_refused` or `unexpected_answer`. */
  #read(event: ChatEvent, backend: Backend): Message {
    const { inner: answer } = event;
    if (answer.case === "failed") {
      const refusal = backend.refusal(answer.value);
      const { message: reason } = refusal;
      this.#deps.log.debug({ backend: backend.id, reason }, "a backend refused a request");
      throw refusal;
    }
    if (!this.#row.accepts.includes(answer.case)) throw unexpectedAnswer();
    const { options } = this.#deps;
    const result = sendResult(event, {
      backend: backend.name,
      degraded: this.#degraded,
      sequence: this.#announced?.sequence ?? 0,
      maxIdBytes: options.maxIdBytes,
    });
    const context = { answer, result, backend, mayPrivate: this.#mayPrivate, options };
    const bytes = this.#row.responseBytes?.(context) ?? 0;
    if (bytes > options.maxMessageBytes) {
      throw answerTooLarge(`${bytes} bytes, limit ${options.maxMessageBytes}`);
    }
    this.#announceDone(event, result);
    return create(this.#row.rpc.output, this.#row.respond?.(context));
  }

  /**
   * Publishes what the backend has done. The result gets the number of the first event, if some
   * stream wants it. The channel may have become private since the call was checked.
   */
  #announceDone({ inner: answer }: ChatEvent, result: SendResult): void {
    const draft = this.#kept;
    if (draft === undefined) return;
    const { events } = this.#deps;
    const { request, content, row } = draft;
    const isPrivate = draft.isPrivate || this.#isPrivateChannel(draft.channelId);
    const done = row.announceDone?.({ request, content, answer, result }) ?? [];
    for (const [index, inner] of done.entries()) {
      if (!events.isWanted({ kind: inner.case, isPrivate })) continue;
      const sequence = events.nextSequence;
      events.publish(
        encodeEvent({ inner, tags: draft.tagsOf(inner), meta: eventMeta(sequence) }, isPrivate),
      );
      if (index === 0) result.sequence = BigInt(sequence);
    }
  }

  #isPrivateChannel(relativeId: string | undefined): boolean {
    return relativeId !== undefined && this.#backend?.channels.isPrivate(relativeId) === true;
  }

  #end(outcome: "ok" | ErrorCode, result: SendResult | undefined): void {
    const { clock, observer } = this.#deps;
    const durationMs = clock.now() - this.#arrivedAtMs;
    observer.actionDone(this.#kind, this.#backend?.name.type ?? "", outcome, durationMs);
    if (this.#backend !== undefined) this.#backend.keptBytes -= this.#keptBytes;
    this.#kept?.call.hold?.(-this.#keptBytes);
    this.#kept = undefined;
    if (this.#announced !== undefined) this.#publishResult(this.#announced, outcome, result);
  }

  #publishResult(
    { sequence, target, channelId, isPrivate: wasPrivate }: Announced,
    outcome: "ok" | ErrorCode,
    result: SendResult | undefined,
  ): void {
    const { events } = this.#deps;
    // Also where the send began a private thread.
    const threadId = parseId(result?.channelId ?? "")?.relative;
    const isPrivate =
      wasPrivate || this.#isPrivateChannel(channelId) || this.#isPrivateChannel(threadId);
    if (!events.isWanted({ kind: "sendResult", isPrivate })) return;
    const { kind, id } = target;
    const where = { case: kind === "user" ? "userId" : "channelId", value: id } as const;
    const inner: PublishedInner = {
      case: "sendResult",
      value: {
        $typeName: "seabird.SendResultEvent",
        sequence: BigInt(sequence),
        conversation: { $typeName: "common.Conversation", where },
        ...(result && { result }),
        error: outcome === "ok" ? "" : STATUS_BY_CODE[outcome].status,
      },
    };
    events.publish(encodeEvent({ inner, tags: {} }, isPrivate));
  }
}
