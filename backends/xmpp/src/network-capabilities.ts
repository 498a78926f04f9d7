/** What an XMPP network can do, and what a room can do by its features (XEP-0030). */
import type { BackendCapabilities, ChannelCapabilities } from "@seabird-chat/sdk/backend";
import { NS } from "./stanza.ts";
import type { RoomView } from "./state/rooms.ts";

/**
 * Bytes of one message's text; a longer one is refused, since servers end a session that sends more. With
 * formatting, quotes and what XML escapes it still has to fit into `MAX_STANZA_BYTES`.
 */
export const MAX_TEXT_BYTES = 48_000;

export const CAPABILITIES: BackendCapabilities = {
  messageIds: "full",
  reply: "full",
  // Of the last message, as XEP-0308 has it.
  edit: "partial",
  messageEdited: "full",
  // Others' messages where the room has moderation (XEP-0425) and the bot is a moderator.
  delete: "partial",
  messageDeleted: "full",
  react: "full",
  reaction: "full",
  typing: "full",
  typingEvents: "full",
  members: "full",
  member: "full",
  userChanged: "full",
  // A nick in the text notifies; there is no mention of everyone.
  mention: "partial",
  // Those of Unicode.
  emoji: "partial",
  attachment: "full",
  limits: { maxTextBytes: MAX_TEXT_BYTES },
};

/** `takesFiles`: the bot's server has a service for them; else people get a link to core, or a name. */
export function capabilitiesOf(
  rooms: readonly RoomView[],
  takesFiles: boolean,
): BackendCapabilities & { readonly channels: Record<string, ChannelCapabilities> } {
  const whole: BackendCapabilities = takesFiles
    ? CAPABILITIES
    : { ...CAPABILITIES, attachment: "partial" };
  const channels = rooms
    .filter(({ isJoined, features }) => isJoined && features.size > 0 && !features.has(NS.ids))
    // Without the room's own ids a message is named by what its sender called it.
    .map(({ address }) => [address, { ...whole, messageIds: "partial" }] as const);
  return { ...whole, channels: Object.fromEntries(channels) };
}
