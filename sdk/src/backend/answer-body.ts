/** A handler's answer as what core is told, and what it changes in the list of channels. */
import type { Answer } from "./answers.ts";
import type { Channels } from "./channels.ts";
import { type ChatEventBody, channelBody } from "./chat-events.ts";

/** Throws a SeabirdError for a channel that cannot be. */
export function answerBody(answer: Answer, channels: Channels): ChatEventBody {
  switch (answer.kind) {
    case "success":
      return { case: "success", value: {} };
    case "failed":
      return { case: "failed", value: { reason: answer.reason } };
    case "joined":
      return { case: "joinChannel", value: channelBody(channels.set(answer.channel)) };
    case "left":
      channels.remove(answer.channelId);
      return { case: "leaveChannel", value: { channelId: answer.channelId } };
    case "changed": {
      const channel = channels.change(answer.channel);
      return channel === undefined
        ? { case: "failed", value: { reason: "not in that channel" } }
        : { case: "changeChannel", value: channelBody(channel) };
    }
    case "metadata":
      return { case: "metadata", value: { values: { ...answer.values } } };
  }
}
