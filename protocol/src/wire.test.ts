/**
 * Pins the wire: every message's field numbers, types and oneof, every method and its path, and
 * that the protocol's first edition is a part of today's. The tables are written by hand from
 * the protocol, never from the generated code; `|` marks a member of a oneof.
 */
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import type { DescField, DescFile, DescMessage } from "@bufbuild/protobuf";
import { ScalarType } from "@bufbuild/protobuf";
import { file_chat_ingest } from "./gen/chat_ingest_pb.js";
import { file_common } from "./gen/common_pb.js";
import { file_seabird_messages_v1_media } from "./gen/seabird/messages/v1/media_pb.js";
import { file_seabird_messages_v1_messages } from "./gen/seabird/messages/v1/messages_pb.js";
import { file_seabird } from "./gen/seabird_pb.js";
import { MESSAGES, table } from "./testing/wire-messages.ts";

const FILES: readonly DescFile[] = [
  file_common,
  file_seabird,
  file_chat_ingest,
  file_seabird_messages_v1_media,
  file_seabird_messages_v1_messages,
];

/** Each enum's values in the order of their numbers from 0, as they are on the wire and in JSON. */
const ENUMS = `
  common.Presentation: PRESENTATION_UNSPECIFIED, PRESENTATION_FILE, PRESENTATION_IMAGE,
    PRESENTATION_VIDEO, PRESENTATION_AUDIO, PRESENTATION_VOICE, PRESENTATION_STICKER,
    PRESENTATION_ANIMATION
  common.Support: SUPPORT_UNSPECIFIED, SUPPORT_PARTIAL, SUPPORT_FULL
  common.MemberChange: MEMBER_CHANGE_UNSPECIFIED, MEMBER_CHANGE_JOINED, MEMBER_CHANGE_LEFT,
    MEMBER_CHANGE_REMOVED
  seabird.ChannelChange: CHANNEL_CHANGE_UNSPECIFIED, CHANNEL_CHANGE_JOINED, CHANNEL_CHANGE_LEFT,
    CHANNEL_CHANGE_CHANGED
  seabird.BackendChange: BACKEND_CHANGE_UNSPECIFIED, BACKEND_CHANGE_CONNECTED,
    BACKEND_CHANGE_DISCONNECTED, BACKEND_CHANGE_NETWORK_LOST, BACKEND_CHANGE_NETWORK_BACK
`;

/** The oneofs that are not called `inner`. */
const OTHER_ONEOFS = ["common.Conversation where", "common.MentionBlock target"];

/** Numbers that a later edition of the one message must not take, for they are used in the other. */
const RESERVED: Readonly<Record<string, readonly number[]>> = {
  "seabird.Event": [1009, 1011, 1012],
  "seabird.ChatEvent": [1007, 1008, 1010],
};

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
  /seabird.messages.v1.Messages/EditMessage: EditMessageRequest, EditMessageResponse
  /seabird.messages.v1.Messages/DeleteMessages: DeleteMessagesRequest, DeleteMessagesResponse
  /seabird.messages.v1.Messages/React: ReactRequest, ReactResponse
  /seabird.messages.v1.Messages/SetTyping: SetTypingRequest, SetTypingResponse
  /seabird.messages.v1.Messages/ListMembers: ListMembersRequest, ListMembersResponse
  /seabird.messages.v1.Media/CreateUpload: CreateUploadRequest, CreateUploadResponse
  /seabird.messages.v1.Media/Get: GetMediaRequest, GetMediaResponse
`;

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

function valueType({ message, enum: enumeration, scalar }: DescField): string {
  if (scalar !== undefined) return ScalarType[scalar].toLowerCase();
  const typeName = (message ?? enumeration)?.typeName ?? "";
  return typeName.replace(/^(common|seabird)\./, "");
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

  test("every oneof but two is called inner, and no field is optional or a group", () => {
    for (const message of messages) {
      for (const oneof of message.oneofs) {
        const name = `${message.typeName} ${oneof.name}`;
        assert.ok(oneof.name === "inner" || OTHER_ONEOFS.includes(name), name);
      }
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

  test("has these enums, numbered from zero, each value with its enum's prefix", () => {
    const enums = FILES.flatMap((file) => file.enums);
    assert.deepEqual(
      new Map(enums.map(({ typeName, values }) => [typeName, values.map(({ name }) => name)])),
      table(ENUMS),
    );
    for (const { typeName, values } of enums) {
      const prefix = typeName.replace(/^.*\./, "").replaceAll(/(?<=[a-z])(?=[A-Z])/g, "_");
      for (const [index, { name, number }] of values.entries()) {
        assert.equal(number, index, name);
        assert.ok(name.startsWith(`${prefix.toUpperCase()}_`), name);
      }
      assert.match(values[0]?.name ?? "", /_UNSPECIFIED$/);
    }
  });

  test("numbers that one of the two event messages uses alone are reserved in the other", () => {
    for (const message of messages) {
      const ranges = message.proto.reservedRange.map(({ start, end }) => {
        assert.equal(end, start + 1, "a range ends before its end");
        return start;
      });
      assert.deepEqual(ranges, RESERVED[message.typeName] ?? []);
    }
  });

  test("the first edition is a part of today's", () => {
    for (const [name, fields] of FIRST_EDITION) {
      const today = MESSAGES.get(name);
      assert.ok(today !== undefined, name);
      for (const field of fields) assert.ok(today.includes(field), `${name}: ${field}`);
    }
  });
});
