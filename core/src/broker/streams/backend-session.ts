/**
 * One backend's stream: first its Hello, then requests to it and events from it, until either side
 * ends the stream (protocol: "The ingest side").
 */
import type { BackendName, ChatEvent } from "@seabird-chat/protocol";
import { RequestQueue } from "../actions/request-queue.ts";
import { answerTooLarge, type Requests, unexpectedAnswer } from "../actions/requests.ts";
import type { AggregatedLog } from "../aggregated-log.ts";
import type { CallContext } from "../caller.ts";
import type { Clock } from "../clock.ts";
import { decodeChatEvent, idOfChatEvent } from "../codec/decode-chat-event.ts";
import type { EncodedEvent } from "../codec/encode-event.ts";
import { type TranscodedEvent, transcodeEvent } from "../codec/transcode-event.ts";
import { BrokerError, type ErrorCode } from "../errors.ts";
import { DropResult, type IngestContext, ingest, isAnswerOnly } from "../ingest.ts";
import { LOG_LINES } from "../log-lines.ts";
import type { BrokerObserver, DropReason } from "../observer.ts";
import type { ResolvedBrokerOptions } from "../options.ts";
import { Backend, type Backends } from "../registries/backends.ts";
import type { BackendReporter } from "./backend-reporter.ts";
import { badHello, checkName } from "./check-name.ts";
import { channelEvent } from "./core-events.ts";
import type { EventBus } from "./event-bus.ts";
import type { Source, SourceEnd } from "./source.ts";

/** One backend's stream, as the transport drives it. */
export interface IngestSession {
  /** The requests to the backend. */
  readonly output: Source;
  /** Fields of the largest event that is not dropped or cut, whatever its kind. */
  readonly maxFields: number;
  /**
   * Takes one encoded ChatEvent. While a promise is pending, pass no further one: the broker
   * applies backpressure for a bounded time (`maxIngestPauseMs`) while event streams that do read
   * are far behind.
   *
   * Throws a BrokerError, or rejects with it: the stream ends with that error.
   */
  receive(message: Uint8Array): void | Promise<void>;
  /** The backend has half-closed. Throws `bad_hello` if there was no Hello. */
  finish(): void;
  /** The stream is over, or its connection gone. Idempotent. */
  close(): void;
}

export interface BackendSessionDeps {
  readonly options: ResolvedBrokerOptions;
  readonly clock: Clock;
  readonly log: AggregatedLog;
  readonly observer: BrokerObserver;
  readonly backends: Backends;
  readonly requests: Requests;
  readonly events: EventBus;
  readonly reporter: BackendReporter;
  /** The first event has come, whatever it is. */
  readonly onHello: (session: BackendSession) => void;
  /** The session is over, with or without a Hello. Called once. */
  readonly onClosed: (session: BackendSession) => void;
}

