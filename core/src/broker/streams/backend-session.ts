/**
 * One backend's stream: Hello first, then requests down and events up, until either side has
 * enough (protocol: "The ingest side").
 */
import { type BackendName, type ChatEvent, ChatEventSchema } from "@seabird-chat/protocol";
import { RequestQueue } from "../actions/request-queue.ts";
import { type Requests, unexpectedAnswer } from "../actions/requests.ts";
import type { CallContext } from "../caller.ts";
import type { Clock } from "../clock.ts";
import { decodeMessage, idOfChatEvent } from "../codec/decode.ts";
import type { EncodedEvent } from "../codec/encode-event.ts";
import { type TranscodedLine, transcodeLine } from "../codec/transcode-line.ts";
import { fits } from "../codec/utf8.ts";
import { BrokerError, type ErrorCode, missingScope } from "../errors.ts";
import { DropResult, type IngestContext, ingest, isAnswerOnly } from "../ingest.ts";
import type { Logger } from "../logger.ts";
import type { BrokerObserver, DropReason } from "../observer.ts";
import type { ResolvedBrokerOptions } from "../options.ts";
import { Backend, type Backends } from "../registries/backends.ts";
import type { EventBus } from "./event-bus.ts";
import type { Source, SourceEnd } from "./source.ts";

/** One backend's stream, from the inside; the transport's Session. */
export interface IngestSession {
  /** The requests to the backend. */
  readonly output: Source;
  /**
   * One ChatEvent, as bytes. Hand in no further one while a promise is pending: the broker
   * holds a backend back for a bounded time (`maxIngestPauseMs`) while readers that do read are
   * far behind, so that no burst makes a healthy reader fall behind too far. Nothing else is
   * needed for that than waiting for the promise.
   *
   * Throws a BrokerError, or rejects with it: the stream ends with that error.
   */
  receive(message: Uint8Array): void | Promise<void>;
  /** The backend has said its last (half-close). Throws if it never said Hello. */
  finish(): void;
  /** The stream is over, or its connection gone. Idempotent. */
  close(): void;
}

export interface BackendSessionDeps {
  readonly options: ResolvedBrokerOptions;
  readonly clock: Clock;
  readonly log: Logger;
  readonly observer: BrokerObserver;
  readonly backends: Backends;
  readonly requests: Requests;
  readonly events: EventBus;
  /** A backend has said Hello and is registered. */
  readonly onJoined: (backend: Backend) => void;
  /** It is so no more, and why. */
  readonly onLeft: (backend: Backend, end: SourceEnd | "left") => void;
  /** The session is over, whether it ever said Hello or not. Called once. */
  readonly onClosed: (session: BackendSession) => void;
}

/** Logging every event that a broken backend loses would drown the log. */
const DROP_LOG_EVERY_MS = 10_000;

/** What ends no stream, although it cannot be decoded. */
const DROPPED_UNREAD: Partial<Record<ErrorCode, DropReason>> = {
  bad_block: "bad_block",
  message_too_large: "too_large",
};

export class BackendSession implements IngestSession {
  readonly id: string;
  readonly #deps: BackendSessionDeps;
  readonly #call: CallContext;
  readonly #queue: RequestQueue;
  #backend: Backend | undefined;
  #context: IngestContext | undefined;
  #unregister: (() => void) | undefined;
  #isOver = false;
  #dropLoggedAtMs = Number.NEGATIVE_INFINITY;

