/** A file as the content of an event. Pure. */
import { Presentation } from "@seabird-chat/protocol";
import type { MatrixText } from "../format.ts";
import type { JsonObject } from "../json-value.ts";
import type { FileBlock, UploadedFile } from "./files.ts";

export interface MediaEvent {
  readonly type: "m.room.message" | "m.sticker";
  readonly content: JsonObject;
}

/** What the event says besides the file: text, in the fields of a text message. */
export type Caption = Omit<MatrixText, "mentions">;

/**
 * `filename` with another `body` makes the body a caption (specification 1.10: "Media captions").
 * Without one the description stands there, which Matrix has no other field for.
 */
export function mediaEvent(
  file: FileBlock,
  uploaded: UploadedFile,
  caption: Caption | undefined,
): MediaEvent {
  const filename = file.name || "file";
  const { uri: url, contentType } = uploaded;
  const info = infoOf(file, uploaded);
  if (file.presentation === Presentation.STICKER && caption === undefined) {
    const body = file.description || filename;
    return { type: "m.sticker", content: { body, url, info } };
  }
  const said = caption ?? { body: file.description || filename };
  const content = {
    msgtype: msgtypeOf(file.presentation, contentType),
    ...textFields(said),
    ...{ filename, url, info },
    // MSC4193.
    ...(file.isSpoiler && { "page.codeberg.everypizza.msc4193.spoiler": true }),
    // MSC3245.
    ...(file.presentation === Presentation.VOICE && { "org.matrix.msc3245.voice": {} }),
  };
  return { type: "m.room.message", content };
}

/** `formatted_body` only where there is formatting. */
export function textFields({ body, formattedBody }: Caption): JsonObject {
  if (formattedBody === undefined) return { body };
  return { body, format: "org.matrix.custom.html", formatted_body: formattedBody };
}

const MSGTYPES: { readonly [Kind in Presentation]?: string } = {
  [Presentation.FILE]: "m.file",
  [Presentation.IMAGE]: "m.image",
  [Presentation.STICKER]: "m.image",
  [Presentation.VIDEO]: "m.video",
  [Presentation.AUDIO]: "m.audio",
  [Presentation.VOICE]: "m.audio",
};

/** An animation is a picture or a film. */
function msgtypeOf(presentation: Presentation, contentType: string): string {
  const [major = ""] = contentType.split("/");
  const byType = ["image", "video", "audio"].includes(major) ? `m.${major}` : "m.file";
  return MSGTYPES[presentation] ?? byType;
}

/** Events hold whole numbers up to 2^53 - 1 (specification: "Canonical JSON"). */
function infoOf(file: FileBlock, { contentType, sizeBytes }: UploadedFile): JsonObject {
  const duration = Number(file.durationMs);
  return {
    mimetype: contentType,
    ...(sizeBytes > 0 && { size: sizeBytes }),
    ...(file.width > 0 && file.height > 0 && { w: file.width, h: file.height }),
    ...(duration > 0 && Number.isSafeInteger(duration) && { duration }),
  };
}
