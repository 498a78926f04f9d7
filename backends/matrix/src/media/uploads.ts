/** Brings files of messages, and pictures of personas, to the homeserver. */
import type { Block } from "@seabird-chat/protocol";
import { type BackendHost, BoundedMap, Refused, type RequestInfo } from "@seabird-chat/sdk/backend";
import type { CallOptions } from "../connection/matrix-http.ts";
import type { MatrixMedia } from "../connection/matrix-media.ts";
import { mediaIdIn } from "../matrix-ids.ts";
import { type FileBlock, filesOf, isLink, type UploadedFile } from "../outbound/files.ts";
import { MAX_EVENTS } from "../outbound.ts";
import {
  type Progress,
  RunningUploads,
  StillUploading,
  uploadByProgress,
} from "./running-uploads.ts";

export interface UploadsDeps {
  readonly media: MatrixMedia;
  readonly host: Pick<BackendHost, "openAttachment" | "clock" | "log" | "signal">;
  /** Private addresses that urls may lead to, such as a test's. Default: none. */
  readonly allowAddresses?: readonly string[] | undefined;
}

/** Files that the server is known to have; the oldest is uploaded again. */
const MAX_KNOWN = 256;
/** For how long the picture behind a url counts as the same. */
const AVATAR_MS = 3_600_000;
/** Bytes of a persona's picture. */
const MAX_AVATAR_BYTES = 1024 * 1024;
/** Bytes of a file behind a url. */
const MAX_FETCHED_BYTES = 10 * 1024 * 1024;
/** Files of urls that are held at once; one more stays a link. */
const MAX_FETCHES = 8;
/** Of a request's time, for what follows an upload. */
const SEND_MS = 1_500;

interface Source {
  readonly body: Uint8Array | ReadableStream<Uint8Array>;
  readonly sizeBytes: number;
  readonly contentType: string;
}

