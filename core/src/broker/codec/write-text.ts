/** Writes the fields that all messages of chat share: text, block, tags. */
import { toBinary } from "@bufbuild/protobuf";
import { type Block, BlockSchema, type Tags } from "@seabird-chat/protocol";
import type { WireWriter } from "./wire-writer.ts";

const TEXT_BLOCK_FIELD = 2;

/** A text and its block, which usually holds the same text twice more. */
export function writeText(
  writer: WireWriter,
  textNo: number,
  text: string,
  blockNo: number,
  block: Block | undefined,
): void {
  writer.text(textNo, text);
  if (block === undefined) return;
  if (!isTextBlock(block, text)) {
    writer.bytes(blockNo, toBinary(BlockSchema, block));
    return;
  }
  const outer = writer.open(blockNo);
  writer.text(1, text);
  const inner = writer.open(TEXT_BLOCK_FIELD);
  writer.text(1, text);
  writer.close(inner);
  writer.close(outer);
}

function isTextBlock(block: Block, text: string): boolean {
  if (block.inner.case !== "text") return false;
  const { value } = block.inner;
  if (block.$unknown !== undefined || value.$unknown !== undefined) return false;
  return block.plain === text && value.text === text;
}

export function writeTags(writer: WireWriter, no: number, tags: Tags): void {
  for (const name of Object.keys(tags)) {
    const entry = writer.open(no);
    writer.textOrEmpty(1, name);
    writer.textOrEmpty(2, tags[name] ?? "");
    writer.close(entry);
  }
}
