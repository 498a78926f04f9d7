/** What the terminal's room can do with messages: everything but threads. */
import type { BackendCapabilities } from "@seabird-chat/sdk/backend";
import { MAX_REACTIONS } from "./reactions.ts";

export const CAPABILITIES: BackendCapabilities = {
  edit: "full",
  delete: "full",
  react: "full",
  reply: "full",
  attachment: "full",
  persona: "full",
  typing: "full",
  members: "full",
  fetchAttachment: "full",
  mention: "full",
  emoji: "full",
  messageIds: "full",
  messageEdited: "full",
  messageDeleted: "full",
  reaction: "full",
  member: "full",
  userChanged: "full",
  typingEvents: "full",
  limits: { maxReactionsPerUser: MAX_REACTIONS },
};
