/** The files of a message, and the message without them. Pure. */
import { type Block, Presentation, plainText, text, walkBlocks } from "@seabird-chat/protocol";
import { mediaIdIn } from "../matrix-ids.ts";

export type FileBlock = Extract<Block["inner"], { case: "attachment" }>["value"];

/** What the server has of a file. */
export interface UploadedFile {
  /** `mxc://server/media-id`. */
  readonly uri: string;
  readonly contentType: string;
  /** 0: not known. */
  readonly sizeBytes: number;
}

/** A url that nobody says the kind of file of: it stays a link, which anybody can open. */
export function isLink({ corePath, url, contentType, presentation, id }: FileBlock): boolean {
  const isOfUnknownKind = contentType === "" && presentation === Presentation.UNSPECIFIED;
  return corePath === "" && url !== "" && isOfUnknownKind && mediaIdIn(id) === undefined;
}

/** In the order of reading. */
export function filesOf(block: Block): readonly FileBlock[] {
  return [...walkBlocks(block)].flatMap(({ inner }) =>
    inner.case === "attachment" ? [inner.value] : [],
  );
}

/**
 * The message without the files for which `isTaken`; the others become text. Undefined: nothing is
 * left.
 */
export function withoutFiles(
  block: Block,
  isTaken: (file: FileBlock) => boolean,
): Block | undefined {
  if (filesOf(block).length === 0) return block;
  const { inner } = block;
  if (inner.case === "attachment") {
    return isTaken(inner.value) ? undefined : text(plainText(block));
  }
  if (inner.case === "container" || inner.case === "list") {
    const rest = inner.value.inner.flatMap((each) => withoutFiles(each, isTaken) ?? []);
    if (rest.length === 0) return undefined;
    return rebuilt(block, { ...inner, value: { ...inner.value, inner: rest } } as Block["inner"]);
  }
  if (inner.case === undefined || inner.case === "timestamp") return block;
  if (!("inner" in inner.value)) return block;
  const child = inner.value.inner && withoutFiles(inner.value.inner, isTaken);
  if (child === undefined) return undefined;
  return rebuilt(block, { ...inner, value: { ...inner.value, inner: child } } as Block["inner"]);
}

function rebuilt(block: Block, inner: Block["inner"]): Block {
  const changed = { ...block, inner };
  return { ...changed, plain: plainText(changed) };
}
