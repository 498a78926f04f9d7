/** A handler's context: the event's fields, the plugin's tools, and ways to answer. */
import { AskCancelled } from "../ask/ask-cancelled.ts";
import { type Asks, isAffirmative } from "../ask/asks.ts";
import { yieldIfAborted } from "../link/abortable.ts";
import type { ActionOptions } from "../link/action-client.ts";
import { pause } from "../link/clock.ts";
import type { Content } from "../link/content.ts";
import { SeabirdError } from "../link/errors.ts";
import type { Conversation } from "../link/message-reference.ts";
import { checkOptionNames } from "../link/option-names.ts";
import type { AskOptions, BackendRef, ChannelRef, PluginHost, ReplyMethods } from "./context.ts";
import {
  type AnswerableEvent,
  conversationOf,
  EventFields,
  isPersonal,
  type PersonalEvent,
} from "./event-fields.ts";
import type { PluginEvent } from "./events.ts";
import type { Slot } from "./handler-slot.ts";
import { lazyProperty, setHidden } from "./lazy-property.ts";
import { backendOf, originIn } from "./origins.ts";
import { mentioning, replyTarget, sendReply } from "./replies.ts";
import { Sends } from "./sends.ts";
import { TrackedPromise } from "./tracked-promise.ts";

/** What all contexts of one run of a plugin share. */
export interface ContextDeps {
  /** `signal`: aborted when the plugin closes. */
  readonly host: PluginHost;
  readonly asks: Asks;
  readonly askTimeoutMs: number;
  /** Refreshes what tells an answer of this user from a command. Never throws. */
  learnCommands(userId: string): void;
  /** False if too many handlers wait already. */
  mayWait(): boolean;
}

const SLOT = Symbol("slot");

/**
 * All properties are its own, and the functions are bound, so that a handler may spread and
 * destructure it: `({ reply }) => reply("hi")`.
 */
export class HandlerContext extends EventFields {
  readonly name: string;
  readonly config: unknown;
  readonly log: PluginHost["log"];
  readonly core: PluginHost["core"];
  readonly clock: PluginHost["clock"];
  readonly random: PluginHost["random"];
  declare readonly [SLOT]: Slot;
  readonly #deps: ContextDeps;
  #sends: Sends | undefined;

  constructor(event: PluginEvent, slot: Slot, deps: ContextDeps) {
    super(EventFields.receivedOf(event));
    const { host } = deps;
    this.name = host.name;
    this.config = host.config;
    this.log = host.log;
    this.core = host.core;
    this.clock = host.clock;
    this.random = host.random;
    setHidden(this, SLOT, slot);
    this.#deps = deps;
    Object.defineProperty(this, "signal", SIGNAL);
  }

