/**
 * Runs every action of the table in the same steps: check, announce, ask the backend, wait for its
 * answer. All but the waiting happens before `act` returns, so that the order of calls is the
 * order of announcements and of requests.
 */
import { create, type Message } from "@bufbuild/protobuf";
import {
  type AbsoluteId,
  type Block,
  BlockError,
  type ChatEvent,
  ChatRequestSchema,
  type NormalisedMessage,
  normaliseMessage,
  ORIGINAL_FORMAT_TAG,
} from "@seabird-chat/protocol";
import {
  ACTIONS,
  type ActionKind,
  type ActionRequest,
  type ActionResponse,
  type AnyActionRow,
  type MessageContent,
  type RequestTarget,
} from "../actions.ts";
import type { CallContext, Cancellable } from "../caller.ts";
import type { Clock } from "../clock.ts";
import { encode } from "../codec/encode.ts";
import { type EncodedEvent, encodeEvent } from "../codec/encode-event.ts";
import { BrokerError, cancelled, type ErrorCode, missingScope, timedOut } from "../errors.ts";
import type { Logger } from "../logger.ts";
import type { BrokerObserver } from "../observer.ts";
import type { ResolvedBrokerOptions } from "../options.ts";
import type { Backend, Backends } from "../registries/backends.ts";
import { readBackendId, readTargetId } from "../registries/target-ids.ts";
import type { EventBus } from "../streams/event-bus.ts";
import type { RateLimiter } from "./rate-limiter.ts";
import { RequestIds } from "./request-ids.ts";
import { unexpectedAnswer } from "./requests.ts";

export interface ActionRunnerDeps {
  readonly options: ResolvedBrokerOptions;
  readonly clock: Clock;
  readonly log: Logger;
  readonly observer: BrokerObserver;
  readonly backends: Backends;
  readonly events: EventBus;
  readonly rateLimiter: RateLimiter;
}

/** An action that has passed core's own checks, encoded. */
interface PreparedAction {
  readonly backend: Backend | undefined;
  readonly requestId: string;
  readonly request: Uint8Array;
  readonly announcement: EncodedEvent | undefined;
}

interface ComposedRequest {
  readonly content: MessageContent;
  readonly target: RequestTarget;
}

export class ActionRunner {
  readonly #deps: ActionRunnerDeps;
  readonly #ids = new RequestIds();

  constructor(deps: ActionRunnerDeps) {
    this.#deps = deps;
  }

  /** Rejects with a BrokerError. */
  act<K extends ActionKind>(
    kind: K,
    request: ActionRequest<K>,
    call: CallContext,
  ): Promise<ActionResponse<K>> {
    // No function made here may mention the request: they live as long as the answer takes, and
    // with them its text would.
    const { promise, resolve, reject } = Promise.withResolvers<ActionResponse<K>>();
    const row: AnyActionRow = ACTIONS[kind];
    let backend: Backend | undefined;
    const done = (outcome: "ok" | ErrorCode): void => {
      const { clock, observer } = this.#deps;
      const durationMs = clock.now() - call.arrivedAtMs;
      observer.actionDone(kind, backend?.name.type ?? "", outcome, durationMs);
    };
    const failed = (reason: unknown): void => {
      const error = BrokerError.from(reason);
      done(error.code);
      reject(error);
    };
    const responded = (response: Message): void => {
      done("ok");
      resolve(response as ActionResponse<K>);
    };
    try {
      const deadlineMs = this.#admit(kind, row, call);
      const prepared = this.#prepare(row, request, call);
      backend = prepared.backend;
      this.#ask(row, prepared, { deadlineMs, call, failed, responded });
    } catch (reason) {
      failed(reason);
    }
    return promise;
  }

