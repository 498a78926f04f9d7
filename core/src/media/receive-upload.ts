/** Takes the bytes of one upload: exactly so many, in time, straight to the disk. */
import type { Clock } from "../broker/clock.ts";
import { BrokerError } from "../broker/errors.ts";
import { ANY_TYPE, isContentType, UPLOADS_PATH } from "./file-url.ts";
import type { MediaLimits } from "./limits.ts";
import type { Media } from "./media.ts";
import { isKey, type StoredFile } from "./stored-file.ts";
import type { Upload } from "./uploads.ts";

/** A request for the bytes of a file, however it came. */
export interface MediaRequest {
  readonly method: string;
  /** Without its query. */
  readonly path: string;
  header(name: string): string | undefined;
  readonly body: AsyncIterable<Uint8Array>;
  /** To be called before the body is read: a sender that asked first (`expect`) begins then. */
  readonly accept?: () => void;
  /** Resolves when nobody waits for the response any more. Default: never. */
  readonly left?: Promise<void>;
}

export interface UploadAnswer {
  readonly status: number;
  /** Empty if all is well. */
  readonly message: string;
  readonly bytes: number;
}

/** Why an upload is refused: what its sender did. */
class UploadError extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

const LENGTH = /^\d{1,15}$/;

/** Rejects only with what is wrong in core. */
export async function receiveUpload(media: Media, request: MediaRequest): Promise<UploadAnswer> {
  const token = request.path.slice(UPLOADS_PATH.length);
  const upload = isKey(token) ? media.takeUpload(token) : undefined;
  if (upload === undefined) {
    return {
      status: 404,
      message: "no such upload: its url works once, and for a while",
      bytes: 0,
    };
  }
  upload.onBegin?.();
  const ended = (end: StoredFile | BrokerError) => upload.onEnd?.(end);
  try {
    const size = sizeOf(request, upload, media.limits);
    const head = { ...upload.head, contentType: typeOf(request, upload, media.limits) };
    request.accept?.();
    const source = exactly(size, inTime(request.body, media.limits, media.clock));
    const file = await media.store.write(head, size, source);
    ended(file);
    return { status: 204, message: "", bytes: size };
  } catch (reason) {
    const { status, error } = explain(reason);
    ended(error);
    if (status === 500) throw reason;
    return { status, message: error.message, bytes: 0 };
  }
}

function explain(reason: unknown): { status: number; error: BrokerError } {
  if (reason instanceof UploadError) {
    const error = new BrokerError("backend_refused", reason.message);
    return { status: reason.status, error };
  }
  const error = BrokerError.from(reason);
  if (error.code === "media_full") return { status: 507, error };
  if (error.code === "shutting_down") return { status: 503, error };
  // The peer has gone; it sees no answer.
  if (isGone(reason)) return { status: 400, error: new BrokerError("backend_refused", GONE) };
  return { status: 500, error };
}

const GONE = "the upload broke off";

function isGone(reason: unknown): boolean {
  const { code } = reason as NodeJS.ErrnoException;
  return code === "ECONNRESET" || code === "ERR_STREAM_PREMATURE_CLOSE" || code === "ABORT_ERR";
}

function sizeOf(request: MediaRequest, { size }: Upload, limits: MediaLimits): number {
  const header = request.header("content-length");
  if (header !== undefined && !LENGTH.test(header)) {
    throw new UploadError(400, "content-length is no number of bytes");
  }
  if (size !== undefined) {
    if (header === undefined || Number(header) === size) return size;
    throw new UploadError(400, `content-length is ${header}, but ${size} bytes were announced`);
  }
  if (header === undefined) throw new UploadError(411, "content-length is missing");
  if (Number(header) <= limits.mediaMaxFileBytes) return Number(header);
  throw new UploadError(413, `${header} bytes; at most ${limits.mediaMaxFileBytes} are taken`);
}

/** What was announced or reported, else what the upload says. */
function typeOf(
  request: MediaRequest,
  { head: { contentType } }: Upload,
  limits: MediaLimits,
): string {
  if (contentType !== "") return contentType;
  const given = request.header("content-type") ?? "";
  return isContentType(given, limits.maxFileNameBytes) ? given : ANY_TYPE;
}

async function* exactly(
  size: number,
  source: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  for await (const chunk of source) {
    bytes += chunk.length;
    if (bytes > size) throw new UploadError(413, `more than the ${size} bytes that were announced`);
    yield chunk;
  }
  if (bytes < size) throw new UploadError(400, `${bytes} bytes came, ${size} were announced`);
}

/** Ends with 408 when nothing comes for a while, or all of it takes too long. */
async function* inTime(
  source: AsyncIterable<Uint8Array>,
  { uploadStallMs, uploadTimeoutMs }: MediaLimits,
  clock: Clock,
): AsyncGenerator<Uint8Array> {
  const endMs = clock.now() + uploadTimeoutMs;
  const chunks = source[Symbol.asyncIterator]();
  try {
    for (;;) {
      const leftMs = Math.min(uploadStallMs, endMs - clock.now());
      const late = Promise.withResolvers<never>();
      const stop = clock.after(Math.max(0, leftMs), () =>
        late.reject(new UploadError(408, "the upload took too long")),
      );
      const next = await Promise.race([chunks.next(), late.promise]).finally(stop);
      if (next.done === true) return;
      yield next.value;
    }
  } finally {
    // Not awaited: a body that stalls does not end by itself.
    void chunks.return?.()?.catch?.(() => undefined);
  }
}
