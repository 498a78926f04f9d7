/**
 * Pins the wire: every message's field numbers, types and oneof, every method and its path, and
 * that the protocol's first edition is a part of today's. The tables are written by hand from
 * the protocol, never from the generated code; `|` marks a member of the oneof `inner`.
 */
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import type { DescField, DescFile, DescMessage } from "@bufbuild/protobuf";
import { ScalarType } from "@bufbuild/protobuf";
import { file_chat_ingest } from "./gen/chat_ingest_pb.js";
import { file_common } from "./gen/common_pb.js";
import { file_seabird } from "./gen/seabird_pb.js";

const FILES: readonly DescFile[] = [file_common, file_seabird, file_chat_ingest];

const MESSAGES = table(`
  common.Backend: 1 id string, 2 type string
  common.User: 1 id string, 2 display_name string
  common.Channel: 1 id string, 2 display_name string, 3 topic string
  common.ChannelSource: 1 channel_id string, 2 user User
  common.MessageEvent: 1 source ChannelSource, 2 text string, 3 root_block Block
  common.PrivateMessageEvent: 1 source User, 2 text string, 3 root_block Block
  common.MentionEvent: 1 source ChannelSource, 2 text string, 3 root_block Block
  common.CommandEvent: 1 source ChannelSource, 2 command string, 3 arg string
  common.ActionEvent: 1 source ChannelSource, 2 text string, 3 root_block Block
  common.PrivateActionEvent: 1 source User, 2 text string, 3 root_block Block
  common.Block: 1 plain string, |2 text TextBlock, |3 italics ItalicsBlock, |4 bold BoldBlock,
    |5 underline UnderlineBlock, |6 strikethrough StrikethroughBlock,
    |7 inline_code InlineCodeBlock, |8 fenced_code FencedCodeBlock, |9 spoiler SpoilerBlock,
    |10 list ListBlock, |11 link LinkBlock, |12 blockquote BlockquoteBlock,
    |13 timestamp TimestampBlock, |14 container ContainerBlock, |15 heading HeadingBlock
  common.TextBlock: 1 text string
  common.ItalicsBlock: 1 inner Block
  common.BoldBlock: 1 inner Block
  common.UnderlineBlock: 1 inner Block
  common.StrikethroughBlock: 1 inner Block
  common.InlineCodeBlock: 1 text string
  common.FencedCodeBlock: 1 info string, 2 text string
  common.SpoilerBlock: 2 inner Block
  common.ListBlock: 1 inner repeated Block
  common.LinkBlock: 1 url string, 2 inner Block
  common.BlockquoteBlock: 1 inner Block
  common.ContainerBlock: 1 inner repeated Block
  common.TimestampBlock: 1 inner google.protobuf.Timestamp
  common.HeadingBlock: 1 level int32, 2 inner Block
  seabird.Event: |1 message MessageEvent, |2 private_message PrivateMessageEvent,
    |3 mention MentionEvent, |4 command CommandEvent, |5 action ActionEvent,
    |6 private_action PrivateActionEvent, |7 send_message SendMessageEvent,
    |8 send_private_message SendPrivateMessageEvent, |9 perform_action PerformActionEvent,
    |10 perform_private_action PerformPrivateActionEvent, 11 tags map<string,string>
  seabird.StreamEventsRequest: 1 commands map<string,CommandMetadata>
  seabird.CommandMetadata: 1 name string, 2 short_help string, 3 full_help string
  seabird.PerformActionRequest: 1 channel_id string, 2 text string, 3 tags map<string,string>,
    4 root_block Block
  seabird.PerformActionResponse: -
  seabird.PerformActionEvent: 1 sender string, 2 channel_id string, 3 text string,
    4 root_block Block
  seabird.PerformPrivateActionRequest: 1 user_id string, 2 text string, 3 tags map<string,string>,
    4 root_block Block
  seabird.PerformPrivateActionResponse: -
  seabird.PerformPrivateActionEvent: 1 sender string, 2 user_id string, 3 text string,
    4 root_block Block
  seabird.SendMessageRequest: 1 channel_id string, 2 text string, 3 tags map<string,string>,
    4 root_block Block
  seabird.SendMessageResponse: -
  seabird.SendMessageEvent: 1 sender string, 2 channel_id string, 3 text string,
    4 root_block Block
  seabird.SendPrivateMessageRequest: 1 user_id string, 2 text string, 3 tags map<string,string>,
    4 root_block Block
  seabird.SendPrivateMessageResponse: -
  seabird.SendPrivateMessageEvent: 1 sender string, 2 user_id string, 3 text string,
    4 root_block Block
  seabird.JoinChannelRequest: 1 backend_id string, 2 channel_name string,
    3 tags map<string,string>
  seabird.JoinChannelResponse: -
  seabird.LeaveChannelRequest: 1 channel_id string, 2 exit_message string,
    3 tags map<string,string>
  seabird.LeaveChannelResponse: -
  seabird.ListBackendsRequest: -
  seabird.ListBackendsResponse: 1 backends repeated Backend
  seabird.BackendInfoRequest: 1 backend_id string
  seabird.BackendInfoResponse: 1 backend Backend, 2 metadata map<string,string>
  seabird.ListChannelsRequest: 1 backend_id string
  seabird.ListChannelsResponse: 1 channels repeated Channel
  seabird.ChannelInfoRequest: 1 channel_id string
  seabird.ChannelInfoResponse: 1 channel Channel
  seabird.UpdateChannelInfoRequest: 1 channel_id string, 2 topic string, 3 tags map<string,string>
  seabird.UpdateChannelInfoResponse: -
  seabird.CoreInfoRequest: -
  seabird.CoreInfoResponse: 1 startup_timestamp uint64, 2 current_timestamp uint64
  seabird.CommandsRequest: -
  seabird.CommandsResponse: 1 commands map<string,CommandMetadata>
  seabird.PerformActionChatRequest: 1 channel_id string, 2 text string, 3 tags map<string,string>,
    4 root_block Block
  seabird.PerformPrivateActionChatRequest: 1 user_id string, 2 text string,
    3 tags map<string,string>, 4 root_block Block
  seabird.SendMessageChatRequest: 1 channel_id string, 2 text string, 3 tags map<string,string>,
    4 root_block Block
  seabird.SendPrivateMessageChatRequest: 1 user_id string, 2 text string,
    3 tags map<string,string>, 4 root_block Block
  seabird.JoinChannelChatRequest: 1 channel_name string, 2 tags map<string,string>
  seabird.LeaveChannelChatRequest: 1 channel_id string, 2 tags map<string,string>
  seabird.UpdateChannelInfoChatRequest: 1 channel_id string, 2 topic string,
    3 tags map<string,string>
  seabird.MetadataChatRequest: -
  seabird.ChatRequest: 1 id string, |2 send_message SendMessageChatRequest,
    |3 send_private_message SendPrivateMessageChatRequest, |4 join_channel JoinChannelChatRequest,
    |5 leave_channel LeaveChannelChatRequest, |6 update_channel_info UpdateChannelInfoChatRequest,
    |7 perform_action PerformActionChatRequest,
    |8 perform_private_action PerformPrivateActionChatRequest, |9 metadata MetadataChatRequest
  seabird.HelloChatEvent: 1 backend_info Backend
  seabird.SuccessChatEvent: -
  seabird.FailedChatEvent: 1 reason string
  seabird.JoinChannelChatEvent: 1 channel_id string, 2 display_name string, 3 topic string
  seabird.LeaveChannelChatEvent: 1 channel_id string
  seabird.ChangeChannelChatEvent: 1 channel_id string, 2 display_name string, 3 topic string
  seabird.MetadataChatEvent: 1 values map<string,string>
  seabird.ChatEvent: 1 id string, |2 hello HelloChatEvent, |3 success SuccessChatEvent,
    |4 failed FailedChatEvent, |5 message MessageEvent, |6 private_message PrivateMessageEvent,
    |7 mention MentionEvent, |8 command CommandEvent, |9 join_channel JoinChannelChatEvent,
    |10 leave_channel LeaveChannelChatEvent, |11 change_channel ChangeChannelChatEvent,
    |12 action ActionEvent, |13 private_action PrivateActionEvent, |14 metadata MetadataChatEvent,
    15 tags map<string,string>
`);

