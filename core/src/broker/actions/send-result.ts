/** What became of a send or an edit, from the backend's answer and from what core knows. */
import {
  absoluteId,
  type BackendName,
  type ChatEvent,
  MAX_CAPABILITY_ENTRIES,
  MAX_CAPABILITY_NAME_BYTES,
  MAX_IDS_PER_SEND,
  MAX_MESSAGE_ID_BYTES,
  type SendResult,
} from "@seabird-chat/protocol";
import { fits } from "../codec/utf8.ts";

export interface KnownOfSend {
  readonly backend: BackendName;
  /** What core degraded. */
  readonly degraded: readonly string[];
  /** The sequence number of the announced event; 0: none was announced. */
  readonly sequence: number;
  /** Bytes of a backend's own id of a channel. */
  readonly maxIdBytes: number;
}

/** Ids beyond their bounds are left out. */
export function sendResult({ inner }: ChatEvent, known: KnownOfSend): SendResult {
  const given = inner.case === "success" ? inner.value.result : undefined;
  const { messageIds = [], degraded = [], channelId = "" } = given ?? {};
  const ids = messageIds.filter((id) => id !== "" && fits(id, MAX_MESSAGE_ID_BYTES));
  const lost = degraded.filter((name) => name !== "" && fits(name, MAX_CAPABILITY_NAME_BYTES));
  const isElsewhere = channelId !== "" && fits(channelId, known.maxIdBytes);
  return {
    $typeName: "common.SendResult",
    messageIds: ids.slice(0, MAX_IDS_PER_SEND),
    degraded: [...new Set([...known.degraded, ...lost])].slice(0, MAX_CAPABILITY_ENTRIES),
    channelId: isElsewhere ? absoluteId(known.backend, channelId) : "",
    sequence: BigInt(known.sequence),
  };
}
