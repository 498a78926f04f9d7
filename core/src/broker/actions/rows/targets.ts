/** What rows with the same kind of target have in common. */
import {
  type Conversation,
  readConversation,
  type Tags,
  withoutCoreTags,
} from "@seabird-chat/protocol";
import type { ActionTarget, RequestTarget } from "./action-row.ts";

export const toChannel = {
  access: ["plugin"],
  field: "channel_id",
  target: ({ channelId }: { channelId: string }): ActionTarget => ({
    kind: "channel",
    id: channelId,
  }),
  absentMessage: "unknown backend",
  tags: ({ tags }: { tags: Tags }) => withoutCoreTags(tags),
} as const;

export const toUser = {
  ...toChannel,
  field: "user_id",
  target: ({ userId }: { userId: string }): ActionTarget => ({ kind: "user", id: userId }),
} as const;

export const toBackend = {
  ...toChannel,
  field: "backend_id",
  target: ({ backendId }: { backendId: string }): ActionTarget => ({
    kind: "backend",
    id: backendId,
  }),
} as const;

export const toConversation = {
  ...toChannel,
  field: "conversation",
  target: ({ conversation }: { conversation?: Conversation | undefined }): ActionTarget =>
    readConversation(conversation) ?? { kind: "channel", id: "" },
} as const;

/** The conversation by the backend's own id. */
export function ownConversation({ kind, relative }: RequestTarget): Conversation {
  const field = kind === "user" ? "userId" : "channelId";
  return { $typeName: "common.Conversation", where: { case: field, value: relative } };
}
