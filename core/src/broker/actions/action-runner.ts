/**
 * Does every action of the table, in the same steps: refuse what core itself refuses, tell
 * everybody, ask the backend, wait for its answer. All but the waiting happens before `act`
 * returns, so that the order of calls is the order of announcements and of requests.
 */
import {
  type AbsoluteId,
  type Block,
  BlockError,
  type ChatEvent,
  type NormalisedMessage,
  normaliseMessage,
  ORIGINAL_FORMAT_TAG,
} from "@seabird-chat/protocol";
import { ACTIONS, type ActionRow, type Addressed, type Said } from "../actions.ts";
import type { CallContext, Cancellable } from "../caller.ts";
import type { Clock } from "../clock.ts";
import { type EncodedEvent, encodeEvent } from "../codec/encode-event.ts";
import { encodeRequest } from "../codec/encode-request.ts";
import { mapBytes } from "../codec/utf8.ts";
import { BrokerError, type ErrorCode } from "../errors.ts";
import type { Logger } from "../log.ts";
import type { BrokerObserver } from "../observer.ts";
import type { ResolvedBrokerOptions } from "../options.ts";
import type { Backend, Backends } from "../registries/backends.ts";
import { readBackendId, readTargetId } from "../registries/target-ids.ts";
import type { EventBus } from "../streams/event-bus.ts";
import type { ActionKind, ActionRequest, ActionResponse } from "./action-kinds.ts";
import type { RateLimiter } from "./rate-limiter.ts";
import { RequestIds } from "./request-ids.ts";
import { cancelled, timedOut, unexpected } from "./requests.ts";

export interface ActionRunnerDeps {
  readonly options: ResolvedBrokerOptions;
  readonly clock: Clock;
  readonly log: Logger;
  readonly observer: BrokerObserver;
  readonly backends: Backends;
  readonly events: EventBus;
  readonly rateLimiter: RateLimiter;
}

/** An action that core itself has no objection to, in the form in which it goes out. */
interface Prepared {
  readonly backend: Backend | undefined;
  readonly requestId: string;
  readonly request: Uint8Array;
  readonly announcement: EncodedEvent | undefined;
}

/** What an action says, and to whom. */
interface Composed {
  readonly said: Said;
  readonly to: Addressed;
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
    const row: ActionRow<K> = ACTIONS[kind];
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
    const responded = (response: ActionResponse<K>): void => {
      done("ok");
      resolve(response);
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

  /** Refuses by scope, time and rate; returns the deadline. */
  #admit<K extends ActionKind>(kind: K, row: ActionRow<K>, call: CallContext): number {
    const { clock, options, rateLimiter } = this.#deps;
    if (row.isPrivate && !call.caller.mayPrivate) {
      throw new BrokerError("missing_scope", 'token lacks the scope "private"');
    }
    const timeoutMs = options.actionTimeouts[kind] ?? options.actionTimeoutMs;
    const limitMs = Math.min(timeoutMs, call.timeoutMs ?? Number.POSITIVE_INFINITY);
    const deadlineMs = call.arrivedAtMs + limitMs;
    if (deadlineMs <= clock.now()) throw timedOut();
    if (call.cancelled) throw cancelled();
    rateLimiter.spend(call.caller.tokenId);
    return deadlineMs;
  }

  /** Refuses a bad id or block and what is too large or too much; announces nothing yet. */
  #prepare<K extends ActionKind>(
    row: ActionRow<K>,
    request: ActionRequest<K>,
    call: CallContext,
  ): Prepared {
    const target = this.#target(row, request);
    const { said, to } = this.#compose(row, request, target, call);
    const requestId = this.#ids.next();
    const inner = row.ask(request, to, said);
    const bytes = encodeRequest(requestId, inner);
    this.#checkSize(bytes.length);
    const announced = row.announce?.(request, said);
    let announcement: EncodedEvent | undefined;
    if (announced !== undefined) {
      announcement = encodeEvent({ inner: announced, tags: to.tags }, row.isPrivate);
      this.#checkSize(announcement.message.length);
    }
    const backend = this.#deps.backends.find(target);
    backend?.checkRoom(bytes.length);
    return { backend, requestId, request: bytes, announcement };
  }

  #target<K extends ActionKind>({ field, target }: ActionRow<K>, request: ActionRequest<K>) {
    const { maxAbsoluteIdBytes } = this.#deps.options;
    const id = target(request);
    if (field !== "backend_id") return readTargetId(field, id, maxAbsoluteIdBytes);
    return { ...readBackendId(id, maxAbsoluteIdBytes), relative: "" };
  }

  #compose<K extends ActionKind>(
    row: ActionRow<K>,
    request: ActionRequest<K>,
    { relative }: AbsoluteId,
    call: CallContext,
  ): Composed {
    const sender = call.caller.name;
    const tags = row.tags(request);
    const message = row.says?.(request);
    if (message === undefined) return { said: { sender, text: "" }, to: { relative, tags } };
    const { text, rootBlock, format, bytes } = normalised(message.text, message.rootBlock);
    this.#checkSize(bytes);
    const marked = { ...tags, [ORIGINAL_FORMAT_TAG]: format };
    return { said: { sender, text, rootBlock }, to: { relative, tags: marked } };
  }

  #checkSize(bytes: number): void {
    const limit = this.#deps.options.maxMessageBytes;
    if (bytes <= limit) return;
    const message = `message too large: ${bytes} bytes after normalising, limit ${limit}`;
    throw new BrokerError("message_too_large", message);
  }

  /** Announces, asks, and leaves the rest to the answer. */
  #ask<K extends ActionKind>(row: ActionRow<K>, prepared: Prepared, outcome: Outcome<K>): void {
    const { backend, requestId: id, request, announcement } = prepared;
    if (announcement !== undefined) this.#deps.events.publish(announcement);
    if (backend === undefined) throw new BrokerError("unknown_backend", row.absent);
    const { deadlineMs, call, failed } = outcome;
    const answered = (event: ChatEvent): void => {
      try {
        outcome.responded(this.#read(row, event, backend));
      } catch (reason) {
        failed(reason);
      }
    };
    backend.requests.wait({ id, deadlineMs, call, answered, failed }, backend.send(request));
  }

  /** What a backend's answer means to the caller. */
  #read<K extends ActionKind>(
    row: ActionRow<K>,
    { inner }: ChatEvent,
    backend: Backend,
  ): ActionResponse<K> {
    if (inner.case === "failed") {
      const reason = inner.value.reason || "backend gave no reason";
      this.#deps.log.debug({ backend: backend.id, reason }, "a backend refused a request");
      throw new BrokerError("backend_refused", reason);
    }
    if (!row.accepts.includes(inner.case)) throw unexpected();
    if (inner.case === "metadata") this.#checkSize(mapBytes(inner.value.values));
    return row.respond(inner, backend);
  }
}

interface Outcome<K extends ActionKind> {
  readonly deadlineMs: number;
  readonly call: Cancellable;
  readonly responded: (response: ActionResponse<K>) => void;
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
