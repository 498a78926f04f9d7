/** Events for a core without the messages extension: it ends a stream at a kind that it does not know. Pure. */
import { fromBinary, toBinary } from "@bufbuild/protobuf";
import { type ChatEvent, ChatEventSchema } from "@seabird-chat/protocol";
import { toBaseBlock } from "../link/base-block.ts";

type Kind = NonNullable<ChatEvent["inner"]["case"]>;

const NEW_KINDS: ReadonlySet<Kind> = new Set<Kind>([
  "messageEdited",
  "messageDeleted",
  "reaction",
  "typing",
  "member",
  "userChanged",
  "networkState",
  "members",
  "capabilities",
]);

/**
 * The event as such a core takes it: one with new blocks has its plain text instead; undefined for
 * a new kind. New fields stay, because they are skipped.
 */
export function toBaseProtocol(message: Uint8Array): Uint8Array | undefined {
  const event = fromBinary(ChatEventSchema, message);
  const { inner } = event;
  if (inner.case === undefined || NEW_KINDS.has(inner.case)) return undefined;
  const block = "rootBlock" in inner.value ? inner.value.rootBlock : undefined;
  if (block === undefined) return message;
  const rootBlock = toBaseBlock(block);
  if (rootBlock === block) return message;
  Object.assign(inner.value, { rootBlock });
  return toBinary(ChatEventSchema, event);
}
