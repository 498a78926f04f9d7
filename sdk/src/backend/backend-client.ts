/** The link between a backend and core: Hello, channels, events and answers up, requests down. */
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import {
  type ChatEvent,
  ChatEventSchema,
  ChatIngest,
  ChatRequestSchema,
} from "@seabird-chat/protocol";
import { SeabirdError } from "../link/errors.ts";
import type { MessageStream } from "../link/grpc-stream.ts";
import { Link, type LinkState, type SessionContext } from "../link/link.ts";
import type { ResolvedConnectOptions } from "../link/options.ts";
import { headersArriveInTime, isCoreAnswering } from "../link/readiness.ts";
import { type FileAtCore, readFileAtCore } from "../link/send-file.ts";
import { toBaseProtocol } from "./base-protocol.ts";
import { Channels, type ChatEventBody, channelBody } from "./channels.ts";
import { CoreState } from "./core-state.ts";
import { NetworkNews } from "./network-news.ts";
import { Outbox } from "./outbox.ts";
import { RepeatedRequests } from "./repeated-requests.ts";
import type { Answer } from "./request-kind.ts";
import { RequestRunner, type RequestRunnerDeps } from "./request-runner.ts";

export interface BackendClientDeps
  extends Pick<RequestRunnerDeps, "type" | "sends" | "connected" | "metadata" | "timeoutMs">,
    Pick<RequestRunnerDeps, "log" | "onActivity"> {
  readonly id: string;
  readonly resolved: ResolvedConnectOptions;
  /** Called whenever `unsent` may have changed. */
  readonly onOutboxChange: () => void;
}

/**
 * Connects at once and keeps the link up until `close()`.
 *
 * Events reported while core is away are kept (at most `maxSpooledEvents` and 8 MiB, the oldest
 * are dropped first) and sent after the reconnect, when the channels have been announced again.
 * What was on its way when the link broke may be lost.
 */
