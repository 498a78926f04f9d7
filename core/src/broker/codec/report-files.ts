/** Finds the files in an event that a backend has reported, before it is published. */
import { fromBinary } from "@bufbuild/protobuf";
import { type Block, type Event, EventSchema, walkBlocks } from "@seabird-chat/protocol";
import type { MediaLinks } from "../media-links.ts";
import type { EncodedEvent } from "./encode-event.ts";

/** Decodes the event once more: few have files, and all others cost nothing this way. */
export function reportFiles({ message, isPrivate }: EncodedEvent, media: MediaLinks | undefined) {
  if (media === undefined) return;
  const block = blockOf(fromBinary(EventSchema, message));
  if (block === undefined) return;
  for (const { inner } of walkBlocks(block)) {
    if (inner.case !== "attachment" || inner.value.id === "") continue;
    const { id, name, contentType } = inner.value;
    media.reported({ id, name, contentType, isPrivate });
  }
}

function blockOf({ inner }: Event): Block | undefined {
  if (inner.case === "command") return inner.value.argBlock;
  const value: { rootBlock?: Block | undefined } | undefined = inner.value as object | undefined;
  return value?.rootBlock;
}
