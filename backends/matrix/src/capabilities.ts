/** What Matrix can do with messages. */
import type { BackendCapabilities } from "@seabird-chat/sdk/backend";
import { MAX_EVENTS, MAX_TEXT_BYTES } from "./outbound.ts";

export const CAPABILITIES: BackendCapabilities = {
  reply: "full",
  thread: "full",
  attachment: "full",
  persona: "full",
  mention: "full",
  // Those of Unicode, and of Matrix; another network's own become text.
  emoji: "partial",
  // Others' messages need power.
  delete: "partial",
  messageIds: "full",
  messageEdited: "full",
  messageDeleted: "full",
  reaction: "full",
  member: "full",
  userChanged: "full",
  typingEvents: "full",
  limits: { maxTextBytes: MAX_TEXT_BYTES, maxAttachments: MAX_EVENTS },
};
