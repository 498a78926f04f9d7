/** Requests of core as events of Matrix, as data. Pure. */
import { type Block, plainText } from "@seabird-chat/protocol";
import type { JsonObject } from "./json-value.ts";

/** An event to send into a room. */
export interface PlannedEvent {
  /** Such as `m.room.message`. */
  readonly type: string;
  readonly content: JsonObject;
}

export type Plan =
  | { readonly events: readonly PlannedEvent[] }
  /** Nothing is sent; the caller gets the reason. */
  | { readonly refused: string };

export function planSend(block: Block, as: "message" | "action"): Plan {
  const body = plainText(block);
  if (body === "") return { refused: "the message is empty" };
  const msgtype = as === "action" ? "m.emote" : "m.text";
  return { events: [{ type: "m.room.message", content: { msgtype, body } }] };
}
