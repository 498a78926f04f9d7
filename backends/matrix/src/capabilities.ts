/** What Matrix can do with messages. */
import type { BackendCapabilities } from "@seabird-chat/sdk/backend";

export const CAPABILITIES: BackendCapabilities = {
  reply: "full",
  messageIds: "full",
  member: "full",
  userChanged: "full",
};
