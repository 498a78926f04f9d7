/**
 * Blocks as a backend is asked to show them (the messages extension in docs/protocol.md:
 * "Degrading"): with its own ids, and with plain text where it lacks a feature.
 */
import {
  type AttachmentBlock,
  type BackendName,
  type Block,
  type MentionBlock,
  parseId,
} from "@seabird-chat/protocol";

/** Kinds of blocks that are features of backends. */
export type BlockFeature = "attachment" | "mention" | "emoji";

/** The backend that is asked, as far as its blocks are concerned. */
export interface BlockTarget {
  readonly backend: BackendName;
  /** Whether it declared any capabilities at all. */
  readonly isDeclared: boolean;
  /** Whether it declared the feature, for the conversation of the request. */
  has(feature: BlockFeature): boolean;
}

/**
 * The block for the backend, with the features that got lost added to `lost`. A normalised block
 * keeps its plain text, and so do all above it. The given tree is not changed: what differs is
 * copied, and a tree in which nothing differs is returned as it is. Its ids were checked before
 * (`call-blocks.ts`).
 */
export function degradeBlock(block: Block, target: BlockTarget, lost: Set<BlockFeature>): Block {
  const { inner } = block;
  switch (inner.case) {
    case "italics":
    case "bold":
    case "underline":
    case "strikethrough":
    case "spoiler":
    case "link":
    case "blockquote":
    case "heading": {
      const child = inner.value.inner;
      if (child === undefined) return block;
      const degraded = degradeBlock(child, target, lost);
      if (degraded === child) return block;
      return { ...block, inner: { ...inner, value: { ...inner.value, inner: degraded } } as never };
    }
    case "container": {
      const items = degradeItems(inner.value.inner, target, lost);
      if (items === inner.value.inner) return block;
      return { ...block, inner: { ...inner, value: { ...inner.value, inner: items } } };
    }
    case "list": {
      const items = degradeItems(inner.value.inner, target, lost);
      const isOrdered = inner.value.isOrdered && target.isDeclared;
      if (items === inner.value.inner && isOrdered === inner.value.isOrdered) return block;
      return { ...block, inner: { ...inner, value: { ...inner.value, inner: items, isOrdered } } };
    }
    case "mention":
      return degradeMention(block, inner.value, target, lost);
    case "attachment":
      return degradeAttachment(block, inner.value, target, lost);
    case "emoji":
      if (target.has("emoji")) return block;
      lost.add("emoji");
      return textBlock(block.plain);
    default:
      return block;
  }
}

function degradeItems(items: Block[], target: BlockTarget, lost: Set<BlockFeature>): Block[] {
  let degraded = items;
  for (let index = 0; index < items.length; index++) {
    const item = items[index] as Block;
    const replacement = degradeBlock(item, target, lost);
    if (replacement === item) continue;
    if (degraded === items) degraded = items.slice();
    degraded[index] = replacement;
  }
  return degraded;
}

function degradeMention(
  block: Block,
  mention: MentionBlock,
  target: BlockTarget,
  lost: Set<BlockFeature>,
): Block {
  const child = mention.inner;
  if (child === undefined) return block;
  const inner = degradeBlock(child, target, lost);
  const whom = readMentioned(mention.target, target);
  if (whom === "nobody") return inner;
  // The backend has no such person or channel, whatever it can do: nothing is lost.
  if (whom === "elsewhere") return textBlock(block.plain);
  if (!target.has("mention")) {
    lost.add("mention");
    return textBlock(block.plain);
  }
  if (whom === mention.target && inner === child) return block;
  return { ...block, inner: { case: "mention", value: { ...mention, inner, target: whom } } };
}

type Mentioned = MentionBlock["target"];

/** Whom a mention names, by the backend's own id. */
function readMentioned(
  mentioned: Mentioned,
  target: BlockTarget,
): Mentioned | "nobody" | "elsewhere" {
  switch (mentioned.case) {
    case undefined:
      return "nobody";
    case "everyone":
      return mentioned.value ? mentioned : "nobody";
    default: {
      if (mentioned.value === "") return "nobody";
      const value = ownId(mentioned.value, target.backend);
      return value === "" ? "elsewhere" : { case: mentioned.case, value };
    }
  }
}

function degradeAttachment(
  block: Block,
  attachment: AttachmentBlock,
  target: BlockTarget,
  lost: Set<BlockFeature>,
): Block {
  if (!target.has("attachment")) {
    lost.add("attachment");
    return textBlock(block.plain);
  }
  if (attachment.id === "") return block;
  const id = ownId(attachment.id, target.backend);
  return { ...block, inner: { case: "attachment", value: { ...attachment, id } } };
}

/** The backend's own id of what an absolute id names; empty for another backend's, and for none. */
export function ownId(id: string, backend: BackendName): string {
  const named = id === "" ? undefined : parseId(id);
  return named?.type === backend.type && named.id === backend.id ? named.relative : "";
}

/** A normalised text block. */
export function textBlock(text: string): Block {
  return {
    $typeName: "common.Block",
    plain: text,
    inner: { case: "text", value: { $typeName: "common.TextBlock", text } },
  };
}
