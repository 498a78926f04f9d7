/** Cuts a message that is too long for one event. Pure. */
import { type Block, container, text } from "@seabird-chat/protocol";
import { splitBytes } from "@seabird-chat/sdk/backend";

/**
 * Blocks in order of which each alone `sizeOf` at most `maxBytes`; undefined: a single one that cannot be
 * cut, such as a table of code, is longer. Only the topmost container and unformatted text are cut, so
 * that formatting stays whole. Asks for the size of each block below the topmost container once.
 */
export function splitBlock(
  block: Block,
  maxBytes: number,
  sizeOf: (block: Block) => number,
): readonly Block[] | undefined {
  if (sizeOf(block) <= maxBytes) return [block];
  const parts: Block[] = [];
  for (const child of block.inner.case === "container" ? block.inner.value.inner : [block]) {
    const size = sizeOf(child);
    if (size <= maxBytes) parts.push(child);
    else if (child.inner.case === "text") parts.push(...cutText(child, size, maxBytes));
    else return undefined;
  }
  // What an event has besides its text counts once for each event.
  const empty = sizeOf(text(""));
  const pieces: Block[] = [];
  let waiting: Block[] = [];
  let bytes = empty;
  const flush = () => {
    if (waiting.length > 0) pieces.push(container(waiting));
    [waiting, bytes] = [[], empty];
  };
  for (const part of parts) {
    const size = sizeOf(part) - empty;
    if (bytes + size > maxBytes) flush();
    waiting.push(part);
    bytes += size;
  }
  flush();
  return pieces.every((piece) => sizeOf(piece) <= maxBytes) ? pieces : undefined;
}

/** The share of the event that is not the text itself is the same in each piece, at the most. */
function cutText(block: Block, size: number, maxBytes: number): readonly Block[] {
  if (block.inner.case !== "text") return [];
  const given = block.inner.value.text;
  // A sign may take six times its bytes, as in `\u0007`: half leaves room for uneven pieces.
  const ratio = Math.max(1, size / Math.max(1, Buffer.byteLength(given)));
  return splitBytes(given, Math.max(64, Math.floor(maxBytes / ratio / 2))).map((each) =>
    text(each),
  );
}
