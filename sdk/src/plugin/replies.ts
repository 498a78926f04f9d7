/** Where an answer to an event goes, what it refers to, and how it mentions the user. */
import type { ActionClient } from "../link/action-client.ts";
import type { SendOptions } from "../link/call-options.ts";
import type { Content } from "../link/content.ts";
import { SeabirdError } from "../link/errors.ts";
import type { MessageReference } from "../link/message-reference.ts";
import type { SentMessage } from "../link/sent-message.ts";
import { type AnswerableEvent, conversationOf, type PersonalEvent } from "./event-fields.ts";
import { subjectOf } from "./subject.ts";

export interface ReplyOptions extends Omit<SendOptions, "replyTo"> {
  /**
   * The message that this one answers; `true`: the one that the event is about. Without the messages
   * extension `true` has no effect, nor on a network whose messages have no ids.
   */
  readonly replyTo?: MessageReference | true | undefined;
}

export type ReplyTarget =
  | { readonly kind: "channel"; readonly channelId: string }
  | { readonly kind: "user"; readonly userId: string };

/** Throws `invalid_argument` for an event without a source. */
export function replyTarget(event: AnswerableEvent): ReplyTarget {
  const conversation = conversationOf(event);
  const target: ReplyTarget =
    "channelId" in conversation
      ? { kind: "channel", channelId: conversation.channelId }
      : { kind: "user", userId: conversation.userId };
  if (target.kind === "channel" ? target.channelId !== "" : target.userId !== "") return target;
  throw new SeabirdError("invalid_argument", `this ${event.kind} has no source to reply to`);
}

/** Sends an answer where the event came from: into its channel, or in private. */
export async function sendReply(
  core: Pick<ActionClient, "sendMessage" | "sendPrivateMessage">,
  event: AnswerableEvent,
  content: Content,
  settings?: ReplyOptions,
): Promise<SentMessage> {
  const target = replyTarget(event);
  const options = toSendOptions(event, settings);
  return target.kind === "user"
    ? core.sendPrivateMessage(target.userId, content, options)
    : core.sendMessage(target.channelId, content, options);
}

/** `isElsewhere`: the answer goes to another conversation than the event's. */
export function toSendOptions(
  event: AnswerableEvent,
  settings: ReplyOptions = {},
  isElsewhere = false,
): SendOptions {
  const { replyTo, ...others } = settings;
  const { reference, referrer } = subjectOf(event);
  const own = referrer === "" || isElsewhere ? others : { referrer, ...others };
  if (replyTo === undefined) return own;
  if (replyTo !== true) return { ...own, replyTo };
  const conversation = isElsewhere ? conversationOf(event) : undefined;
  return { ...own, replyTo: { ...reference, conversation } };
}

/** Puts `name: ` in front, in channels only. */
export function mentioning(event: PersonalEvent, content: Content): Content {
  const name = event.user.displayName;
  if (!("channelId" in conversationOf(event)) || name === "") return content;
  return typeof content === "string" ? `${name}: ${content}` : [`${name}: `, content];
}
