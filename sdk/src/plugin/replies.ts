/** Where an answer to an event goes, and how it mentions the user. */
import type { ActionClient, ActionOptions } from "../link/action-client.ts";
import type { Content } from "../link/content.ts";
import { SeabirdError } from "../link/errors.ts";
import type { ReplyableEvent } from "./events.ts";

export type ReplyTarget =
  | { readonly kind: "channel"; readonly channelId: string }
  | { readonly kind: "user"; readonly userId: string };

/** Throws `invalid_argument` for an event without a source. */
export function replyTarget(event: ReplyableEvent): ReplyTarget {
  const target: ReplyTarget =
    "channelId" in event
      ? { kind: "channel", channelId: event.channelId }
      : { kind: "user", userId: event.user.id };
  if (target.kind === "channel" ? target.channelId !== "" : target.userId !== "") return target;
  throw new SeabirdError("invalid_argument", `this ${event.kind} has no source to reply to`);
}

/** Sends an answer where the event came from: into its channel, or in private. */
export async function sendReply(
  core: Pick<ActionClient, "sendMessage" | "sendPrivateMessage">,
  event: ReplyableEvent,
  content: Content,
  settings?: ActionOptions,
): Promise<void> {
  const target = replyTarget(event);
  if (target.kind === "user") await core.sendPrivateMessage(target.userId, content, settings);
  else await core.sendMessage(target.channelId, content, settings);
}

/** Puts `name: ` in front, in channels only. */
export function mentioning(event: ReplyableEvent, content: Content): Content {
  const name = event.user.displayName;
  if (!("channelId" in event) || name === "") return content;
  return typeof content === "string" ? `${name}: ${content}` : [`${name}: `, content];
}