  readonly sleep = (ms: number): Promise<void> =>
    this[SLOT].releaseWhile(sleepFor(ms, this[SLOT].signal, this.#deps));

  /** What the handler has sent so far; made when it is asked for. */
  static sendsOf(context: HandlerContext): Sends {
    context.#sends ??= new Sends(context[SLOT], context.#deps.host.log);
    return context.#sends;
  }

  /** Whether the handler has sent anything. */
  static hasSent(context: HandlerContext): boolean {
    return context.#sends !== undefined;
  }
}

const SIGNAL = lazyProperty<HandlerContext>("signal", function () {
  return this[SLOT].signal;
});

/** Of an event with a conversation: answers go there. */
class ConversationContext extends HandlerContext {
  readonly backend: BackendRef;
  readonly conversation: Conversation;
  declare readonly channel?: ChannelRef;
  readonly #event: AnswerableEvent;
  readonly #core: PluginHost["core"];

  constructor(event: AnswerableEvent, slot: Slot, deps: ContextDeps) {
    super(event, slot, deps);
    this.#event = event;
    this.#core = deps.host.core;
    const conversation = conversationOf(event);
    this.conversation = conversation;
    const { backend, channel } = originIn(conversation);
    this.backend = backend;
    if (channel !== undefined) this.channel = channel;
  }

  readonly reply = (content: Content, settings?: ActionOptions): Promise<void> =>
    HandlerContext.sendsOf(this).send(settings, (more) =>
      sendReply(this.#core, this.#event, content, more),
    );

  readonly action = (content: Content, settings?: ActionOptions): Promise<void> =>
    HandlerContext.sendsOf(this).send(settings, async (more) => {
      const target = replyTarget(this.#event);
      if (target.kind === "user")
        await this.#core.performPrivateAction(target.userId, content, more);
      else await this.#core.performAction(target.channelId, content, more);
    });
}

/** Of an event that somebody caused: that person can be answered and asked. */
class ReplyableContext extends ConversationContext implements ReplyMethods {
  readonly #event: PersonalEvent;
  readonly #deps: ContextDeps;

  constructor(event: PersonalEvent, slot: Slot, deps: ContextDeps) {
    super(event, slot, deps);
    this.#event = event;
    this.#deps = deps;
  }

  readonly mentionReply = (content: Content, settings?: ActionOptions): Promise<void> =>
    this.reply(mentioning(this.#event, content), settings);

  readonly replyPrivately = (content: Content, settings?: ActionOptions): Promise<void> =>
    HandlerContext.sendsOf(this).send(settings, (more) =>
      this.#deps.host.core.sendPrivateMessage(this.#event.user.id, content, more),
    );

  readonly ask = (question: Content, settings?: AskOptions): Promise<string> =>
    this.#answered(this.#ask(question, settings));

  readonly confirm = (question: Content, settings?: AskOptions): Promise<boolean> =>
    this.#answered(this.#confirm(question, settings));

  /** A question that the handler does not await does not end the process either. */
  #answered<T>(answer: Promise<T>): Promise<T> {
    const tracked = TrackedPromise.of(answer);
    answer.catch((reason: unknown) => {
      if (tracked.isObserved || reason instanceof AskCancelled) return;
      this.#deps.host.log.warn(reason, "a question was not asked");
    });
    return tracked;
  }

  async #confirm(question: Content, settings: AskOptions | undefined): Promise<boolean> {
    try {
      return isAffirmative(await this.#ask(question, settings));
    } catch (reason) {
      if (reason instanceof AskCancelled && reason.reason !== "closed") return false;
      throw reason;
    }
  }

  async #ask(question: Content, settings: AskOptions | undefined): Promise<string> {
    checkOptionNames("ask", settings, ["timeoutMs", "tags"]);
    const { asks, askTimeoutMs, host, learnCommands } = this.#deps;
    const timeoutMs = settings?.timeoutMs ?? askTimeoutMs;
    if (!(timeoutMs > 0 && Number.isFinite(timeoutMs))) {
      const allowed = "it must be above 0 and have an end";
      throw new SeabirdError("bad_option", `timeoutMs is ${timeoutMs}; ${allowed}`);
    }
    // A handler that does not await its question ends when the question has been sent.
    HandlerContext.sendsOf(this);
    const slot = this[SLOT];
    await yieldIfAborted(slot.signal, host.signal);
    const event = this.#event;
    const { conversation } = this;
    const channelId = "channelId" in conversation ? conversation.channelId : "";
    const open = asks.open({ userId: event.user.id, channelId }, slot.signal);
    learnCommands(event.user.id);
    try {
      const tags = settings?.tags && { tags: settings.tags };
      await this.mentionReply(question, tags);
    } catch (reason) {
      open.cancel("timeout");
      throw reason;
    }
    open.expireIn(timeoutMs);
    // Ahead of the event that settles it, so a cancelled handler ends before the next one starts.
    open.onSettled(() => slot.reacquire());
    return slot.releaseWhile(open.answer);
  }
}

export function makeContext(event: PluginEvent, slot: Slot, deps: ContextDeps): HandlerContext {
  if (isPersonal(event)) return new ReplyableContext(event, slot, deps);
  if (event.kind === "messageDeleted") return new ConversationContext(event, slot, deps);
  return Object.assign(new HandlerContext(event, slot, deps), placeOf(event));
}

/** Where an event that cannot be answered belongs. */
function placeOf(event: PluginEvent): object {
  switch (event.kind) {
    case "typing":
    case "sendResult":
      return originIn(event.conversation);
    case "userChanged":
      return { backend: backendOf(event.user.id) };
    case "channel":
      return { backend: backendOf(event.channel.id) };
    default:
      return {};
  }
}

async function sleepFor(
  ms: number,
  signal: AbortSignal,
  { host, mayWait }: ContextDeps,
): Promise<void> {
  if (!(ms >= 0 && Number.isFinite(ms))) {
    throw new SeabirdError("bad_option", `sleep takes milliseconds; got ${ms}`);
  }
  if (!mayWait()) {
    throw new SeabirdError("resource_exhausted", "too many handlers wait already");
  }
  await yieldIfAborted(signal, host.signal);
  await pause(host.clock, ms, AbortSignal.any([signal, host.signal]));
  signal.throwIfAborted();
  if (host.signal.aborted) throw new SeabirdError("closed", "the plugin closes");
}
