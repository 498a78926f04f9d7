/** Events for a core without the messages extension: it ends a stream at a kind that it does not know. Pure. */
import { fromBinary, toBinary } from "@bufbuild/protobuf";
import {
  type Block,
  type ChatEvent,
  ChatEventSchema,
  plainText,
  text,
  walkBlocks,
} from "@seabird-chat/protocol";

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

const NEW_BLOCKS: ReadonlySet<Block["inner"]["case"]> = new Set<Block["inner"]["case"]>([
  "mention",
  "emoji",
  "attachment",
]);

/** Whether a mention, an emoji or a file is in it. */
export function hasNewBlocks(block: Block): boolean {
  for (const { inner } of walkBlocks(block)) if (NEW_BLOCKS.has(inner.case)) return true;
  return false;
}

/**
 * The event as such a core takes it: one with new blocks has its plain text instead; undefined for
 * a new kind. New fields stay, because they are skipped.
 */
export function toBaseProtocol(message: Uint8Array): Uint8Array | undefined {
  const event = fromBinary(ChatEventSchema, message);
  const { inner } = event;
  if (inner.case === undefined || NEW_KINDS.has(inner.case)) return undefined;
  const block = "rootBlock" in inner.value ? inner.value.rootBlock : undefined;
  if (block === undefined || !hasNewBlocks(block)) return message;
  Object.assign(inner.value, { rootBlock: text(plainText(block)) });
  return toBinary(ChatEventSchema, event);
}
