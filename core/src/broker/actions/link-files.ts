/** Gives the files of a message that only have an id the links by which its backend can open them. */
import { clone } from "@bufbuild/protobuf";
import { type Block, BlockSchema, normaliseMessage, walkBlocks } from "@seabird-chat/protocol";
import type { FileLink, MediaLinks } from "../media-links.ts";
import { type BlockTarget, ownId } from "./degrade-block.ts";

/**
 * The normalised block for the backend, and its text. The given one, which is announced, does not
 * change. A backend that takes files by their ids needs no link to its own; one that takes none can
 * use a url only.
 */
export function withLinks(
  rootBlock: Block,
  { backend, has }: Pick<BlockTarget, "backend" | "has">,
  media: Pick<MediaLinks, "hasUrls">,
  linkTo: (attachmentId: string) => FileLink | undefined,
): { readonly text: string; readonly rootBlock: Block } {
  const linked = clone(BlockSchema, rootBlock);
  if (!media.hasUrls && !has("attachment")) return normaliseMessage("", linked);
  for (const { inner } of walkBlocks(linked)) {
    if (inner.case !== "attachment") continue;
    const { id, url } = inner.value;
    if (id === "" || url !== "") continue;
    if (has("attachment") && ownId(id, backend) !== "") continue;
    const link = linkTo(id);
    if (link === undefined) continue;
    inner.value.url = link.url;
    inner.value.corePath = link.path;
  }
  return normaliseMessage("", linked);
}
