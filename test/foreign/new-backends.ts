/** A counterpart whose backends declare, and report, everything of the messages extension. */
import { FEATURES, MemberChange, REPORTED_FEATURES, Support } from "@seabird-chat/protocol";
import type { EventInit, IngestStream } from "./client.ts";
import { GrpcJsClient } from "./grpc-js-client.ts";

const user = { id: "noisy", displayName: "Noisy", account: "noisy", isBot: true };
const conversation = { where: { case: "channelId", value: "noise" } } as const;

/** Every kind that a backend may report and that the base protocol does not have. */
const NOISE: readonly EventInit["inner"][] = [
  { case: "typing", value: { conversation, user, isActive: true } },
  { case: "messageEdited", value: { conversation, author: user, text: "x", info: { id: "1" } } },
  { case: "messageDeleted", value: { conversation, messageIds: ["1"], by: user } },
  { case: "reaction", value: { conversation, messageId: "1", user, emoji: { text: "👍" } } },
  { case: "member", value: { channelId: "noise", user, change: MemberChange.JOINED } },
  { case: "userChanged", value: { before: { id: "noise" }, user } },
  { case: "networkState", value: { isConnected: false, reason: "gone" } },
  { case: "networkState", value: { isConnected: true } },
];

/** Capabilities with all features of calls, sends and reports. */
export const EVERYTHING = {
  features: Object.fromEntries(
    [...FEATURES, ...REPORTED_FEATURES].map((feature) => [feature, Support.FULL]),
  ),
  formats: ["bold", "later"],
  limits: { max_text_bytes: 2n ** 63n },
  allowedReactions: ["👍"],
};

export class NewBackends extends GrpcJsClient {
  override backend(type: string, id: string): IngestStream {
    const stream = this.ingest();
    const push = stream.push;
    const capabilities = EVERYTHING;
    push({ inner: { case: "hello", value: { backendInfo: { type, id }, capabilities } } });
    const noise = () => {
      for (const inner of NOISE) push({ inner } as EventInit);
    };
    noise();
    return Object.assign(stream, {
      push: (event: EventInit) => {
        push({ inner: { case: "capabilities", value: capabilities } });
        push(event);
        noise();
      },
    });
  }
}