  constructor(id: string, call: CallContext, deps: BackendSessionDeps) {
    this.id = id;
    this.#call = call;
    this.#deps = deps;
    this.#queue = new RequestQueue({
      maxRequests: deps.options.maxQueuedRequestsPerBackend,
      maxBytes: deps.options.maxQueuedRequestBytesPerBackend,
    });
  }

  get output(): Source {
    return this.#queue;
  }

  get backend(): Backend | undefined {
    return this.#backend;
  }

  receive(message: Uint8Array): void | Promise<void> {
    if (this.#isOver) return;
    try {
      const context = this.#context;
      if (context === undefined) return this.#hello(this.#decode(message));
      const line = transcodeLine(message, context);
      if (line !== undefined) this.#publish(line, context);
      else {
        const event = this.#decode(message);
        if (event === undefined) return;
        this.#process(event, context);
      }
      return this.#deps.events.hold();
    } catch (reason) {
      throw this.#fail(reason);
    }
  }

  finish(): void {
    if (this.#isOver) return;
    if (this.#backend === undefined) throw this.#fail(badHello("stream closed before hello"));
    this.#leave({ error: undefined });
  }

  close(): void {
    this.#leave("left");
  }

  /** Ends the stream from core's side. */
  end(error: BrokerError): void {
    this.#leave({ error });
  }

  #fail(reason: unknown): BrokerError {
    const error = BrokerError.from(reason);
    this.#leave({ error });
    return error;
  }

  #publish({ kind, encoded }: TranscodedLine, { backend, publish }: IngestContext): void {
    backend.eventsReceived++;
    this.#deps.observer.eventReceived(kind, backend.name.type);
    publish(encoded);
  }

  /** Undefined: it may not be decoded, which costs only the event. */
  #decode(message: Uint8Array): ChatEvent | undefined {
    try {
      return decodeMessage(ChatEventSchema, message, this.#deps.options.maxEventFields);
    } catch (reason) {
      const error = BrokerError.from(reason);
      const dropReason = DROPPED_UNREAD[error.code];
      if (dropReason === undefined) throw error;
      if (this.#backend !== undefined) this.#dropUnread(message, dropReason, error, this.#backend);
      return undefined;
    }
  }

  /** If it was an answer, its caller need not wait for another. */
  #dropUnread(message: Uint8Array, reason: DropReason, error: BrokerError, backend: Backend): void {
    this.#deps.observer.eventReceived("none", backend.name.type);
    backend.eventsReceived++;
    backend.requests.fail(
      idOfChatEvent(message),
      reason === "bad_block" ? unexpectedAnswer() : error,
    );
    this.#drop(new DropResult(reason, error.message), backend);
  }

  /** An event answers first; but what it changes is visible before its caller knows. */
  #process(event: ChatEvent, context: IngestContext): void {
    const { backend } = context;
    const kind = event.inner.case;
    backend.eventsReceived++;
    this.#deps.observer.eventReceived(kind ?? "none", backend.name.type);
    if (kind === "hello") throw badHello("a second hello");
    const dropped = ingest(event, context);
    const answered = event.id !== "" && backend.requests.answer(event.id, event);
    if (dropped !== undefined) this.#drop(dropped, backend);
    if (isAnswerOnly(kind) && !answered) {
      this.#drop(new DropResult("unmatched_answer", "nobody waits for this answer"), backend);
    }
  }

  #drop({ reason, detail }: DropResult, backend: Backend): void {
    const { observer, log, clock } = this.#deps;
    backend.eventsDropped++;
    observer.eventDropped(reason, backend.name.type);
    const fields = { backend: backend.id, reason, detail, dropped: backend.eventsDropped };
    // A late answer is nothing unusual: its caller's time was up, or it went away.
    if (reason === "unmatched_answer") {
      log.debug(fields, "ignored an answer");
      return;
    }
    const nowMs = clock.now();
    if (nowMs - this.#dropLoggedAtMs < DROP_LOG_EVERY_MS) return;
    this.#dropLoggedAtMs = nowMs;
    log.warn(fields, "dropped an event of a backend");
  }

  #hello(event: ChatEvent | undefined): void | Promise<void> {
    if (event?.inner.case !== "hello") throw badHello("the first event must be hello");
    const { type = "", id = "" } = event.inner.value.backendInfo ?? {};
    this.#checkName({ type, id });
    const holder = this.#deps.backends.find({ type, id });
    if (holder === undefined) return this.#join({ type, id });
    return this.#takeOver({ type, id }, holder);
  }

  #checkName({ type, id }: BackendName): void {
    const { maxBackendNameBytes } = this.#deps.options;
    if (type === "" || id === "") throw badHello("hello without a backend type and id");
    if (!fits(type, maxBackendNameBytes) || !fits(id, maxBackendNameBytes)) {
      throw badHello(`backend type and id may have ${maxBackendNameBytes} bytes each`);
    }
    if (!this.#call.caller.mayBeBackend(type, id)) {
      throw missingScope(`backend:${type}/${id}`);
    }
  }

  /** The name is in use: its holder keeps it if its connection is alive. */
  async #takeOver(name: BackendName, holder: Backend): Promise<void> {
    const timeoutMs = this.#deps.options.backendPingTimeoutMs;
    const isAlive = await holder.deps.peer.isAlive(timeoutMs).catch(() => false);
    if (this.#isOver) return;
    const holderNow = this.#deps.backends.find(name);
    if (holderNow !== undefined && (isAlive || holderNow !== holder)) {
      const message = `backend "${name.type}/${name.id}" already connected`;
      throw this.#fail(new BrokerError("backend_taken", message));
    }
    holderNow?.deps.end(new BrokerError("disconnected", "replaced by a new connection"));
    try {
      this.#join(name);
    } catch (reason) {
      throw this.#fail(reason);
    }
  }

  #join(name: BackendName): void {
    const { options, clock, events, requests, backends, observer } = this.#deps;
    if (backends.size >= options.maxBackends) {
      throw new BrokerError("too_many_streams", `too many backends, limit ${options.maxBackends}`);
    }
    const { caller, peer } = this.#call;
    const backend = new Backend({
      name,
      connectionId: this.id,
      caller,
      peer,
      connectedAtMs: clock.wallMs(),
      queue: this.#queue,
      requests: requests.forBackend(),
      options,
      end: (error) => this.end(error),
    });
    this.#backend = backend;
    const publish = (event: EncodedEvent) => void events.publish(event);
    this.#context = { backend, idPrefix: `${backend.id}/`, options, publish };
    this.#unregister = backends.add(backend);
    observer.backendConnected(name.type);
    this.#deps.onJoined(backend);
  }

  /** The backend is gone from here on: its name is free, its callers are told. */
  #leave(end: SourceEnd | "left"): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#unregister?.();
    const backend = this.#backend;
    if (backend !== undefined) {
      backend.channels.clear();
      backend.requests.close(new BrokerError("backend_gone", "backend disconnected"));
      const reason = end === "left" ? "left" : (end.error?.code ?? "left");
      this.#deps.observer.backendDisconnected(backend.name.type, reason);
      this.#deps.onLeft(backend, end);
    }
    if (end === "left") this.#queue.close();
    else this.#queue.finish(end);
    this.#deps.onClosed(this);
  }
}

function badHello(message: string): BrokerError {
  return new BrokerError("bad_hello", message);
}
