/** A chat backend's client: says Hello, tells what happens on its network, does what core asks. */
import { create } from "@bufbuild/protobuf";
import { createClient } from "@connectrpc/connect";
import {
  type ChatEvent,
  ChatEventSchema,
  ChatIngest,
  type ChatRequest,
} from "@seabird-chat/protocol";
import type { Clock } from "../link/clock.ts";
import { SeabirdError } from "../link/errors.ts";
import { Link, type LinkState, type SessionContext } from "../link/link.ts";
import {
  type ConnectOptions,
  type ResolvedConnectOptions,
  resolveConnectOptions,
} from "../link/options.ts";
import { headersArriveInTime, isCoreAnswering } from "../link/readiness.ts";
import { answerBody } from "./answer-body.ts";
import { Answerer } from "./answerer.ts";
import type { Answer } from "./answers.ts";
import { type BackendChannel, Channels, type TrackedChannel } from "./channels.ts";
import {
  type ChannelSaid,
  type ChatEventBody,
  type CommandGiven,
  channelBody,
  channelSaid,
  commandGiven,
  type PrivatelySaid,
  privatelySaid,
} from "./chat-events.ts";
import { Outbox } from "./outbox.ts";
import type { BackendHandlers } from "./requests.ts";

export interface BackendOptions extends ConnectOptions {
  /** The network's kind, such as `irc`. */
  type: string;
  /** This backend's name among those of its kind. */
  id: string;
  handlers: BackendHandlers;
  /** @internal */
  requestTimeoutMs?: number | undefined;
  /** @internal Called whenever `unsent` may have changed. */
  onOutboxChange?: (() => void) | undefined;
}

/**
 * Connects a backend. It begins at once and keeps the link up until `close()`.
 *
 * Events told while core is away are kept (at most `maxSpooledEvents` and `maxSpooledBytes`,
 * oldest dropped first, see `droppedEvents`) and sent after the reconnect, when the channels
 * have been announced again. What was on its way when the link broke may be lost.
 *
 * Throws a SeabirdError `bad_option` if the options cannot work.
 */
export function connectBackend(options: BackendOptions): BackendClient {
  for (const name of ["type", "id"] as const) {
    const given: unknown = options[name];
    if (typeof given !== "string" || given === "") {
      const what = `a backend's ${name} is ${JSON.stringify(given)}; give it a name, such as "irc"`;
      throw new SeabirdError("bad_option", what);
    }
  }
  return new BackendClient(options, resolveConnectOptions(options));
}

export class BackendClient implements AsyncDisposable {
  readonly #who: { readonly type: string; readonly id: string };
  readonly #handlers: BackendHandlers;
  readonly #limits: ResolvedConnectOptions["limits"];
  readonly #timeoutMs: number;
  readonly #clock: Clock;
  readonly #channels: Channels;
  readonly #outbox: Outbox;
  readonly #link: Link;
  readonly #ended = new AbortController();
  #announced = false;
  #closed: Promise<void> | undefined;

