/** Where an answer to an event goes, and how it mentions the user. */
import type { ActionClient, ActionOptions } from "../link/action-client.ts";
import type { Content } from "../link/content.ts";
import { SeabirdError } from "../link/errors.ts";
import { type AnswerableEvent, conversationOf, type PersonalEvent } from "./event-fields.ts";

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
  settings?: ActionOptions,
): Promise<void> {
  const target = replyTarget(event);
  if (target.kind === "user") await core.sendPrivateMessage(target.userId, content, settings);
  else await core.sendMessage(target.channelId, content, settings);
}

/** Puts `name: ` in front, in channels only. */
export function mentioning(event: PersonalEvent, content: Content): Content {
  const name = event.user.displayName;
  if (!("channelId" in conversationOf(event)) || name === "") return content;
  return typeof content === "string" ? `${name}: ${content}` : [`${name}: `, content];
}
