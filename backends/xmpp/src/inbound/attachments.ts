/** Files of a message: XEP-0066 as HTTP uploads have it, and XEP-0447. Pure. */
import { type Attachment, Presentation } from "@seabird-chat/sdk/backend";
import { NS, type Stanza } from "../stanza.ts";
import { attributeOf, childOf, childrenOf, printable, textOf } from "./read-stanza.ts";

/** Further files of one message are left out. */
const MAX_FILES = 10;
const MAX_URL = 2_048;
const MAX_NAME = 255;
const MAX_DESCRIPTION = 1_000;

/** Of the files that a person wants to see at once; the network itself does not say what one is. */
const TYPES: Readonly<Record<string, string>> = {
  ...{ png: "image/png", jpg: "image/jpeg", jpeg: "image/jpeg", gif: "image/gif" },
  ...{ webp: "image/webp", avif: "image/avif", heic: "image/heic" },
  ...{ mp4: "video/mp4", webm: "video/webm", mov: "video/quicktime", mkv: "video/x-matroska" },
  ...{ mp3: "audio/mpeg", ogg: "audio/ogg", oga: "audio/ogg", opus: "audio/ogg" },
  ...{ m4a: "audio/mp4", flac: "audio/flac", wav: "audio/wav" },
};

/** What files there are, each url once; those with a description of the file first. */
export function readAttachments(stanza: Stanza): readonly Attachment[] {
  const files = [
    ...childrenOf(stanza, "file-sharing", NS.fileSharing).map(sharedFile),
    ...childrenOf(stanza, "x", NS.oob).map(outOfBandFile),
  ];
  const byUrl = new Map<string, Attachment>();
  for (const file of files) {
    if (file?.url !== undefined && !byUrl.has(file.url)) byUrl.set(file.url, file);
  }
  return [...byUrl.values()].slice(0, MAX_FILES);
}

function outOfBandFile(oob: Stanza): Attachment | undefined {
  const description = printable(textOf(childOf(oob, "desc", NS.oob)), MAX_DESCRIPTION);
  return toFile(textOf(childOf(oob, "url", NS.oob)), description === "" ? {} : { description });
}

function sharedFile(sharing: Stanza): Attachment | undefined {
  const sources = childOf(sharing, "sources", NS.fileSharing);
  const target = attributeOf(childOf(sources, "url-data", NS.urlData), "target");
  const file = childOf(sharing, "file", NS.fileMetadata);
  const value = (name: string, max: number) =>
    printable(textOf(childOf(file, name, NS.fileMetadata)), max) || undefined;
  const [width, height] = dimensionsOf(file);
  const size = value("size", 20);
  const type = value("media-type", 100);
  return toFile(target, {
    ...withoutUndefined({ name: value("name", MAX_NAME), width, height }),
    ...withoutUndefined({ description: value("desc", MAX_DESCRIPTION) }),
    ...(type !== undefined && /^[\w.+-]+\/[\w.+-]+$/.test(type) && { contentType: type }),
    ...(size !== undefined && /^\d{1,15}$/.test(size) && { sizeBytes: Number(size) }),
  });
}

/** `<dimensions>4096x2160</dimensions>`, later `<width>` and `<height>` (XEP-0446). */
function dimensionsOf(file: Stanza | undefined): readonly (number | undefined)[] {
  const text = (name: string) => textOf(childOf(file, name, NS.fileMetadata));
  const [, width, height] = /^(\d{1,6})x(\d{1,6})$/.exec(text("dimensions")) ?? [];
  return [width ?? text("width"), height ?? text("height")].map((each) =>
    /^\d{1,6}$/.test(each) ? Number(each) : undefined,
  );
}

function withoutUndefined<Fields extends Record<string, string | number | undefined>>(
  fields: Fields,
): { [Name in keyof Fields]?: NonNullable<Fields[Name]> } {
  const given = Object.entries(fields).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given) as { [Name in keyof Fields]?: NonNullable<Fields[Name]> };
}

function toFile(url: string, known: Attachment): Attachment | undefined {
  if (!isPublicUrl(url)) return undefined;
  const name = known.name ?? nameIn(url);
  const extension = /\.([a-z0-9]+)$/i.exec(name)?.[1]?.toLowerCase() ?? "";
  const contentType =
    known.contentType ?? (Object.hasOwn(TYPES, extension) ? TYPES[extension] : undefined);
  const file = { ...known, url, presentation: presentationOf(contentType) };
  return {
    ...file,
    ...(name !== "" && { name }),
    ...(contentType !== undefined && { contentType }),
  };
}

/** That anybody can open, and that holds no password. */
function isPublicUrl(url: string): boolean {
  if (url.length > MAX_URL || !URL.canParse(url)) return false;
  const { protocol, username, password } = new URL(url);
  return /^https?:$/.test(protocol) && username === "" && password === "";
}

function nameIn(url: string): string {
  const last = new URL(url).pathname.split("/").at(-1) ?? "";
  try {
    return printable(decodeURIComponent(last), MAX_NAME);
  } catch {
    return printable(last, MAX_NAME);
  }
}

function presentationOf(contentType = ""): Presentation {
  if (contentType.startsWith("image/")) return Presentation.IMAGE;
  if (contentType.startsWith("video/")) return Presentation.VIDEO;
  return contentType.startsWith("audio/") ? Presentation.AUDIO : Presentation.FILE;
}
