/**
 * The fields of every message, written by hand from the protocol (docs/protocol.md) and never from
 * the generated code; `|` marks a member of a oneof.
 */

/** The table's messages, each with its fields in the order of their numbers. */
export function table(text: string): Map<string, string[]> {
  const rows = text
    .trim()
    .replaceAll(/\s+/g, " ")
    .split(/ (?=(?:common|seabird)\.[\w.]+:)/);
  return new Map(
    rows.map((row) => {
      const [name = "", fields = ""] = row.split(": ");
      return [name, fields === "-" ? [] : fields.split(", ")];
    }),
  );
}

export const MESSAGES = table(`
  common.Backend: 1 id string, 2 type string
  common.User: 1 id string, 2 display_name string, 1000 avatar_url string, 1001 is_bot bool,
    1002 account string
  common.Channel: 1 id string, 2 display_name string, 3 topic string, 1000 parent_id string,
    1001 is_private bool, 1002 root_message_id string
  common.ChannelSource: 1 channel_id string, 2 user User
  common.MessageEvent: 1 source ChannelSource, 2 text string, 3 root_block Block,
    1000 info MessageInfo
  common.PrivateMessageEvent: 1 source User, 2 text string, 3 root_block Block, 1000 info MessageInfo
  common.MentionEvent: 1 source ChannelSource, 2 text string, 3 root_block Block,
    1000 info MessageInfo
  common.CommandEvent: 1 source ChannelSource, 2 command string, 3 arg string,
    1000 info MessageInfo, 1001 arg_block Block
  common.ActionEvent: 1 source ChannelSource, 2 text string, 3 root_block Block,
    1000 info MessageInfo
  common.PrivateActionEvent: 1 source User, 2 text string, 3 root_block Block, 1000 info MessageInfo
  common.Block: 1 plain string, |2 text TextBlock, |3 italics ItalicsBlock, |4 bold BoldBlock,
    |5 underline UnderlineBlock, |6 strikethrough StrikethroughBlock,
    |7 inline_code InlineCodeBlock, |8 fenced_code FencedCodeBlock, |9 spoiler SpoilerBlock,
    |10 list ListBlock, |11 link LinkBlock, |12 blockquote BlockquoteBlock,
    |13 timestamp TimestampBlock, |14 container ContainerBlock, |15 heading HeadingBlock,
    |1000 mention MentionBlock, |1001 emoji EmojiBlock, |1002 attachment AttachmentBlock
  common.TextBlock: 1 text string
  common.ItalicsBlock: 1 inner Block
  common.BoldBlock: 1 inner Block
  common.UnderlineBlock: 1 inner Block
  common.StrikethroughBlock: 1 inner Block
  common.InlineCodeBlock: 1 text string
  common.FencedCodeBlock: 1 info string, 2 text string
  common.SpoilerBlock: 2 inner Block
  common.ListBlock: 1 inner repeated Block, 1000 is_ordered bool
  common.LinkBlock: 1 url string, 2 inner Block
  common.BlockquoteBlock: 1 inner Block
  common.ContainerBlock: 1 inner repeated Block
  common.TimestampBlock: 1 inner google.protobuf.Timestamp
  common.HeadingBlock: 1 level int32, 2 inner Block
  seabird.Event: |1 message MessageEvent, |2 private_message PrivateMessageEvent,
    |3 mention MentionEvent, |4 command CommandEvent, |5 action ActionEvent,
    |6 private_action PrivateActionEvent, |7 send_message SendMessageEvent,
    |8 send_private_message SendPrivateMessageEvent, |9 perform_action PerformActionEvent,
    |10 perform_private_action PerformPrivateActionEvent, 11 tags map<string,string>,
    1000 meta EventMeta, |1001 message_edited MessageEditedEvent,
    |1002 message_deleted MessageDeletedEvent, |1003 reaction ReactionEvent,
    |1004 typing TypingEvent, |1005 member MemberEvent, |1006 user_changed UserChangedEvent,
    |1007 channel ChannelEvent, |1008 backend BackendEvent, |1010 send_result SendResultEvent
  seabird.StreamEventsRequest: 1 commands map<string,CommandMetadata>,
    1000 options SubscribeOptions
  seabird.CommandMetadata: 1 name string, 2 short_help string, 3 full_help string
  seabird.PerformActionRequest: 1 channel_id string, 2 text string, 3 tags map<string,string>,
    4 root_block Block, 1000 options SendOptions
  seabird.PerformActionResponse: 1000 result SendResult
  seabird.PerformActionEvent: 1 sender string, 2 channel_id string, 3 text string,
    4 root_block Block, 1000 options SendOptions
  seabird.PerformPrivateActionRequest: 1 user_id string, 2 text string, 3 tags map<string,string>,
    4 root_block Block, 1000 options SendOptions
  seabird.PerformPrivateActionResponse: 1000 result SendResult
  seabird.PerformPrivateActionEvent: 1 sender string, 2 user_id string, 3 text string,
    4 root_block Block, 1000 options SendOptions
  seabird.SendMessageRequest: 1 channel_id string, 2 text string, 3 tags map<string,string>,
    4 root_block Block, 1000 options SendOptions
  seabird.SendMessageResponse: 1000 result SendResult
  seabird.SendMessageEvent: 1 sender string, 2 channel_id string, 3 text string,
    4 root_block Block, 1000 options SendOptions
  seabird.SendPrivateMessageRequest: 1 user_id string, 2 text string, 3 tags map<string,string>,
    4 root_block Block, 1000 options SendOptions
  seabird.SendPrivateMessageResponse: 1000 result SendResult
  seabird.SendPrivateMessageEvent: 1 sender string, 2 user_id string, 3 text string,
    4 root_block Block, 1000 options SendOptions
  seabird.JoinChannelRequest: 1 backend_id string, 2 channel_name string,
    3 tags map<string,string>
  seabird.JoinChannelResponse: -
  seabird.LeaveChannelRequest: 1 channel_id string, 2 exit_message string,
    3 tags map<string,string>
  seabird.LeaveChannelResponse: -
  seabird.ListBackendsRequest: -
  seabird.ListBackendsResponse: 1 backends repeated Backend
  seabird.BackendInfoRequest: 1 backend_id string
  seabird.BackendInfoResponse: 1 backend Backend, 2 metadata map<string,string>,
    1000 capabilities Capabilities
  seabird.ListChannelsRequest: 1 backend_id string
  seabird.ListChannelsResponse: 1 channels repeated Channel
  seabird.ChannelInfoRequest: 1 channel_id string
  seabird.ChannelInfoResponse: 1 channel Channel, 1000 capabilities Capabilities
  seabird.UpdateChannelInfoRequest: 1 channel_id string, 2 topic string, 3 tags map<string,string>
  seabird.UpdateChannelInfoResponse: -
  seabird.CoreInfoRequest: -
  seabird.CoreInfoResponse: 1 startup_timestamp uint64, 2 current_timestamp uint64,
    1000 extensions repeated string
  seabird.CommandsRequest: -
  seabird.CommandsResponse: 1 commands map<string,CommandMetadata>
  seabird.PerformActionChatRequest: 1 channel_id string, 2 text string, 3 tags map<string,string>,
    4 root_block Block, 1000 options SendOptions
  seabird.PerformPrivateActionChatRequest: 1 user_id string, 2 text string,
    3 tags map<string,string>, 4 root_block Block, 1000 options SendOptions
  seabird.SendMessageChatRequest: 1 channel_id string, 2 text string, 3 tags map<string,string>,
    4 root_block Block, 1000 options SendOptions
  seabird.SendPrivateMessageChatRequest: 1 user_id string, 2 text string,
    3 tags map<string,string>, 4 root_block Block, 1000 options SendOptions
  seabird.JoinChannelChatRequest: 1 channel_name string, 2 tags map<string,string>
  seabird.LeaveChannelChatRequest: 1 channel_id string, 2 tags map<string,string>
  seabird.UpdateChannelInfoChatRequest: 1 channel_id string, 2 topic string,
    3 tags map<string,string>
  seabird.MetadataChatRequest: -
  seabird.ChatRequest: 1 id string, |2 send_message SendMessageChatRequest,
    |3 send_private_message SendPrivateMessageChatRequest, |4 join_channel JoinChannelChatRequest,
    |5 leave_channel LeaveChannelChatRequest, |6 update_channel_info UpdateChannelInfoChatRequest,
    |7 perform_action PerformActionChatRequest,
    |8 perform_private_action PerformPrivateActionChatRequest, |9 metadata MetadataChatRequest,
    |1001 edit_message EditMessageChatRequest, |1002 delete_messages DeleteMessagesChatRequest,
    |1003 react ReactChatRequest, |1004 set_typing SetTypingChatRequest,
    |1005 list_members ListMembersChatRequest,
    |1006 fetch_attachment FetchAttachmentChatRequest
  seabird.HelloChatEvent: 1 backend_info Backend, 1000 capabilities Capabilities
  seabird.SuccessChatEvent: 1000 result SendResult, 1001 failed map<string,string>
  seabird.FailedChatEvent: 1 reason string
  seabird.JoinChannelChatEvent: 1 channel_id string, 2 display_name string, 3 topic string,
    1000 parent_id string, 1001 is_private bool, 1002 root_message_id string
  seabird.LeaveChannelChatEvent: 1 channel_id string
  seabird.ChangeChannelChatEvent: 1 channel_id string, 2 display_name string, 3 topic string,
    1000 parent_id string, 1001 is_private bool, 1002 root_message_id string
  seabird.MetadataChatEvent: 1 values map<string,string>
  seabird.ChatEvent: 1 id string, |2 hello HelloChatEvent, |3 success SuccessChatEvent,
    |4 failed FailedChatEvent, |5 message MessageEvent, |6 private_message PrivateMessageEvent,
    |7 mention MentionEvent, |8 command CommandEvent, |9 join_channel JoinChannelChatEvent,
    |10 leave_channel LeaveChannelChatEvent, |11 change_channel ChangeChannelChatEvent,
    |12 action ActionEvent, |13 private_action PrivateActionEvent, |14 metadata MetadataChatEvent,
    15 tags map<string,string>, |1001 message_edited MessageEditedEvent,
    |1002 message_deleted MessageDeletedEvent, |1003 reaction ReactionEvent,
    |1004 typing TypingEvent, |1005 member MemberEvent, |1006 user_changed UserChangedEvent,
    |1009 network_state NetworkStateChatEvent, |1011 members MembersChatEvent,
    |1012 capabilities Capabilities
  common.Conversation: |1 channel_id string, |2 user_id string
  common.MessageInfo: 1 id string, 2 sent_at google.protobuf.Timestamp,
    3 reply_to MessageReference, 4 referrer string
  common.MessageReference: 1 message_id string, 2 author User, 3 text string,
    4 conversation Conversation
  common.MentionBlock: 1 inner Block, |2 user_id string, |3 channel_id string, |4 everyone bool
  common.EmojiBlock: 1 text string, 2 id string, 3 url string
  common.Emoji: 1 text string, 2 id string, 3 url string
  common.AttachmentBlock: 1 id string, 2 url string, 3 name string, 4 content_type string,
    5 size_bytes uint64, 6 width uint32, 7 height uint32, 8 duration_ms uint64,
    9 description string, 10 presentation Presentation, 11 is_spoiler bool,
    12 expires_at google.protobuf.Timestamp, 13 core_path string
  common.SendOptions: 1 reply_to MessageReference, 2 start_thread bool, 3 persona Persona,
    4 referrer string, 5 idempotency_key string
  common.Persona: 1 id string, 2 display_name string, 3 avatar_url string
  common.SendResult: 1 message_ids repeated string, 2 degraded repeated string,
    3 channel_id string, 4 sequence uint64
  common.Capabilities: 1 features map<string,Support>, 2 formats repeated string,
    3 limits map<string,uint64>, 4 allowed_reactions repeated string,
    5 channels map<string,Capabilities>
  common.Member: 1 user User
  common.MessageEditedEvent: 1 conversation Conversation, 2 author User, 3 text string,
    4 root_block Block, 5 info MessageInfo, 6 sender string
  common.MessageDeletedEvent: 1 conversation Conversation, 2 message_ids repeated string,
    3 by User, 4 reason string, 5 sender string
  common.ReactionEvent: 1 conversation Conversation, 2 message_id string, 3 user User,
    4 emoji Emoji, 5 removed bool, 6 sender string
  common.TypingEvent: 1 conversation Conversation, 2 user User, 3 is_active bool,
    4 expires_ms uint32
  common.MemberEvent: 1 channel_id string, 2 user User, 3 change MemberChange, 4 by User,
    5 reason string
  common.UserChangedEvent: 1 before User, 2 user User
  seabird.SubscribeOptions: 1 kinds repeated string
  seabird.EventMeta: 1 sequence uint64
  seabird.ChannelEvent: 1 change ChannelChange, 2 channel Channel
  seabird.BackendEvent: 1 change BackendChange, 2 backend Backend, 3 reason string
  seabird.SendResultEvent: 1 sequence uint64, 2 conversation Conversation, 3 result SendResult,
    4 error string
  seabird.NetworkStateChatEvent: 1 is_connected bool, 2 reason string
  seabird.MembersChatEvent: 1 members repeated Member, 2 is_complete bool
  seabird.EditMessageChatRequest: 1 conversation Conversation, 2 message_ids repeated string,
    3 text string, 4 root_block Block, 5 tags map<string,string>
  seabird.DeleteMessagesChatRequest: 1 conversation Conversation, 2 message_ids repeated string,
    3 reason string, 4 tags map<string,string>
  seabird.ReactChatRequest: 1 conversation Conversation, 2 message_id string, 3 emoji Emoji,
    4 removed bool, 5 tags map<string,string>
  seabird.SetTypingChatRequest: 1 conversation Conversation, 2 is_active bool
  seabird.ListMembersChatRequest: 1 channel_id string
  seabird.FetchAttachmentChatRequest: 1 attachment_id string, 2 upload_url string
  seabird.messages.v1.CreateUploadRequest: 1 name string, 2 content_type string, 3 size uint64
  seabird.messages.v1.CreateUploadResponse: 1 attachment_id string, 2 upload_url string
  seabird.messages.v1.GetMediaRequest: 1 attachment_id string
  seabird.messages.v1.GetMediaResponse: 1 url string, 2 expires_at google.protobuf.Timestamp
  seabird.messages.v1.EditMessageRequest: 1 conversation Conversation,
    2 message_ids repeated string, 3 text string, 4 root_block Block, 5 tags map<string,string>
  seabird.messages.v1.EditMessageResponse: 1 result SendResult
  seabird.messages.v1.DeleteMessagesRequest: 1 conversation Conversation,
    2 message_ids repeated string, 3 reason string, 4 tags map<string,string>
  seabird.messages.v1.DeleteMessagesResponse: 1 failed map<string,string>
  seabird.messages.v1.ReactRequest: 1 conversation Conversation, 2 message_id string,
    3 emoji Emoji, 4 removed bool, 5 tags map<string,string>
  seabird.messages.v1.ReactResponse: -
  seabird.messages.v1.SetTypingRequest: 1 conversation Conversation, 2 is_active bool
  seabird.messages.v1.SetTypingResponse: -
  seabird.messages.v1.ListMembersRequest: 1 channel_id string
  seabird.messages.v1.ListMembersResponse: 1 members repeated Member, 2 is_complete bool
`);
