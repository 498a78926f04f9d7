/** A plugin's client: registers commands, receives events, sends answers. */
import { ActionClient, type ActionClientDeps } from "../link/action-client.ts";
import type { Clock } from "../link/clock.ts";
import { streamEvents } from "../link/connection.ts";
import type { Content } from "../link/content.ts";
import { SeabirdError } from "../link/errors.ts";
import { Link, type LinkState, type SessionContext } from "../link/link.ts";
import { Mailbox } from "../link/mailbox.ts";
import {
  type ConnectOptions,
  type ResolvedConnectOptions,
  resolveConnectOptions,
} from "../link/options.ts";
import { headersArriveInTime, isCoreAnswering } from "../link/readiness.ts";
import { ReceivedEvent } from "../link/received-event.ts";
import type { SentMessage } from "../link/sent-message.ts";
import type { EventKind } from "./context.ts";
import { toPluginEvent } from "./event-fields.ts";
import type { PluginEvent, ReplyableEvent } from "./events.ts";
import { mentioning, type ReplyOptions, sendReply } from "./replies.ts";
import { checkKind, Subscription } from "./subscription.ts";

/** A command's help. */
export interface CommandHelp {
  /** One line. */
  readonly shortHelp: string;
  /** Everything else, such as arguments and examples. Default: empty. */
  readonly fullHelp?: string | undefined;
}

export interface PluginOptions extends ConnectOptions {
  /**
   * The commands to register, by name and without prefix. Default: none. All are registered
   * or none; a name that another plugin holds is tried again for 35 s.
   */
  commands?: Readonly<Record<string, CommandHelp>> | undefined;
  /**
   * Kinds of events to receive besides those that every plugin does, such as `reaction`; or `*` for
   * all that core has, also those that are `unknown` to this version. A core without the messages
   * extension does not send them. Default: none.
   */
  kinds?: readonly EventKind[] | "*" | undefined;
  /** Called once for the kinds of `kinds` that core does not send. Default: does nothing. */
  onMissingKinds?: ((kinds: readonly EventKind[]) => void) | undefined;
}

/**
 * Connects a plugin without handlers: a bare stream of events. It connects immediately and
 * reconnects until `close()`.
 *
 * ```ts
 * const plugin = connectPlugin({ commands: { ping: { shortHelp: "answers pong" } } });
 * for await (const event of plugin.events()) {
 *   if (event.kind === "command" && event.command === "ping") await plugin.reply(event, "pong");
 * }
 * ```
 *
 * Throws a SeabirdError `bad_option` if the options cannot work.
 */
export function connectPlugin(options: PluginOptions = {}): PluginClient {
  const { commands = {}, kinds = [], onMissingKinds } = options;
  if (kinds !== "*") for (const kind of kinds) checkKind(kind);
  return new PluginClient(commands, resolveConnectOptions(options), {
    subscription: new Subscription(kinds, onMissingKinds),
  });
}

export interface PluginClientOptions {
  /**
   * Called for a command that another plugin holds for 35 s: returns the commands to continue with,
   * or undefined to fail. Default: the client fails.
   */
  readonly yieldCommand?: ((name: string) => PluginOptions["commands"]) | undefined;
  readonly onSend?: ActionClientDeps["onSend"];
  /** Default: the original kinds. */
  readonly subscription?: Subscription | undefined;
}

export class PluginClient extends ActionClient implements AsyncDisposable {
  readonly #link: Link;
  readonly #limits: ResolvedConnectOptions["limits"];
  readonly #events: Mailbox<ReceivedEvent>;
  readonly #clock: Clock;
  readonly #subscription: Subscription;
  #commands: WireCommands;
  #reading = false;
  #isLeaving = false;
  #closed: Promise<void> | undefined;