  /** Checks scope, time and rate; returns the deadline. */
  #admit(kind: ActionKind, row: AnyActionRow, call: CallContext): number {
    const { clock, options, rateLimiter } = this.#deps;
    if (row.isPrivate && !call.caller.mayPrivate) {
      throw missingScope("private");
    }
    const timeoutMs = options.actionTimeouts[kind] ?? options.actionTimeoutMs;
    const limitMs = Math.min(timeoutMs, call.timeoutMs ?? Number.POSITIVE_INFINITY);
    const deadlineMs = call.arrivedAtMs + limitMs;
    if (deadlineMs <= clock.now()) throw timedOut();
    if (call.cancelled) throw cancelled();
    rateLimiter.spend(call.caller.tokenId);
    return deadlineMs;
  }

  /** Checks id, block, sizes and the backend's queue; announces nothing yet. */
  #prepare(row: AnyActionRow, request: Message, call: CallContext): PreparedAction {
    const id = this.#target(row, request);
    const { content, target } = this.#compose(row, request, id, call);
    const requestId = this.#ids.next();
    const inner = row.ask(request, target, content);
    const bytes = encode(ChatRequestSchema, {
      $typeName: "seabird.ChatRequest",
      id: requestId,
      inner,
    });
    this.#checkSize(bytes.length);
    const announced = row.announce?.(request, content);
    let announcement: EncodedEvent | undefined;
    if (announced !== undefined) {
      announcement = encodeEvent({ inner: announced, tags: target.tags }, row.isPrivate);
      this.#checkSize(announcement.message.length);
    }
    const backend = this.#deps.backends.find(id);
    backend?.checkCapacity(bytes.length);
    return { backend, requestId, request: bytes, announcement };
  }

  #target({ field, target }: AnyActionRow, request: Message): AbsoluteId {
    const { maxAbsoluteIdBytes } = this.#deps.options;
    const id = target(request);
    if (field !== "backend_id") return readTargetId(field, id, maxAbsoluteIdBytes);
    return { ...readBackendId(id, maxAbsoluteIdBytes), relative: "" };
  }

  #compose(
    row: AnyActionRow,
    request: Message,
    { relative }: AbsoluteId,
    call: CallContext,
  ): ComposedRequest {
    const sender = call.caller.name;
    const tags = row.tags(request);
    const message = row.content?.(request);
    if (message === undefined) return { content: { sender, text: "" }, target: { relative, tags } };
    const { text, rootBlock, format, bytes } = normalised(message.text, message.rootBlock);
    this.#checkSize(bytes);
    const marked = { ...tags, [ORIGINAL_FORMAT_TAG]: format };
    return { content: { sender, text, rootBlock }, target: { relative, tags: marked } };
  }

  #checkSize(bytes: number): void {
    const limit = this.#deps.options.maxMessageBytes;
    if (bytes <= limit) return;
    const message = `message too large: ${bytes} bytes after normalising, limit ${limit}`;
    throw new BrokerError("message_too_large", message);
  }

  /** Announces and asks; the answer settles the outcome. */
  #ask(row: AnyActionRow, prepared: PreparedAction, outcome: Outcome): void {
    const { backend, requestId: id, request, announcement } = prepared;
    if (announcement !== undefined) this.#deps.events.publish(announcement);
    if (backend === undefined) throw new BrokerError("unknown_backend", row.absentMessage);
    const { deadlineMs, call, failed } = outcome;
    const answered = (event: ChatEvent): void => {
      try {
        outcome.responded(this.#read(row, event, backend));
      } catch (reason) {
        failed(reason);
      }
    };
    const limit = { deadlineMs, call };
    backend.requests.wait({ id, limit, answered, failed }, backend.send(request));
  }

  /** The response that a backend's answer makes. Throws `backend_refused` or `unexpected_answer`. */
  #read(row: AnyActionRow, { inner }: ChatEvent, backend: Backend): Message {
    if (inner.case === "failed") {
      const reason = inner.value.reason || "backend gave no reason";
      this.#deps.log.debug({ backend: backend.id, reason }, "a backend refused a request");
      throw new BrokerError("backend_refused", reason);
    }
    if (!row.accepts.includes(inner.case)) throw unexpectedAnswer();
    this.#checkSize(row.answerBytes?.(inner) ?? 0);
    return create(row.rpc.output, row.respond?.(inner, backend));
  }
}

interface Outcome {
  readonly deadlineMs: number;
  readonly call: Cancellable;
  readonly responded: (response: Message) => void;
  readonly failed: (reason: unknown) => void;
}

/** Throws `bad_block` where the protocol package finds one. */
function normalised(text: string, rootBlock: Block | undefined): NormalisedMessage {
  try {
    return normaliseMessage(text, rootBlock);
  } catch (reason) {
    if (reason instanceof BlockError) throw new BrokerError("bad_block", reason.message);
    throw reason;
  }
}
