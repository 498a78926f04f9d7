/**
 * The bytes of files over HTTP, without a server: `PUT /media/uploads/TOKEN`, and `GET` and `HEAD`
 * of `/media/KEY/NAME`. The transports call it with their requests.
 */
import type { FileHandle } from "node:fs/promises";
import type { LineKind } from "../broker/aggregated-log.ts";
import { readRange } from "./byte-range.ts";
import { etagOf, fileHeaders } from "./file-headers.ts";
import { MEDIA_PATH, UPLOADS_PATH } from "./file-url.ts";
import type { Media } from "./media.ts";
import type { OpenFile } from "./media-store.ts";
import { type MediaRequest, receiveUpload } from "./receive-upload.ts";
import { isKey } from "./stored-file.ts";

export interface MediaResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** A text, or a file; whoever gets a file reads it or closes it. */
  readonly body: string | FileSlice;
}

/** Bytes of a file that is open. */
export interface FileSlice {
  readonly handle: FileHandle;
  readonly from: number;
  /** The last byte. */
  readonly to: number;
}

const FILE = /^\/media\/([^/]+)(?:\/[^/]*)?$/;
const RETRY_AFTER_S = "1";
const MS_PER_SECOND = 1_000;

const FAILED: LineKind = { level: "error", by: "method", text: "a request for media failed" };

export class MediaHttp {
  readonly #media: Media;
  #uploading = 0;
  #downloading = 0;

  constructor(media: Media) {
    this.#media = media;
  }

  get limits() {
    return this.#media.limits;
  }

  static serves(path: string): boolean {
    return path.startsWith(MEDIA_PATH);
  }

  static isUpload(path: string): boolean {
    return path.startsWith(UPLOADS_PATH);
  }

  /** Never rejects. */
  async serve(request: MediaRequest): Promise<MediaResponse> {
    try {
      return MediaHttp.isUpload(request.path)
        ? await this.#upload(request)
        : await this.#file(request);
    } catch (reason) {
      this.#media.peerLog.add(FAILED, request.method === "PUT" ? "PUT" : "GET", { error: reason });
      return text(500, "internal error");
    }
  }

  /** To be called once a file's bytes have left, or its reader has gone. */
  served({ status, body }: MediaResponse, bytes: number): void {
    if (typeof body === "string") return;
    this.#downloading--;
    this.#media.observer.fileServed(status, bytes);
    void body.handle.close().catch(() => undefined);
  }

  async #upload(request: MediaRequest): Promise<MediaResponse> {
    if (request.method !== "PUT") return text(405, "only PUT", { allow: "PUT" });
    if (this.#uploading >= this.limits.maxConcurrentUploads) return busy();
    this.#uploading++;
    try {
      const { status, message, bytes } = await receiveUpload(this.#media, request);
      this.#media.observer.uploadEnded(status, bytes);
      return text(status, message);
    } finally {
      this.#uploading--;
    }
  }

  async #file(request: MediaRequest): Promise<MediaResponse> {
    const [, key = ""] = FILE.exec(request.path) ?? [];
    if (request.method !== "GET" && request.method !== "HEAD") {
      return text(405, "only GET", { allow: "GET, HEAD" });
    }
    if (!isKey(key)) return text(404, "not found");
    if (this.#downloading >= this.limits.maxConcurrentDownloads) return busy();
    // Counted from here on, since it may have to wait for the file.
    this.#downloading++;
    let isHeld = false;
    try {
      await Promise.race([this.#media.arrived(key), ...(request.left ? [request.left] : [])]);
      const opened = await this.#media.store.open(key);
      if (opened === undefined) return text(404, "not found");
      const response = this.#respond(request, opened);
      isHeld = typeof response.body !== "string";
      if (!isHeld) await opened.handle.close();
      return response;
    } finally {
      if (!isHeld) this.#downloading--;
    }
  }

  #respond(request: MediaRequest, { file, handle }: OpenFile): MediaResponse {
    const etag = etagOf(file);
    const leftMs = this.#media.store.expiresAtMs(file) - this.#media.clock.wallMs();
    const headers = fileHeaders(file, Math.max(0, Math.floor(leftMs / MS_PER_SECOND)));
    if (isNamed(request.header("if-none-match"), etag)) {
      const { etag: tag = "", "cache-control": cache = "" } = headers;
      return { status: 304, headers: { etag: tag, "cache-control": cache }, body: "" };
    }
    const ifRange = request.header("if-range");
    const range =
      ifRange === undefined || ifRange === etag
        ? readRange(request.header("range"), file.size)
        : undefined;
    if (range === "unsatisfiable") {
      return text(416, "range not satisfiable", { "content-range": `bytes */${file.size}` });
    }
    const { from, to } = range ?? { from: 0, to: file.size - 1 };
    const sized = { ...headers, "content-length": String(to - from + 1) };
    const body = request.method === "HEAD" || file.size === 0 ? "" : { handle, from, to };
    if (range === undefined) return { status: 200, headers: sized, body };
    const partial = { ...sized, "content-range": `bytes ${from}-${to}/${file.size}` };
    return { status: 206, headers: partial, body };
  }
}

/** Whether `if-none-match` names this file. */
function isNamed(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false;
  const tags = header.split(",").map((tag) => tag.trim().replace(/^W\//, ""));
  return tags.includes("*") || tags.includes(etag);
}

function busy(): MediaResponse {
  return text(503, "too many requests for media at once", { "retry-after": RETRY_AFTER_S });
}

function text(
  status: number,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): MediaResponse {
  const body = message === "" ? "" : `${message}\n`;
  const type = { "content-type": "text/plain; charset=utf-8", "x-content-type-options": "nosniff" };
  return { status, headers: { ...headers, ...type, "cache-control": "no-store" }, body };
}
