/** Tags of IRCv3 that people and servers put on messages: answers, reactions, typing, bots. Pure. */
import type { IrcMessage } from "../message/irc-message.ts";
import type { Addressed, IrcEvent } from "./irc-event.ts";

/** Tags that clients add, as they are sent; without `+` they are what CLIENTTAGDENY names. */
export const CLIENT_TAGS = {
  reply: "+draft/reply",
  react: "+draft/react",
  unreact: "+draft/unreact",
  typing: "+typing",
} as const;

type Tags = IrcMessage["tags"];

/** Under both names: before and after the specification is final. */
function tagOf(tags: Tags, name: "reply" | "react" | "unreact"): string {
  return tags[CLIENT_TAGS[name]] || tags[`+${name}`] || "";
}

/** The id of the message that is answered. */
export function replyOf(tags: Tags): string | undefined {
  return tagOf(tags, "reply") || undefined;
}

const BOT_TAGS = ["bot", "draft/bot", "inspircd.org/bot"];

/** Whether the server marks the sender as a bot. */
export function isBotTagged(tags: Tags): boolean {
  return BOT_TAGS.some((name) => tags[name] !== undefined);
}

/** What a TAGMSG says. */
export function tagEvents(tags: Tags, addressed: Addressed): readonly IrcEvent[] {
  const events: IrcEvent[] = [];
  const messageId = replyOf(tags);
  for (const name of ["react", "unreact"] as const) {
    const emoji = tagOf(tags, name);
    if (messageId === undefined || emoji === "") continue;
    const removed = name === "unreact";
    events.push({ kind: "reaction", ...addressed, messageId, emoji, removed });
  }
  const typing = tags[CLIENT_TAGS.typing];
  if (typing !== undefined && TYPING.has(typing)) {
    events.push({ kind: "typing", ...addressed, isActive: typing === "active" });
  }
  return events;
}

/** `paused`: there is text, and nobody types. */
const TYPING = new Set(["active", "paused", "done"]);