  /** @internal Use `connectPlugin`. */
  constructor(
    commands: Readonly<Record<string, CommandHelp>>,
    options: ResolvedConnectOptions,
    { yieldCommand, onSend, subscription = new Subscription([]) }: PluginClientOptions = {},
  ) {
    const wire = toWire(commands);
    const link = new Link(options, (context) => this.#session(context), {
      yieldName: (error) => {
        const name = takenCommand(error);
        if (name === undefined || !Object.hasOwn(this.#commands, name)) return false;
        const left = yieldCommand?.(name);
        if (left !== undefined) this.#commands = toWire(left);
        return left !== undefined;
      },
    });
    super(link.connection, { ...options, onSend });
    this.#link = link;
    this.#limits = options.limits;
    this.#clock = options.clock;
    this.#subscription = subscription;
    this.#commands = wire;
    this.#events = new Mailbox(options.limits.maxQueuedEvents);
    link.closing.addEventListener("abort", () => this.#events.end(), { once: true });
    void link.ended().then((last) => {
      this.#events.end(last.state === "failed" ? last.error : undefined);
      if (!this.#isLeaving || last.state === "failed") void this.close();
    });
  }

  get state(): LinkState {
    return this.#link.state;
  }

  /** The current state and each later one; ends after `failed` or `closed`. */
  states(): AsyncIterable<LinkState> {
    return this.#link.states();
  }

  /** Resolves when events flow and the commands are registered; rejects if the client fails. */
  ready(): Promise<void> {
    return this.#link.ready();
  }

  /**
   * Every event that core announces, across reconnects (what happens while the link is down
   * is not seen). Ends when the client is closed; throws when the link has failed. One
   * reader at a time: a second one throws. A reader that stops makes core queue, and core
   * ends the stream of a plugin that falls too far behind; the link then reconnects.
   */
  async *events(): AsyncGenerator<PluginEvent, void, void> {
    if (this.#reading) {
      throw new SeabirdError("failed_precondition", "events() is being read already");
    }
    this.#reading = true;
    try {
      for (;;) {
        const event = await this.#events.take();
        if (event === undefined) return;
        yield toPluginEvent(event);
      }
    } finally {
      this.#reading = false;
    }
  }

  /**
   * As `events()`, without promises for each event: the next one follows when what `take` returned
   * has resolved.
   * @internal
   */
  async readEvents(take: (event: ReceivedEvent) => Promise<void> | undefined): Promise<void> {
    for (;;) {
      const event = this.#events.takeNow() ?? (await this.#events.take());
      if (event === undefined) return;
      const pause = take(event);
      if (pause !== undefined) await pause;
    }
  }

  /** Answers where the event came from: in its channel, or in private. */
  reply(event: ReplyableEvent, content: Content, settings?: ReplyOptions): Promise<SentMessage> {
    return sendReply(this, event, content, settings);
  }

  /** Like `reply`, with `name: ` in front when it goes to a channel. */
  mentionReply(
    event: ReplyableEvent,
    content: Content,
    settings?: ReplyOptions,
  ): Promise<SentMessage> {
    return this.reply(event, mentioning(event, content), settings);
  }

  /**
   * Ends the event stream, which frees the commands; calls work until `close()`. Idempotent.
   * @internal
   */
  async leave(): Promise<void> {
    this.#isLeaving = true;
    await this.#link.close();
  }

  /**
   * Ends the event stream, which frees the commands, and waits for calls in flight, at most
   * 5 s. Idempotent. Actions after it still work until it resolves.
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
    this.#events.end();
    await this.settle(this.#limits.closeTimeoutMs);
    this.#link.connection.drop(new SeabirdError("closed", "the client was closed"));
  }

  async #session(context: SessionContext): Promise<void> {
    this.#subscription.begin();
    for (let isRefused = true; isRefused; ) {
      isRefused = await this.#stream(context).then(
        () => false,
        (reason: unknown) => {
          if (!this.#subscription.refused(SeabirdError.from(reason))) throw reason;
          return true;
        },
      );
    }
  }

  async #stream(context: SessionContext): Promise<void> {
    const { connection, closing } = context;
    const signal = AbortSignal.any([closing, context.signal]);
    const headers = Promise.withResolvers<void>();
    const connected = () => {
      this.#subscription.accepted(connection.core.hasMessages);
      context.connected();
    };
    const onHeaders = () => {
      connected();
      headers.resolve();
    };
    void acceptWithoutHeaders({ ...context, connected }, headers.promise, this.#clock);
    const { options } = this.#subscription;
    const request = { commands: this.#commands, ...(options && { options }) };
    const stream = streamEvents(connection, request, {
      signal,
      onHeaders,
      onMessage: (bytes) => this.#events.put(new ReceivedEvent(bytes)),
    });
    await stream.ended;
  }
}

/** For cores that send a stream's headers only with its first event, which may take hours. */
async function acceptWithoutHeaders(
  { connection, connected, signal }: SessionContext,
  headers: Promise<void>,
  clock: Clock,
): Promise<void> {
  if (await headersArriveInTime(headers, clock, signal)) return;
  if (!signal.aborted && (await isCoreAnswering(connection, signal))) connected();
}

/** Which command core says is taken (protocol: StreamEvents). */
function takenCommand({ message }: SeabirdError): string | undefined {
  return /command "(.*)" already registered/s.exec(message)?.[1];
}

type WireCommands = Record<string, { name: string; shortHelp: string; fullHelp: string }>;

/** Throws `bad_option` for invalid names and help. */
function toWire(commands: Readonly<Record<string, CommandHelp>>): WireCommands {
  const rows = Object.entries(commands).map(([name, help]) => {
    const { shortHelp, fullHelp = "" }: Partial<CommandHelp> = help ?? {};
    if (!/^\S+$/.test(name)) {
      throw new SeabirdError("bad_option", `a command is called "${name}"; names have no spaces`);
    }
    if (typeof shortHelp !== "string" || typeof fullHelp !== "string") {
      const what = `command "${name}" needs shortHelp as text, at least ""`;
      throw new SeabirdError("bad_option", what);
    }
    return [name, { name, shortHelp, fullHelp }] as const;
  });
  return Object.fromEntries(rows);
}