/** The ingest messages of the edition before blocks. */
const FIRST_EDITION = table(`
  seabird.PerformActionChatRequest: 1 channel_id string, 2 text string, 3 tags map<string,string>
  seabird.PerformPrivateActionChatRequest: 1 user_id string, 2 text string,
    3 tags map<string,string>
  seabird.SendMessageChatRequest: 1 channel_id string, 2 text string, 3 tags map<string,string>
  seabird.SendPrivateMessageChatRequest: 1 user_id string, 2 text string,
    3 tags map<string,string>
  seabird.JoinChannelChatRequest: 1 channel_name string, 2 tags map<string,string>
  seabird.LeaveChannelChatRequest: 1 channel_id string, 2 tags map<string,string>
  seabird.UpdateChannelInfoChatRequest: 1 channel_id string, 2 topic string,
    3 tags map<string,string>
  seabird.MetadataChatRequest: -
  seabird.ChatRequest: 1 id string, |2 send_message SendMessageChatRequest,
    |3 send_private_message SendPrivateMessageChatRequest, |4 join_channel JoinChannelChatRequest,
    |5 leave_channel LeaveChannelChatRequest, |6 update_channel_info UpdateChannelInfoChatRequest,
    |7 perform_action PerformActionChatRequest,
    |8 perform_private_action PerformPrivateActionChatRequest, |9 metadata MetadataChatRequest
  seabird.HelloChatEvent: 1 backend_info Backend
  seabird.SuccessChatEvent: -
  seabird.FailedChatEvent: 1 reason string
  seabird.JoinChannelChatEvent: 1 channel_id string, 2 display_name string, 3 topic string
  seabird.LeaveChannelChatEvent: 1 channel_id string
  seabird.ChangeChannelChatEvent: 1 channel_id string, 2 display_name string, 3 topic string
  seabird.MetadataChatEvent: 1 values map<string,string>
  seabird.ChatEvent: 1 id string, |2 hello HelloChatEvent, |3 success SuccessChatEvent,
    |4 failed FailedChatEvent, |5 message MessageEvent, |6 private_message PrivateMessageEvent,
    |7 mention MentionEvent, |8 command CommandEvent, |9 join_channel JoinChannelChatEvent,
    |10 leave_channel LeaveChannelChatEvent, |11 change_channel ChangeChannelChatEvent,
    |12 action ActionEvent, |13 private_action PrivateActionEvent, |14 metadata MetadataChatEvent,
    15 tags map<string,string>
`);