export class BackendClient {
  readonly channels: Channels;
  readonly coreState = new CoreState((body) => this.#announce(body));
  /** Of all backends of core. */
  readonly networkNews: NetworkNews;
  readonly #deps: BackendClientDeps;
  readonly #outbox: Outbox;
  readonly #link: Link;
  readonly #ended = new AbortController();
  readonly #repeated: RepeatedRequests;
  #isAnnounced = false;
  #closed: Promise<void> | undefined;

  constructor(deps: BackendClientDeps) {
    const { resolved } = deps;
    const { limits, clock } = resolved;
    this.#deps = deps;
    this.#repeated = new RepeatedRequests(clock);
    this.networkNews = new NetworkNews({ clock, log: deps.log });
    this.channels = new Channels({
      maxChannels: limits.maxChannels,
      maxCharacters: limits.maxChannelTextCharacters,
      announce: (body) => this.#announce(body),
    });
    this.#outbox = new Outbox({
      spool: { maxEvents: limits.maxSpooledEvents, maxBytes: limits.maxSpooledBytes },
      open: { maxEvents: limits.maxOutgoingEvents, maxBytes: limits.maxOutgoingBytes },
      maxEventBytes: limits.maxEventBytes,
      maxCommandAgeMs: limits.maxSpooledCommandMs,
      clock,
      onChange: deps.onOutboxChange,
    });
    this.#link = new Link(resolved, (context) => this.#session(context));
    void this.#link.ended().then(() => {
      this.#ended.abort();
      return this.close();
    });
  }

  /** Core's address. */
  get url(): string {
    return this.#link.connection.url;
  }

  get state(): LinkState {
    return this.#link.state;
  }

  /** The current state and each later one; ends after `failed` or `closed`. */
  states(): AsyncIterable<LinkState> {
    return this.#link.states();
  }

  /** Resolves when core took the Hello and the channels; rejects if that will not be. */
  ready(): Promise<void> {
    return this.#link.ready();
  }

  /** Events lost because too many waited, or because they were too large. */
  get droppedEvents(): number {
    return this.#outbox.dropped;
  }

  /** Events that wait to be sent. */
  get queuedEvents(): number {
    return this.#outbox.size;
  }

  /** Events, answers and changes of channels that wait to be sent. */
  get unsent(): number {
    return this.#outbox.unsent;
  }

  /** Resolves when nothing waits to be sent, or the client has ended. */
  flushed(): Promise<void> {
    return this.#outbox.drained(this.#ended.signal);
  }

  /** Reads a file that core has, by its path there. */
  readFile(path: string, signal: AbortSignal): Promise<FileAtCore> {
    return readFileAtCore((request) => this.#link.connection.http(request), path, signal);
  }

  emit(event: ChatEvent): void {
    if (this.#closed !== undefined) return;
    this.#outbox.push(event.inner.case === "typing" ? "transient" : "event", event);
  }

  /**
   * Sends what waits, if core is there, and leaves in good order (protocol: half-close), at
   * most 5 s. Idempotent.
   */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    await this.#link.close();
    this.#link.connection.drop(new SeabirdError("closed", "the client was closed"));
  }

  /** Until everything has been announced in this session, it is enough to remember changes. */
  #announce(inner: ChatEventBody): void {
    if (this.#isAnnounced) this.#outbox.push("state", create(ChatEventSchema, { inner }));
  }

  #answer(id: string, answer: Answer): void {
    const send = (inner: ChatEventBody) =>
      this.#outbox.push("answer", create(ChatEventSchema, { id, inner }));
    try {
      if (send(answer(this.channels))) return;
      send({ case: "failed", value: { reason: "the backend's answer is too large" } });
    } catch (reason) {
      send({ case: "failed", value: { reason: SeabirdError.from(reason).message } });
    }
  }

  async #session(context: SessionContext): Promise<void> {
    const { limits, clock } = this.#deps.resolved;
    const over = new AbortController();
    const runner = new RequestRunner(
      {
        ...this.#deps,
        channels: this.channels,
        repeated: this.#repeated,
        http: (request) => context.connection.http(request),
        maxAtOnce: limits.maxRequestsAtOnce,
        clock,
        answer: (id, answer) => this.#answer(id, answer),
      },
      over.signal,
    );
    const headers = Promise.withResolvers<void>();
    const stream = context.connection.stream({
      path: INGEST_EVENTS,
      signal: context.signal,
      onHeaders: () => {
        this.#repeated.begins(context.connection.core.instance);
        headers.resolve();
      },
      onMessage: (bytes) => runner.run(fromBinary(ChatRequestSchema, bytes)),
    });
    const sending = this.#send(context, stream, {
      headers: headers.promise,
      runner,
      over: over.signal,
    });
    try {
      await Promise.race([stream.ended, sending.then(() => stream.ended)]);
    } finally {
      over.abort();
      this.#isAnnounced = false;
      this.#outbox.spool();
    }
  }

  /** Everything that goes up in one session, in order; its end is the half-close. */
  async #send(
    { connection, connected, closing, signal }: SessionContext,
    stream: MessageStream,
    { headers, runner, over }: SessionParts,
  ): Promise<void> {
    const { type, id, resolved } = this.#deps;
    if (!(await stream.opened)) return;
    this.#outbox.open();
    const { capabilities } = this.coreState;
    // A core that does not know capabilities skips them.
    const hello = { backendInfo: { type, id }, capabilities };
    await stream.send([encode({ case: "hello", value: hello })]);
    await headersArriveInTime(headers, resolved.clock, signal);
    if (!(await isCoreAnswering(connection, signal)) || over.aborted) return stream.halfClose();
    const hasMessages = connection.core.hasMessages === true;
    this.#outbox.translate(hasMessages ? undefined : toBaseProtocol);
    const bodies = hasMessages ? [...this.coreState.since(capabilities)] : [];
    for (const channel of this.channels.all()) {
      bodies.push({ case: "joinChannel", value: channelBody(channel) });
    }
    this.#isAnnounced = true;
    for (const body of bodies) await stream.send([encode(body)]);
    if (!over.aborted) connected();
    if (hasMessages) this.networkNews.begin(connection, over);
    const finish = AbortSignal.any([closing, over]);
    while (!over.aborted) {
      const messages = await this.#outbox.take(finish, over);
      if (messages !== undefined) {
        await stream.send(messages);
        continue;
      }
      runner.stop();
      await runner.settled();
      if (this.#outbox.isEmpty) return stream.halfClose();
    }
  }
}

const INGEST_EVENTS = `/${ChatIngest.typeName}/${ChatIngest.method.ingestEvents.name}`;

function encode(inner: ChatEventBody): Uint8Array {
  return toBinary(ChatEventSchema, create(ChatEventSchema, { inner }));
}

interface SessionParts {
  readonly headers: Promise<void>;
  readonly runner: RequestRunner;
  /** Aborted when the session has ended. */
  readonly over: AbortSignal;
}
