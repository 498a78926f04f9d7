/** The bytes of a file that authors give: a path, bytes or a stream. */
import { basename } from "node:path";
import { inspect } from "node:util";
import { SeabirdError } from "./errors.ts";

/** Where the bytes of a file come from; one of the three. */
export interface FileSource {
  /** A path on this machine. */
  readonly file?: string | undefined;
  readonly bytes?: Uint8Array | undefined;
  /** With `sizeBytes`: exactly so many have to follow. */
  readonly stream?: AsyncIterable<Uint8Array> | undefined;
  /** Bytes of the stream. */
  readonly sizeBytes?: number | undefined;
  /** Default: that of `file`. */
  readonly name?: string | undefined;
  /** Such as `image/png`. Default: by the end of the name. */
  readonly contentType?: string | undefined;
}

/** The same, ready to be sent. */
export interface ReadableFile {
  readonly name: string;
  readonly contentType: string;
  readonly size: number;
  open(): AsyncIterable<Uint8Array>;
}

const TYPES: Readonly<Record<string, string>> = {
  aac: "audio/aac",
  avif: "image/avif",
  flac: "audio/flac",
  gif: "image/gif",
  jpeg: "image/jpeg",
  jpg: "image/jpeg",
  json: "application/json",
  mp3: "audio/mpeg",
  mp4: "video/mp4",
  ogg: "audio/ogg",
  opus: "audio/ogg",
  pdf: "application/pdf",
  png: "image/png",
  txt: "text/plain",
  wav: "audio/wav",
  webm: "video/webm",
  webp: "image/webp",
  zip: "application/zip",
};

/** Rejects with `invalid_argument`, or the system's error if there is no such file. */
export async function readableFile(source: FileSource): Promise<ReadableFile> {
  const { file, bytes, stream } = source;
  const given = [file, bytes, stream].filter((each) => each !== undefined).length;
  if (given !== 1) throw bad("a file has either file, bytes or stream");
  const name = source.name ?? (file === undefined ? "" : basename(file));
  const contentType = source.contentType ?? typeByName(name);
  const readable = (size: number, open: () => AsyncIterable<Uint8Array>): ReadableFile => ({
    ...{ name, contentType, size },
    open: () => exactly(size, open()),
  });
  if (bytes !== undefined) {
    if (!(bytes instanceof Uint8Array)) throw bad(`bytes is ${inspect(bytes)}, no Uint8Array`);
    return readable(bytes.length, () => once(bytes));
  }
  if (file !== undefined) {
    // Most plugins upload nothing.
    const { createReadStream, promises } = await import("node:fs");
    return readable((await promises.stat(file)).size, () => createReadStream(file));
  }
  const { sizeBytes = -1 } = source;
  if (stream === undefined || !Number.isSafeInteger(sizeBytes) || sizeBytes < 0) {
    throw bad("a stream needs sizeBytes, how many bytes follow");
  }
  return readable(sizeBytes, () => stream);
}

/** HTTP/2 ends a stream whose length is not the announced one, without saying why. */
async function* exactly(
  size: number,
  source: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  for await (const chunk of source) {
    bytes += chunk.length;
    if (bytes > size) throw bad(`the file has more than the ${size} bytes that were announced`);
    yield chunk;
  }
  if (bytes < size) throw bad(`the file has ${bytes} bytes, but ${size} were announced`);
}

function typeByName(name: string): string {
  const ending = /\.([A-Za-z0-9]+)$/.exec(name)?.[1]?.toLowerCase() ?? "";
  return (Object.hasOwn(TYPES, ending) ? TYPES[ending] : undefined) ?? "application/octet-stream";
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

function bad(message: string): SeabirdError {
  return new SeabirdError("invalid_argument", message);
}
