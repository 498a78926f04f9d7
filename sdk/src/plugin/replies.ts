/** Where an answer to an event goes, and how it mentions the user. Pure. */
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

/** Puts `name: ` in front, in channels only. */
export function mentioning(event: ReplyableEvent, content: Content): Content {
  const name = event.user.displayName;
  if (!("channelId" in event) || name === "") return content;
  return typeof content === "string" ? `${name}: ${content}` : [`${name}: `, content];
}
