/** Cuts a message that is too long for one event. Pure. */
import { type Block, container, text } from "@seabird-chat/protocol";
import { splitBytes } from "@seabird-chat/sdk/backend";

export interface SplitOptions {
  readonly maxBytes: number;
  /** Beyond it the message is refused. */
  readonly maxPieces: number;
  /** Bytes of an event with this alone. */
  readonly sizeOf: (block: Block) => number;
  /** Bytes that it adds to an event, about. */
  readonly shareOf: (block: Block) => number;
}

/** Of the room for shares, since what stands between two blocks is not counted. */
const FILL = 0.95;

/**
 * Blocks in order, each of which fits into an event; undefined: there would be too many, or a single one
 * that cannot be cut, such as a table of code, is too long. Only the topmost container and unformatted
 * text are cut, so that formatting stays whole. Takes time in proportion to the message.
 */
export function splitBlock(
  block: Block,
  { maxBytes, maxPieces, sizeOf, shareOf }: SplitOptions,
): readonly Block[] | undefined {
  if (sizeOf(block) <= maxBytes) return [block];
  const room = Math.floor((maxBytes - sizeOf(text("."))) * FILL);
  const pieces: Block[] = [];
  let waiting: Block[] = [];
  let bytes = 0;
  const flush = () => {
    if (waiting.length > 0) pieces.push(container(waiting));
    [waiting, bytes] = [[], 0];
  };
  for (const part of cutParts(block, room, shareOf)) {
    const share = shareOf(part);
    if (bytes + share > room) flush();
    if (share > room || pieces.length >= maxPieces) return undefined;
    waiting.push(part);
    bytes += share;
  }
  flush();
  return pieces.every((piece) => sizeOf(piece) <= maxBytes) ? pieces : undefined;
}

function* cutParts(
  { inner, ...block }: Block,
  room: number,
  shareOf: SplitOptions["shareOf"],
): Generator<Block> {
  const parts = inner.case === "container" ? inner.value.inner : [{ inner, ...block }];
  for (const part of parts) {
    const share = part.inner.case === "text" ? shareOf(part) : 0;
    if (part.inner.case !== "text" || share <= room) {
      yield part;
      continue;
    }
    const given = part.inner.value.text;
    // A sign may take many times its bytes, as `\u0007` and `&lt;` do: a quarter is for uneven pieces.
    const ratio = Math.max(1, share / Buffer.byteLength(given));
    for (const each of splitBytes(given, Math.max(64, Math.floor(room / ratio / 4)))) {
      yield text(each);
    }
  }
}
