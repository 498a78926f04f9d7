/** The rows of the actions on channels and backends, which are not announced. */
import { EXIT_MESSAGE_TAG, Seabird, withoutCoreTags } from "@seabird-chat/protocol";
import { mapBytes } from "../../codec/utf8.ts";
import { action } from "./action-row.ts";
import { toBackend, toChannel } from "./targets.ts";

export const CHANNEL_ROWS = {
  joinChannel: action(Seabird.method.joinChannel, {
    ...toBackend,
    ask: ({ channelName }, { tags }) => ({
      case: "joinChannel",
      value: { $typeName: "seabird.JoinChannelChatRequest", channelName, tags },
    }),
    accepts: ["success", "joinChannel"],
  }),
  leaveChannel: action(Seabird.method.leaveChannel, {
    ...toChannel,
    tags: ({ tags, exitMessage }) =>
      exitMessage === ""
        ? withoutCoreTags(tags)
        : { ...withoutCoreTags(tags), [EXIT_MESSAGE_TAG]: exitMessage },
    ask: (_, { relative, tags }) => ({
      case: "leaveChannel",
      value: { $typeName: "seabird.LeaveChannelChatRequest", channelId: relative, tags },
    }),
    accepts: ["success", "leaveChannel"],
  }),
  updateChannelInfo: action(Seabird.method.updateChannelInfo, {
    ...toChannel,
    ask: ({ topic }, { relative, tags }) => ({
      case: "updateChannelInfo",
      value: {
        $typeName: "seabird.UpdateChannelInfoChatRequest",
        channelId: relative,
        topic,
        tags,
      },
    }),
    accepts: ["success", "changeChannel"],
  }),
  getBackendInfo: action(Seabird.method.getBackendInfo, {
    ...toBackend,
    access: ["plugin", "read"],
    absentMessage: "backend not found",
    tags: () => ({}),
    ask: () => ({
      case: "metadata",
      value: { $typeName: "seabird.MetadataChatRequest" },
    }),
    accepts: ["metadata"],
    shares: "capabilities",
    responseBytes: ({ answer, backend: { capabilities } }) =>
      capabilities.bytes + (answer.case === "metadata" ? mapBytes(answer.value.values) : 0),
    respond: ({ answer, backend: { id, name, capabilities }, mayPrivate }) => {
      const visible = capabilities.visible(mayPrivate);
      return {
        backend: { id, type: name.type },
        metadata: answer.case === "metadata" ? answer.value.values : {},
        ...(visible && { capabilities: visible }),
      };
    },
  }),
};
