/** Removes the bot's name from the beginning of a message with formatting. Pure. */
import { create } from "@bufbuild/protobuf";
import { type Block, BlockSchema, container, plainText, text } from "@seabird-chat/protocol";

/**
 * The block without the first `count` characters (UTF-16) of its plain text and the blanks behind
 * them. Where the cut would go through a link, a list, a time, a mention, an emoji or a file, the
 * formatting is lost instead.
 */
export function stripPrefix(block: Block, count: number): Block {
  const cut: Cut = { left: count, trimming: true, impossible: false };
  const rest = cutBlock(block, cut);
  if (!cut.impossible) return rest ?? text("");
  return text(plainText(block).slice(count).trim());
}

interface Cut {
  /** Characters yet to be taken. */
  left: number;
  /** Blanks are taken too, until the first character that is none. */
  trimming: boolean;
  impossible: boolean;
}

/** Undefined if nothing of it is left. */
function cutBlock(block: Block, cut: Cut): Block | undefined {
  const { inner } = block;
  switch (inner.case) {
    case "text":
    case "inlineCode":
    case "fencedCode": {
      const rest = cutText(inner.value.text, cut);
      return rest === "" ? undefined : rebuilt(block, { ...inner.value, text: rest });
    }
    case "italics":
    case "bold":
    case "underline":
    case "strikethrough":
    case "spoiler":
    case "blockquote":
    case "heading": {
      const child = inner.value.inner && cutBlock(inner.value.inner, cut);
      return child && rebuilt(block, { ...inner.value, inner: child });
    }
    case "container": {
      const rest = inner.value.inner.flatMap((child) => cutBlock(child, cut) ?? []);
      return rest.length === 0 ? undefined : container(rest);
    }
    default: {
      const { length } = plainText(block);
      if (length > 0 && length <= cut.left) {
        cut.left -= length;
        return undefined;
      }
      if (cut.left > 0) cut.impossible = true;
      cut.trimming = false;
      return block;
    }
  }
}

function cutText(whole: string, cut: Cut): string {
  const taken = Math.min(cut.left, whole.length);
  cut.left -= taken;
  const rest = whole.slice(taken);
  if (cut.left > 0 || !cut.trimming) return rest;
  const trimmed = rest.trimStart();
  if (trimmed !== "") cut.trimming = false;
  return trimmed;
}

/** The same kind of block with another value. */
function rebuilt(block: Block, value: object): Block {
  const inner = { case: block.inner.case, value } as Block["inner"];
  const built = create(BlockSchema, { inner });
  built.plain = plainText(built);
  return built;
}
