/** The content of a message event as a block: text, files, places. Pure. */
import {
  attachment,
  type Block,
  type Content,
  contentBlock,
  cutUtf8,
  Presentation,
  text,
} from "@seabird-chat/protocol";
import { type FormatNames, type ReadOptions, readContent } from "../format.ts";
import { type JsonObject, numberIn, objectIn, textIn } from "../json-value.ts";
import { mediaIdIn, shortTextIn } from "../matrix-ids.ts";

type Names = Pick<FormatNames, "channelOf">;
type Read = (content: JsonObject, names: Names, options: ReadOptions) => Block | undefined;

/** `content`: of `m.room.message`, or its `m.new_content`. Undefined: there is nothing to read. */
export function messageBlock(
  content: JsonObject,
  names: Names,
  options: ReadOptions = {},
): Block | undefined {
  const kind = textIn(content["msgtype"]);
  if (kind === undefined || kind.startsWith(VERIFICATION)) return undefined;
  return (KINDS.get(kind) ?? readContent)(content, names, options);
}

/** `content`: of `m.sticker`. */
export function stickerBlock(content: JsonObject): Block | undefined {
  return fileBlock(content, Presentation.STICKER);
}

/** What clients say to each other about encryption; its text is for those who cannot do it. */
const VERIFICATION = "m.key.verification.";

/** Specification: "m.room.message msgtypes". A kind that is not here has a text for those who do not know it. */
const KINDS: ReadonlyMap<string, Read> = new Map<string, Read>([
  ["m.image", file(Presentation.IMAGE)],
  ["m.file", file(Presentation.FILE)],
  ["m.audio", file(Presentation.AUDIO)],
  ["m.video", file(Presentation.VIDEO)],
  ["m.location", readLocation],
]);

function file(presentation: Presentation): Read {
  return (content, names, options) => {
    const block = fileBlock(content, presentation);
    if (block === undefined || !hasCaption(content)) return block;
    const caption = readContent(content, names, options);
    // First, so that a command may be the caption of its file.
    return caption === undefined ? block : contentBlock([asContent(caption), "\n", block]);
  };
}

/** Specification: a text that is not the file's name is its caption. */
function hasCaption({ filename, body }: JsonObject): boolean {
  return typeof filename === "string" && filename !== "" && filename !== body;
}

/** Bytes of a name or a description; longer ones are cut. */
const MAX_NAME_BYTES = 255;
const MAX_UINT32 = 2 ** 32 - 1;
const MAX_CONTENT_TYPE_BYTES = 127;

/** Undefined for files of encrypted rooms, which nobody can open here: they have a `file`, no `url`. */
function fileBlock(content: JsonObject, presentation: Presentation): Block | undefined {
  const id = mediaIdIn(content["url"]);
  if (id === undefined) return undefined;
  const info = objectIn(content["info"]);
  const words = cutUtf8(oneLine(textIn(content["body"]) ?? ""), MAX_NAME_BYTES);
  const name = cutUtf8(oneLine(textIn(content["filename"]) ?? ""), MAX_NAME_BYTES) || words;
  const isSticker = presentation === Presentation.STICKER;
  return attachment({
    ...{ id, name, contentType: contentTypeIn(info["mimetype"]) ?? "" },
    ...(isSticker && { description: words }),
    sizeBytes: wholeIn(info["size"], Number.MAX_SAFE_INTEGER) ?? 0,
    width: wholeIn(info["w"], MAX_UINT32) ?? 0,
    height: wholeIn(info["h"], MAX_UINT32) ?? 0,
    durationMs: wholeIn(info["duration"], Number.MAX_SAFE_INTEGER) ?? 0,
    presentation: presentationOf(content, info, presentation),
    isSpoiler: SPOILERS.some((name) => content[name] === true),
  });
}

/** MSC4193, as clients that have it write it. */
const SPOILERS = ["m.spoiler", "page.codeberg.everypizza.msc4193.spoiler"] as const;

/** MSC3245: a voice message; MSC4230: a picture that moves. */
function presentationOf(content: JsonObject, info: JsonObject, of: Presentation): Presentation {
  const isVoice = "m.voice" in content || "org.matrix.msc3245.voice" in content;
  if (of === Presentation.AUDIO && isVoice) return Presentation.VOICE;
  const isAnimated = [info["is_animated"], info["org.matrix.msc4230.is_animated"]].includes(true);
  const isAnimation = isAnimated || info["fi.mau.gif"] === true || info["mimetype"] === "image/gif";
  const mayMove = of === Presentation.IMAGE || of === Presentation.VIDEO;
  return mayMove && isAnimation ? Presentation.ANIMATION : of;
}

/** A fraction, as some clients send, is cut off. */
function wholeIn(value: unknown, max: number): number | undefined {
  const number = numberIn(value);
  return number !== undefined && number >= 0 && number <= max ? Math.floor(number) : undefined;
}

function contentTypeIn(value: unknown): string | undefined {
  const type = shortTextIn(value, MAX_CONTENT_TYPE_BYTES);
  return type !== undefined && /^[\w!#$&^.+-]+\/[\w!#$&^.+-]+$/.test(type) ? type : undefined;
}

function oneLine(name: string): string {
  return name.replaceAll(/\p{Cc}+/gu, " ").trim();
}

/** Its text, and the coordinates if the text does not have them. */
function readLocation(content: JsonObject, names: Names, options: ReadOptions): Block | undefined {
  const words = readContent(content, names, options);
  const place = shortTextIn(content["geo_uri"], MAX_NAME_BYTES);
  if (place === undefined || !/^geo:[\w.,;=-]+$/i.test(place)) return words;
  if (words === undefined) return text(place);
  return words.plain.includes(place) ? words : contentBlock([asContent(words), ` (${place})`]);
}

/** A text becomes one with the text beside it. */
function asContent(block: Block): Content {
  return block.inner.case === "text" ? block.inner.value.text : block;
}