/** Errors of decoding that cost only the event, not the stream. */
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
  /** Bytes of its channels and capabilities that count as held. */
  #listedBytes = 0;

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

  get maxFields(): number {
    return this.#deps.options.maxListFields;
  }

  get backend(): Backend | undefined {
    return this.#backend;
  }

  get tokenId(): string {
    return this.#call.caller.tokenId;
  }

  receive(message: Uint8Array): void | Promise<void> {
    if (this.#isOver) return;
    try {
      const context = this.#context;
      if (context === undefined) return this.#hello(message);
      const transcoded = transcodeEvent(message, context);
      if (transcoded !== undefined) this.#publish(transcoded, context);
      else {
        const event = this.#decode(message, context.backend);
        if (event === undefined) return;
        this.#process(event, context);
      }
      return this.#deps.events.pause();
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

  #publish({ kind, encoded }: TranscodedEvent, { backend, publish }: IngestContext): void {
    backend.eventsReceived++;
    this.#deps.observer.eventReceived(kind, backend.name.type);
    publish(encoded);
  }

  /** `undefined`: the event was dropped. Without a backend, it is the first. */
  #decode(message: Uint8Array, backend?: Backend): ChatEvent | undefined {
    try {
      return decodeChatEvent(message, this.#deps.options);
    } catch (reason) {
      const error = BrokerError.from(reason);
      const dropReason = DROPPED_UNREAD[error.code];
      if (dropReason === undefined) throw error;
      if (backend === undefined) throw badHello(`the first event is refused: ${error.message}`);
      this.#dropUnread(message, dropReason, error, backend);
      return undefined;
    }
  }

  /** Drops the event; if it is an answer, its request fails at once. */
  #dropUnread(message: Uint8Array, reason: DropReason, error: BrokerError, backend: Backend): void {
    this.#deps.observer.eventReceived("none", backend.name.type);
    backend.eventsReceived++;
    const isTooLarge = reason === "too_large";
    const failure = isTooLarge ? answerTooLarge(error.message) : unexpectedAnswer();
    // A Success may be too large, too.
    backend.requests.fail(idOfChatEvent(message), failure, isTooLarge);
    this.#drop(new DropResult(reason, error.message), backend);
  }

  /** Applies the event before it settles a request: callers see what it has changed. */
  #process(event: ChatEvent, context: IngestContext): void {
    const { backend } = context;
    const kind = event.inner.case;
    backend.eventsReceived++;
    this.#deps.observer.eventReceived(kind ?? "none", backend.name.type);
    if (kind === "hello") throw badHello("a second hello");
    const dropped = ingest(event, context);
    this.#countLists(backend);
    const answered = event.id !== "" && backend.requests.answer(event.id, event);
    if (dropped !== undefined) this.#drop(dropped, backend);
    if (isAnswerOnly(kind) && !answered) {
      this.#drop(new DropResult("unmatched_answer", "no request waits for this answer"), backend);
    }
  }

  #drop({ reason, detail }: DropResult, backend: Backend): void {
    const { observer, log } = this.#deps;
    backend.eventsDropped++;
    observer.eventDropped(reason, backend.name.type);
    const fields = { backend: backend.id, reason, detail, dropped: backend.eventsDropped };
    // A late answer is usual: its request had timed out, or its caller had gone.
    if (reason === "unmatched_answer") {
      log.logger.debug(fields, "ignored an answer");
      return;
    }
    log.add(LOG_LINES.droppedEvent, backend.deps.caller.name, fields);
  }

  #hello(message: Uint8Array): void | Promise<void> {
    this.#deps.onHello(this);
    const event = this.#decode(message);
    if (event?.inner.case !== "hello") throw badHello("the first event must be hello");
    const { backendInfo, capabilities } = event.inner.value;
    const { type = "", id = "" } = backendInfo ?? {};
    checkName({ type, id }, this.#call.caller, this.#deps.options);
    const backend = this.#newBackend({ type, id });
    const wrong = capabilities && backend.capabilities.replace(capabilities);
    if (wrong !== undefined) throw badHello(wrong);
    const holder = this.#deps.backends.find({ type, id });
    if (holder === undefined) return this.#join(backend);
    return this.#takeOver(backend, holder);
  }

  /** The name is taken: its holder keeps it if its connection answers a ping. */
  async #takeOver(backend: Backend, holder: Backend): Promise<void> {
    const { name } = backend;
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
      this.#join(backend);
    } catch (reason) {
      throw this.#fail(reason);
    }
  }

  #newBackend(name: BackendName): Backend {
    const { options, clock, requests, events, reporter } = this.#deps;
    const { caller, peer } = this.#call;
    return new Backend({
      name,
      connectionId: this.id,
      caller,
      peer,
      queue: this.#queue,
      requests: requests.forBackend(),
      options,
      wallMs: () => clock.wallMs(),
      end: (error) => this.end(error),
      onChannelChange: (change) => void events.publish(channelEvent(change)),
      onNetworkChange: (changed, reason) => reporter.networkChanged(changed, reason),
    });
  }

  #join(backend: Backend): void {
    const { options, events, backends, observer } = this.#deps;
    if (backends.size >= options.maxBackends) {
      throw new BrokerError("too_many_streams", `too many backends, limit ${options.maxBackends}`);
    }
    this.#backend = backend;
    const publish = (event: EncodedEvent) => void events.publish(event);
    this.#context = { backend, idPrefix: `${backend.id}/`, options, publish };
    this.#unregister = backends.add(backend);
    observer.backendConnected(backend.name.type);
    this.#countLists(backend);
    this.#deps.reporter.joined(backend);
  }

  #countLists({ channels, capabilities }: Backend): void {
    const bytes = channels.bytes + capabilities.bytes;
    this.#call.hold?.(bytes - this.#listedBytes);
    this.#listedBytes = bytes;
  }

  /** Frees the backend's name and fails the requests that wait for it. */
  #leave(end: SourceEnd | "left"): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#unregister?.();
    const backend = this.#backend;
    if (backend !== undefined) {
      // First the requests: what is published of them depends on which channels are private.
      backend.requests.close(new BrokerError("backend_gone", "backend disconnected"));
      backend.channels.clear();
      const reason = end === "left" ? "left" : (end.error?.code ?? "left");
      this.#deps.observer.backendDisconnected(backend.name.type, reason);
      this.#deps.reporter.left(backend, end);
    }
    if (end === "left") this.#queue.close();
    else this.#queue.finish(end);
    this.#deps.onClosed(this);
  }
}