export class Uploads {
  readonly #deps: UploadsDeps;
  /** By the path at core. */
  readonly #known = new BoundedMap<string, UploadedFile>(MAX_KNOWN);
  readonly #avatars = new BoundedMap<string, { readonly uri: string; readonly untilMs: number }>(
    MAX_KNOWN,
  );
  /** Of core's files, by their paths there. */
  readonly #running = new RunningUploads();
  #fetches = 0;
  #maxBytes: Promise<number | undefined> | undefined;

  constructor(deps: UploadsDeps) {
    this.#deps = deps;
  }

  /** The most bytes that the server takes; undefined: it does not say. Asked once. */
  async maxBytes(): Promise<number | undefined> {
    this.#maxBytes ??= this.#deps.media.maxUploadBytes();
    try {
      return await this.#maxBytes;
    } catch {
      this.#maxBytes = undefined;
      return undefined;
    }
  }

  /** The files that the server has now. One that cannot be brought there is missing; the log says why. */
  async files(block: Block, request: RequestInfo): Promise<ReadonlyMap<FileBlock, UploadedFile>> {
    const uploaded = new Map<FileBlock, UploadedFile>();
    const files = filesOf(block);
    if (files.length > MAX_EVENTS) {
      throw new Refused(`the message has ${files.length} files; at most ${MAX_EVENTS} are sent`);
    }
    for (const file of files) {
      if (isLink(file)) continue;
      try {
        uploaded.set(file, await this.#file(file, request));
      } catch (reason) {
        request.signal.throwIfAborted();
        if (reason instanceof StillUploading) throw reason;
        this.#deps.host.log.warn({ name: file.name, reason }, "a file is sent as text");
      }
    }
    return uploaded;
  }

  /** The `mxc://` of a picture; empty: none, as where it cannot be had. */
  async avatar(url: string, request: RequestInfo): Promise<string> {
    if (url === "" || mediaIdIn(url) !== undefined) return url;
    const known = this.#avatars.get(url);
    if (known !== undefined && known.untilMs > this.#deps.host.clock.now()) return known.uri;
    let uri = "";
    try {
      const limits = { maxBytes: MAX_AVATAR_BYTES, contentTypes: ["image/*"] };
      uri = await this.#fetched(url, limits, request, (source) =>
        this.#upload(source, "avatar", request),
      );
    } catch (reason) {
      request.signal.throwIfAborted();
      this.#deps.host.log.info({ reason }, "a persona has no picture");
    }
    // A picture that cannot be had is not asked for with each message.
    this.#avatars.delete(url);
    const untilMs = this.#deps.host.clock.now() + AVATAR_MS;
    this.#avatars.set(url, { uri, untilMs });
    return uri;
  }

  async #file(file: FileBlock, request: RequestInfo): Promise<UploadedFile> {
    const { id, corePath, url, name } = file;
    if (mediaIdIn(id) !== undefined) {
      const contentType = file.contentType || "application/octet-stream";
      return { uri: id, contentType, sizeBytes: Number(file.sizeBytes) };
    }
    const known = this.#known.get(corePath);
    if (known !== undefined) return known;
    const upload = async (source: Source): Promise<UploadedFile> => {
      const { contentType, sizeBytes } = source;
      return { uri: await this.#upload(source, name, request), contentType, sizeBytes };
    };
    if (corePath === "") {
      if (url === "") throw new Refused("it has nothing that can be opened");
      return await this.#fetched(url, { maxBytes: MAX_FETCHED_BYTES }, request, upload);
    }
    const { host } = this.#deps;
    const begin = () => uploadByProgress(host, (progress) => this.#coreFile(file, progress));
    const untilMs = request.deadlineMs - SEND_MS;
    return await this.#running.join(corePath, begin, { ...request, clock: host.clock, untilMs });
  }

  async #coreFile(file: FileBlock, progress: Progress): Promise<UploadedFile> {
    const { body, sizeBytes, contentType } = await this.#deps.host.openAttachment(file);
    const source = { body: ReadableStream.from(progress.of(body)), sizeBytes, contentType };
    const uploaded = { uri: await this.#put(source, file.name, progress), contentType, sizeBytes };
    this.#known.set(file.corePath, uploaded);
    return uploaded;
  }

  #upload(source: Source, name: string, { signal, deadlineMs }: RequestInfo): Promise<string> {
    return this.#put(source, name, { signal, deadlineMs: deadlineMs - SEND_MS });
  }

  async #put({ body, ...source }: Source, name: string, options: CallOptions): Promise<string> {
    const maxBytes = await this.maxBytes();
    if (maxBytes !== undefined && source.sizeBytes > maxBytes) {
      if (body instanceof ReadableStream) await body.cancel();
      throw new Refused(`it has ${source.sizeBytes} bytes; the homeserver takes ${maxBytes}`);
    }
    const { signal, deadlineMs } = options;
    const limits = { signal, deadlineMs };
    const uri = await this.#deps.media.upload({ body, ...source, name }, limits);
    if (mediaIdIn(uri) === undefined) throw new Refused("the homeserver gave it no mxc:// address");
    return uri;
  }

  async #fetched<Result>(
    url: string,
    limits: { readonly maxBytes: number; readonly contentTypes?: readonly string[] },
    request: RequestInfo,
    use: (source: Source) => Promise<Result>,
  ): Promise<Result> {
    if (this.#fetches >= MAX_FETCHES) throw new Refused("too many files are fetched already");
    this.#fetches++;
    try {
      // Most bots send no files of urls.
      const { fetchUrl } = await import("@seabird-chat/sdk/fetch");
      const { clock } = this.#deps.host;
      const timeoutMs = Math.max(1, Math.floor((request.deadlineMs - clock.now()) / 2));
      const { allowAddresses = [] } = this.#deps;
      const times = { timeoutMs, idleMs: timeoutMs, signal: request.signal, clock };
      const options = { ...limits, ...times, allowAddresses };
      await using file = await fetchUrl(url, options);
      const body = await file.bytes();
      return await use({ body, sizeBytes: body.length, contentType: file.contentType });
    } finally {
      this.#fetches--;
    }
  }
}
