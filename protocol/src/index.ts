/**
 * The language of Seabird: messages, ids, blocks and tags. Pure, and runs in a browser too.
 *
 * The messages are generated from the files in `proto/`; the rest is written by hand.
 */

export {
  type ChangeChannelChatEvent,
  ChangeChannelChatEventSchema,
  type ChatEvent,
  ChatEventSchema,
  ChatIngest,
  type ChatRequest,
  ChatRequestSchema,
  type FailedChatEvent,
  FailedChatEventSchema,
  file_chat_ingest,
  type HelloChatEvent,
  HelloChatEventSchema,
  type JoinChannelChatEvent,
  JoinChannelChatEventSchema,
  type JoinChannelChatRequest,
  JoinChannelChatRequestSchema,
  type LeaveChannelChatEvent,
  LeaveChannelChatEventSchema,
  type LeaveChannelChatRequest,
  LeaveChannelChatRequestSchema,
  type MetadataChatEvent,
  MetadataChatEventSchema,
  type MetadataChatRequest,
  MetadataChatRequestSchema,
  type PerformActionChatRequest,
  PerformActionChatRequestSchema,
  type PerformPrivateActionChatRequest,
  PerformPrivateActionChatRequestSchema,
  type SendMessageChatRequest,
  SendMessageChatRequestSchema,
  type SendPrivateMessageChatRequest,
  SendPrivateMessageChatRequestSchema,
  type SuccessChatEvent,
  SuccessChatEventSchema,
  type UpdateChannelInfoChatRequest,
  UpdateChannelInfoChatRequestSchema,
} from "./gen/chat_ingest_pb.js";
