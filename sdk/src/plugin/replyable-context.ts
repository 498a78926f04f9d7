/** The context of an event that somebody caused, and the choice of the context for each kind. */
import { AskCancelled } from "../ask/ask-cancelled.ts";
import { isAffirmative } from "../ask/asks.ts";
import { yieldIfAborted } from "../link/abortable.ts";
import type { ActionOptions } from "../link/call-options.ts";
import type { Content } from "../link/content.ts";
import { SeabirdError } from "../link/errors.ts";
import { checkOptionNames } from "../link/option-names.ts";
import {
  type EmojiGiven,
  noId,
  type ReactOptions,
  type SentMessage,
  throwIfFailed,
} from "../link/sent-message.ts";
import type { AskOptions, MessageMethods, ReplyMethods } from "./context.ts";
import { ConversationContext } from "./conversation-context.ts";
import { isPersonal, type PersonalEvent } from "./event-fields.ts";
import type { PluginEvent } from "./events.ts";
import { type ContextDeps, HandlerContext, SLOT } from "./handler-context.ts";
import type { Slot } from "./handler-slot.ts";
import { backendOf, originIn } from "./origins.ts";
import { mentioning, type ReplyOptions, toSendOptions } from "./replies.ts";
import { subjectOf } from "./subject.ts";
import { TrackedPromise } from "./tracked-promise.ts";

/** Of an event that somebody caused: that person can be answered and asked. */
class ReplyableContext extends ConversationContext implements ReplyMethods, MessageMethods {
  readonly #event: PersonalEvent;
  readonly #deps: ContextDeps;

  constructor(event: PersonalEvent, slot: Slot, deps: ContextDeps) {
    super(event, slot, deps);
    this.#event = event;
    this.#deps = deps;
  }

  readonly mentionReply = (content: Content, settings?: ReplyOptions): Promise<SentMessage> =>
    this.reply(mentioning(this.#event, content), settings);

  readonly replyPrivately = (content: Content, settings?: ReplyOptions): Promise<SentMessage> =>
    HandlerContext.sendsOf(this).sendMessage(settings, (more: ReplyOptions) => {
      const { user } = this.#event;
      const options = toSendOptions(this.#event, more, "channelId" in this.conversation);
      return this.#deps.host.core.sendPrivateMessage(user.id, content, options);
    });

  readonly react = (emoji: EmojiGiven, settings?: ReactOptions): Promise<void> =>
    HandlerContext.sendsOf(this).send(settings, async (more: ReactOptions) => {
      const id = this.#idTo("reacted to");
      await this.#deps.host.core.react(this.conversation, id, emoji, more);
    });

  readonly deleteMessage = (reason?: string, settings?: ActionOptions): Promise<void> =>
    HandlerContext.sendsOf(this).send(settings, async (more: ActionOptions) => {
      const id = this.#idTo("deleted");
      const { core } = this.#deps.host;
      throwIfFailed(await core.deleteMessages(this.conversation, id, { ...more, reason }));
    });

  readonly ask = (question: Content, settings?: AskOptions): Promise<string> =>
    this.#answered(this.#ask(question, settings));

  readonly confirm = (question: Content, settings?: AskOptions): Promise<boolean> =>
    this.#answered(this.#confirm(question, settings));

  #idTo(done: string): string {
    const { id } = subjectOf(this.#event).reference;
    if (id === "") throw noId(this.backend.id, done);
    return id;
  }

  /** A question that the handler does not await does not end the process either. */
  #answered<T>(answer: Promise<T>): Promise<T> {
    return TrackedPromise.of(answer, (reason) => {
      if (reason instanceof AskCancelled) return;
      this.#deps.host.log.warn(reason, "a question was not asked");
    });
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
  return Object.assign(new HandlerContext(event, slot, deps), placeOf(event));
}

/** Where an event that cannot be answered belongs. */
function placeOf(event: PluginEvent): object {
  switch (event.kind) {
    case "messageDeleted":
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