const METHODS = `
  /seabird.Seabird/StreamEvents: StreamEventsRequest, stream Event
  /seabird.Seabird/PerformAction: PerformActionRequest, PerformActionResponse
  /seabird.Seabird/PerformPrivateAction: PerformPrivateActionRequest, PerformPrivateActionResponse
  /seabird.Seabird/SendMessage: SendMessageRequest, SendMessageResponse
  /seabird.Seabird/SendPrivateMessage: SendPrivateMessageRequest, SendPrivateMessageResponse
  /seabird.Seabird/JoinChannel: JoinChannelRequest, JoinChannelResponse
  /seabird.Seabird/LeaveChannel: LeaveChannelRequest, LeaveChannelResponse
  /seabird.Seabird/UpdateChannelInfo: UpdateChannelInfoRequest, UpdateChannelInfoResponse
  /seabird.Seabird/ListBackends: ListBackendsRequest, ListBackendsResponse
  /seabird.Seabird/GetBackendInfo: BackendInfoRequest, BackendInfoResponse
  /seabird.Seabird/ListChannels: ListChannelsRequest, ListChannelsResponse
  /seabird.Seabird/GetChannelInfo: ChannelInfoRequest, ChannelInfoResponse
  /seabird.Seabird/GetCoreInfo: CoreInfoRequest, CoreInfoResponse
  /seabird.Seabird/RegisteredCommands: CommandsRequest, CommandsResponse
  /seabird.ChatIngest/IngestEvents: stream ChatEvent, stream ChatRequest
`;

/** The table's messages, each with its fields in the order of their numbers. */
function table(text: string): Map<string, string[]> {
  const rows = text
    .trim()
    .replaceAll(/\s+/g, " ")
    .split(/ (?=(?:common|seabird)\.\w+:)/);
  return new Map(
    rows.map((row) => {
      const [name = "", fields = ""] = row.split(": ");
      return [name, fields === "-" ? [] : fields.split(", ")];
    }),
  );
}

function describeMessage(message: DescMessage): string[] {
  return message.fields.toSorted((a, b) => a.number - b.number).map(describeField);
}

function describeField(field: DescField): string {
  const mark = field.oneof === undefined ? "" : "|";
  return `${mark}${field.number} ${field.name} ${describeType(field)}`;
}

function describeType(field: DescField): string {
  switch (field.fieldKind) {
    case "list":
      return `repeated ${valueType(field)}`;
    case "map":
      return `map<${ScalarType[field.mapKey].toLowerCase()},${valueType(field)}>`;
    default:
      return valueType(field);
  }
}

function valueType({ message, scalar }: DescField): string {
  if (message === undefined)
    return scalar === undefined ? "enum" : ScalarType[scalar].toLowerCase();
  return message.typeName.replace(/^(common|seabird)\./, "");
}

suite("the wire", () => {
  const messages = FILES.flatMap((file) => file.messages);
  const services = FILES.flatMap((file) => file.services);

  test("has these messages, and no others", () => {
    assert.deepEqual(
      messages.map((message) => message.typeName).sort(),
      [...MESSAGES.keys()].sort(),
    );
  });

  for (const message of messages) {
    test(`${message.typeName} has these fields, and no others`, () => {
      assert.deepEqual(describeMessage(message), MESSAGES.get(message.typeName));
    });
  }

  test("every oneof is called inner, and no field is optional or a group", () => {
    for (const message of messages) {
      for (const oneof of message.oneofs) assert.equal(oneof.name, "inner");
      for (const field of message.fields) {
        assert.equal(field.proto.proto3Optional, false, field.toString());
        assert.ok(field.fieldKind !== "message" || !field.delimitedEncoding, field.toString());
      }
    }
  });

  test("has these methods, and no others", () => {
    const found = services.flatMap((service) =>
      service.methods.map(({ name, methodKind, input, output }) => {
        const up = methodKind === "bidi_streaming" ? "stream " : "";
        const down = methodKind === "unary" ? "" : "stream ";
        return `/${service.typeName}/${name}: ${up}${input.name}, ${down}${output.name}`;
      }),
    );
    assert.deepEqual(found.sort(), METHODS.trim().split(/\n\s*/).sort());
  });

  test("the first edition is a part of today's", () => {
    for (const [name, fields] of FIRST_EDITION) {
      const today = MESSAGES.get(name);
      assert.ok(today !== undefined, name);
      for (const field of fields) assert.ok(today.includes(field), `${name}: ${field}`);
    }
  });
});
