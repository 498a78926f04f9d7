/** The context of an event with a conversation: what can be said and done there. */
import type { Block } from "@seabird-chat/protocol";
import type { CallOptions } from "../link/call-options.ts";
import type { Feature } from "../link/capabilities.ts";
import type { Content } from "../link/content.ts";
import { markImpossible, SeabirdError } from "../link/errors.ts";
import type { NamedFile, OutgoingFile } from "../link/media-calls.ts";
import type { MemberList } from "../link/message-actions.ts";
import type { Conversation } from "../link/message-reference.ts";
import type { SentMessage } from "../link/sent-message.ts";
import type { BackendRef, ChannelRef, ConversationMethods, PluginHost } from "./context.ts";
import { type AnswerableEvent, conversationOf } from "./event-fields.ts";
import { type KnownChannel, toChannel } from "./event-values.ts";
import { type ContextDeps, HandlerContext } from "./handler-context.ts";
import type { Slot } from "./handler-slot.ts";
import { originIn } from "./origins.ts";
import { type ReplyOptions, replyTarget, sendReply, toSendOptions } from "./replies.ts";

/** Of an event with a conversation: answers go there. */
export class ConversationContext extends HandlerContext implements ConversationMethods {
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

  readonly reply = (content: Content, settings?: ReplyOptions): Promise<SentMessage> =>
    this.#send(settings, (more) => sendReply(this.#core, this.#event, content, more));

  readonly action = (content: Content, settings?: ReplyOptions): Promise<SentMessage> =>
    this.#send(settings, (more) => {
      const target = replyTarget(this.#event);
      const options = toSendOptions(this.#event, more);
      return target.kind === "user"
        ? this.#core.performPrivateAction(target.userId, content, options)
        : this.#core.performAction(target.channelId, content, options);
    });

  readonly typing = (): Promise<void> => HandlerContext.showTyping(this, this.conversation);

  readonly can = (feature: Feature): Promise<boolean> => this.#core.can(feature, this.conversation);

  readonly upload = (file: OutgoingFile, settings?: CallOptions): Promise<Block> =>
    this.#core.upload(file, settings);

  readonly attachmentUrl = (file: NamedFile, settings?: CallOptions): Promise<string> =>
    this.#core.attachmentUrl(file, settings);

  readonly members = async (settings?: CallOptions): Promise<MemberList> =>
    this.#core.listMembers(this.#channelWith("list of members"), settings);

  readonly channelInfo = async (settings?: CallOptions): Promise<KnownChannel> =>
    toChannel(await this.#core.channelInfo(this.#channelWith("channel"), settings));

  #channelWith(what: string): string {
    const { conversation } = this;
    if ("channelId" in conversation) return conversation.channelId;
    const why = `a private conversation has no ${what}`;
    throw markImpossible(new SeabirdError("failed_precondition", why));
  }

  #send(
    settings: ReplyOptions | undefined,
    go: (settings: ReplyOptions) => Promise<SentMessage>,
  ): Promise<SentMessage> {
    HandlerContext.stopTyping(this);
    return HandlerContext.sendsOf(this).sendMessage(settings, go);
  }
}
