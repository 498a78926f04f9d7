/** Where an answer to an event goes, and how it names the person. Pure. */
import type { Content } from "../link/content.ts";
import { SeabirdError } from "../link/errors.ts";
import type { ReplyableEvent } from "./events.ts";

export type ReplyTarget =
  | { readonly kind: "channel"; readonly channelId: string }
  | { readonly kind: "user"; readonly userId: string };

/** Throws `invalid_argument` for an event whose backend did not say where it came from. */
export function replyTarget(event: ReplyableEvent): ReplyTarget {
  const target: ReplyTarget =
    "channelId" in event
      ? { kind: "channel", channelId: event.channelId }
      : { kind: "user", userId: event.user.id };
  if (target.kind === "channel" ? target.channelId !== "" : target.userId !== "") return target;
  throw new SeabirdError("invalid_argument", `this ${event.kind} has no source to reply to`);
}

/** Puts `name: ` in front, in channels only; in private it is clear who is meant. */
export function mentioning(event: ReplyableEvent, content: Content): Content {
  const name = event.user.displayName;
  if (!("channelId" in event) || name === "") return content;
  return typeof content === "string" ? `${name}: ${content}` : [`${name}: `, content];
}