  /** @internal Use `connectBackend`. */
  constructor(options: BackendOptions, resolved: ResolvedConnectOptions) {
    const { limits } = resolved;
    this.#who = { type: options.type, id: options.id };
    this.#handlers = options.handlers;
    this.#limits = limits;
    this.#timeoutMs = options.requestTimeoutMs ?? 12_000;
    this.#clock = resolved.clock;
    this.#channels = new Channels({
      maxChannels: limits.maxChannels,
      maxCharacters: limits.maxChannelTextCharacters,
    });
    this.#outbox = new Outbox({
      spool: { maxEvents: limits.maxSpooledEvents, maxBytes: limits.maxSpooledBytes },
      open: { maxEvents: limits.maxOutgoingEvents, maxBytes: limits.maxOutgoingBytes },
      maxEventBytes: limits.maxEventBytes,
      maxCommandAgeMs: limits.maxSpooledCommandMs,
      clock: resolved.clock,
      onChange: options.onOutboxChange,
    });
    this.#link = new Link(resolved, (context) => this.#session(context));
    void this.#link.ended().then(() => {
      this.#ended.abort();
      return this.close();
    });
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

  /** @internal Events, answers and changes of channels that wait to be sent. */
  get unsent(): number {
    return this.#outbox.unsent;
  }

  /**
   * Resolves when nothing waits to be sent, or the client has ended. Whoever tells much at
   * once waits for it now and then, so that nothing is dropped.
   */
  flushed(): Promise<void> {
    return this.#outbox.drained(this.#ended.signal);
  }

  get channels(): readonly TrackedChannel[] {
    return this.#channels.all();
  }

  channel(id: string): TrackedChannel | undefined {
    return this.#channels.get(id);
  }

  message(said: ChannelSaid): void {
    this.#emit(channelSaid("message", said));
  }

  /** A message that addresses the bot; the content is what follows its name. */
  mention(said: ChannelSaid): void {
    this.#emit(channelSaid("mention", said));
  }

  action(said: ChannelSaid): void {
    this.#emit(channelSaid("action", said));
  }

  command(given: CommandGiven): void {
    this.#emit(commandGiven(given));
  }

  privateMessage(said: PrivatelySaid): void {
    this.#emit(privatelySaid("privateMessage", said));
  }

  privateAction(said: PrivatelySaid): void {
    this.#emit(privatelySaid("privateAction", said));
  }

  /** The bot is in this channel, by its own doing. (A join that core asked for: answer `joined`.) */
  joinChannel(channel: BackendChannel): void {
    this.#announce({ case: "joinChannel", value: channelBody(this.#channels.set(channel)) });
  }

  /** The bot is no longer in this channel. */
  leaveChannel(channelId: string): void {
    this.#channels.remove(channelId);
    this.#announce({ case: "leaveChannel", value: { channelId } });
  }

  /** A channel's name or topic changed; what is not given stays. Unknown channels are ignored. */
  changeChannel(change: BackendChannel): void {
    const changed = this.#channels.change(change);
    if (changed !== undefined) {
      this.#announce({ case: "changeChannel", value: channelBody(changed) });
    }
  }

  /**
   * Sends what waits, if core is there, and leaves in good order (protocol: half-close), at
   * most `closeTimeoutMs`. Idempotent.
   */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #close(): Promise<void> {
    await this.#link.close();
    this.#link.connection.drop(new SeabirdError("closed", "the client was closed"));
  }

  #emit(event: ChatEvent): void {
    if (this.#closed === undefined) this.#outbox.push("event", event);
  }

  /** Until the channels have been announced in this session, it is enough to remember them. */
  #announce(inner: ChatEventBody): void {
    if (this.#announced) this.#outbox.push("channel", create(ChatEventSchema, { inner }));
  }

  #answer(id: string, answer: Answer): void {
    const send = (inner: ChatEventBody) =>
      this.#outbox.push("answer", create(ChatEventSchema, { id, inner }));
    try {
      if (send(answerBody(answer, this.#channels))) return;
      send({ case: "failed", value: { reason: "the backend's answer is too large" } });
    } catch (reason) {
      send({ case: "failed", value: { reason: SeabirdError.from(reason).message } });
    }
  }

  async #session(context: SessionContext): Promise<void> {
    const { connection, signal } = context;
    const over = new AbortController();
    const answerer = new Answerer(
      {
        handlers: this.#handlers,
        maxAtOnce: this.#limits.maxRequestsAtOnce,
        timeoutMs: this.#timeoutMs,
        clock: this.#clock,
        answer: (id, answer) => this.#answer(id, answer),
      },
      over.signal,
    );
    const headers = Promise.withResolvers<void>();
    const requests = createClient(ChatIngest, connection.transport).ingestEvents(
      this.#outgoing(context, { headers: headers.promise, answerer, over: over.signal }),
      { signal, onHeader: () => headers.resolve() },
    );
    try {
      await this.#serve(requests, answerer);
    } finally {
      over.abort();
      this.#announced = false;
      this.#outbox.spool();
    }
  }

  async #serve(requests: AsyncIterable<ChatRequest>, answerer: Answerer): Promise<void> {
    for await (const request of requests) await answerer.take(request);
  }

  /** Everything that goes up in one session, in order; its end is the half-close. */
  async *#outgoing(
    { connection, connected, closing, signal }: SessionContext,
    { headers, answerer, over }: SessionParts,
  ): AsyncGenerator<ChatEvent, void, void> {
    this.#outbox.open();
    yield create(ChatEventSchema, { inner: { case: "hello", value: { backendInfo: this.#who } } });
    await headersArriveInTime(headers, this.#clock, signal);
    if (!(await isCoreAnswering(connection, signal)) || over.aborted) return;
    const channels = this.#channels.all();
    this.#announced = true;
    for (const channel of channels) {
      yield create(ChatEventSchema, {
        inner: { case: "joinChannel", value: channelBody(channel) },
      });
    }
    if (!over.aborted) connected();
    const finish = AbortSignal.any([closing, over]);
    while (!over.aborted) {
      const event = await this.#outbox.take(finish, over);
      if (event !== undefined) {
        yield event;
        continue;
      }
      answerer.stop();
      await answerer.settled();
      if (this.#outbox.isEmpty) return;
    }
  }
}

interface SessionParts {
  readonly headers: Promise<void>;
  readonly answerer: Answerer;
  /** Aborted when the session has ended. */
  readonly over: AbortSignal;
}
