/**
 * Files for every network (docs/media.md): those that plugins upload, and those of networks without
 * public urls, which core has their backends upload when they are first wanted.
 */
import { randomBytes } from "node:crypto";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import {
  absoluteId,
  type CreateUploadRequest,
  type CreateUploadResponse,
  type GetMediaRequest,
  type GetMediaResponse,
  parseId,
} from "@seabird-chat/protocol";
import { AggregatedLog } from "../broker/aggregated-log.ts";
import type { CallContext, Caller } from "../broker/caller.ts";
import type { Clock } from "../broker/clock.ts";
import { BrokerError } from "../broker/errors.ts";
import { type Logger, silentLogger } from "../broker/logger.ts";
import type { AskForFile, FileLink, MediaLinks, ReportedFile } from "../broker/media-links.ts";
import { Fetches } from "./fetches.ts";
import { ANY_TYPE, isContentType, pathOfFile, safeName, UPLOADS_PATH } from "./file-url.ts";
import { KnownFiles } from "./known-files.ts";
import { type MediaLimits, resolveMediaLimits } from "./limits.ts";
import { type MediaObserver, silentMediaObserver } from "./media-observer.ts";
import { MediaStore } from "./media-store.ts";
import { type FileHead, newKey, type StoredFile } from "./stored-file.ts";
import { type Upload, Uploads } from "./uploads.ts";

export interface MediaOptions {
  /** Made when the first file is kept. */
  readonly folder: string;
  /** Where people reach core, without a slash at its end; default: nowhere, so there are no links. */
  readonly publicUrl?: string | undefined;
  /** Whether files of private conversations get urls; default: false. */
  readonly publishPrivate?: boolean;
  readonly limits?: Partial<MediaLimits>;
  readonly clock: Clock;
  /** Default: silent. */
  readonly log?: Logger;
  /** Default: counts nothing. */
  readonly observer?: MediaObserver;
  /** Applies the rate of a caller. Throws `rate_limited`. */
  readonly admit?: (caller: Caller) => void;
  readonly ask: AskForFile;
}

/** Names the files that plugins upload, as a backend's name does its own. */
const OWN_NAME = { type: "core", id: "media" };
const ID_BYTES = 16;
/** Bytes of an id by which a file is asked for. */
const MAX_ID_BYTES = 16_384;

interface Wanted {
  readonly id: string;
  readonly name: { readonly type: string; readonly id: string; readonly relative: string };
}

export class Media implements MediaLinks {
  readonly limits: MediaLimits;
  readonly store: MediaStore;
  readonly observer: MediaObserver;
  readonly log: Logger;
  /** For all lines above `debug` that a peer can cause. */
  readonly peerLog: AggregatedLog;
  readonly clock: Clock;
  readonly #options: MediaOptions;
  readonly #uploads: Uploads;
  readonly #fetches: Fetches;
  readonly #known: KnownFiles;

  constructor(options: MediaOptions) {
    const { folder, clock, ask } = options;
    this.#options = options;
    this.limits = resolveMediaLimits(options.limits);
    this.log = options.log ?? silentLogger;
    this.peerLog = new AggregatedLog(this.log, clock);
    this.observer = options.observer ?? silentMediaObserver;
    this.clock = clock;
    const { limits, log, observer } = this;
    this.store = new MediaStore({ folder, limits, clock, log });
    this.#uploads = new Uploads(limits, clock);
    const onDone = (outcome: string, type: string) => observer.fileFetched(outcome, type);
    this.#fetches = new Fetches({ limits, clock, uploads: this.#uploads, ask, onDone });
    this.#known = new KnownFiles(limits);
  }

  /**
   * Finds what an earlier run kept. Files of private conversations go if they may not be published
   * any more. Rejects with the system's error.
   */
  async load(): Promise<void> {
    await this.store.load();
    for (const file of this.store.all()) if (!this.#isPublished(file)) this.store.remove(file);
  }

  stats() {
    return {
      files: this.store.size,
      bytes: this.store.bytes,
      pendingUploads: this.#uploads.size,
      fetches: this.#fetches.size,
    };
  }

  /** Throws `bad_request`, `message_too_large`, `rate_limited` or `too_many_uploads`. */
  createUpload(request: CreateUploadRequest, { caller }: CallContext): CreateUploadResponse {
    this.#options.admit?.(caller);
    const size = this.#sizeOf(request);
    const { maxFileNameBytes } = this.limits;
    const id = randomBytes(ID_BYTES).toString("hex");
    const head: FileHead = {
      key: newKey(),
      attachmentId: absoluteId(OWN_NAME, id),
      name: safeName(request.name, maxFileNameBytes),
      contentType: request.contentType || ANY_TYPE,
      isPrivate: false,
    };
    const token = this.#uploads.announce({ head, size, tokenId: caller.tokenId });
    return {
      $typeName: "seabird.messages.v1.CreateUploadResponse",
      attachmentId: head.attachmentId,
      uploadUrl: UPLOADS_PATH + token,
    };
  }

  /**
   * Where a file can be opened. A backend that has it is asked first. Rejects with `bad_id`,
   * `attachment_not_found`, `unknown_backend`, `unsupported`, and with what the backend answers.
   */
  async get({ attachmentId }: GetMediaRequest, { caller }: CallContext): Promise<GetMediaResponse> {
    this.#options.admit?.(caller);
    const wanted = readWanted(attachmentId);
    if (wanted === undefined) throw new BrokerError("bad_id", "failed to parse attachment_id");
    const file = this.#stored(wanted, caller) ?? (await this.#fetch(wanted, caller).file);
    const { path, url } = this.#linkOf(file);
    return {
      $typeName: "seabird.messages.v1.GetMediaResponse",
      url: url || path,
      expiresAt: timestampFromMs(this.store.expiresAtMs(file)),
    };
  }

  get hasUrls(): boolean {
    return this.#options.publicUrl !== undefined;
  }

  reported({ id, name, contentType, isPrivate }: ReportedFile): void {
    const { maxFileNameBytes } = this.limits;
    this.#known.add(id, {
      name: safeName(name, maxFileNameBytes),
      contentType: contentType.length <= maxFileNameBytes ? contentType : "",
      isPrivate,
    });
  }

  linkTo(attachmentId: string, caller: Pick<Caller, "mayPrivate">): FileLink | undefined {
    const wanted = readWanted(attachmentId);
    if (wanted === undefined) return undefined;
    try {
      return this.#linkOf(this.#stored(wanted, caller) ?? this.#fetch(wanted, caller).head);
    } catch (reason) {
      const error = BrokerError.from(reason);
      this.log.debug({ error, attachmentId }, "a message's file gets no link");
      return undefined;
    }
  }

  /** The upload of a token, which does not work again. */
  takeUpload(token: string): Upload | undefined {
    return this.#uploads.take(token);
  }

  /** Resolves once a file that is on its way is there, or does not come. */
  async arrived(key: string): Promise<void> {
    await this.#fetches.ofKey(key)?.file.catch(() => undefined);
  }

  close(): void {
    this.store.close();
  }

  #sizeOf({ name, contentType, size }: CreateUploadRequest): number {
    const { maxFileNameBytes, mediaMaxFileBytes } = this.limits;
    if (Buffer.byteLength(name) > maxFileNameBytes) {
      throw bad(`name may have ${maxFileNameBytes} bytes`);
    }
    if (contentType !== "" && !isContentType(contentType, maxFileNameBytes)) {
      throw bad("content_type is no media type such as image/png");
    }
    if (size === 0n) throw bad("missing size");
    if (size <= BigInt(mediaMaxFileBytes)) return Number(size);
    const message = `file too large: ${size} bytes, limit ${mediaMaxFileBytes}`;
    throw new BrokerError("message_too_large", message);
  }

  /** A file that is here. Throws if the caller may not have it. */
  #stored({ id }: Wanted, caller: Pick<Caller, "mayPrivate">): StoredFile | undefined {
    const file = this.store.ofAttachment(id);
    if (file !== undefined) this.#checkPrivate(file, caller);
    return file;
  }

  /** A file that is on its way from now on. */
  #fetch({ id, name }: Wanted, caller: Pick<Caller, "mayPrivate">) {
    const running = this.#fetches.ofAttachment(id);
    if (running !== undefined) {
      this.#checkPrivate(running.head, caller);
      return running;
    }
    const known = this.#known.get(id);
    const isUnknown = known === undefined;
    // What core has not seen may be of a private conversation.
    if (isUnknown && !(this.#options.publishPrivate === true && caller.mayPrivate)) {
      throw notFound();
    }
    const isPrivate = known?.isPrivate ?? true;
    this.#checkPrivate({ isPrivate }, caller);
    const { name: fileName = "", contentType = "" } = known ?? {};
    const head = { key: newKey(), attachmentId: id, name: fileName, contentType, isPrivate };
    return this.#fetches.begin(head, name);
  }

  /** For those without the right to private messages there is no such file. */
  #checkPrivate(file: Pick<FileHead, "isPrivate">, { mayPrivate }: Pick<Caller, "mayPrivate">) {
    if (!file.isPrivate) return;
    if (!mayPrivate) throw notFound();
    if (!this.#isPublished(file)) {
      throw new BrokerError("unsupported", "files of private conversations get no url");
    }
  }

  #isPublished({ isPrivate }: Pick<FileHead, "isPrivate">): boolean {
    return !isPrivate || this.#options.publishPrivate === true;
  }

  #linkOf({ key, name }: FileHead): FileLink {
    const path = pathOfFile(key, name);
    const { publicUrl } = this.#options;
    return { path, url: publicUrl === undefined ? "" : publicUrl + path };
  }
}

/** As the id is written here; those of callers may be written in another way. */
function readWanted(attachmentId: string): Wanted | undefined {
  if (attachmentId.length > MAX_ID_BYTES) return undefined;
  const name = parseId(attachmentId);
  if (name === undefined || name.relative === "") return undefined;
  return { id: absoluteId(name, name.relative), name };
}

function notFound(): BrokerError {
  return new BrokerError("attachment_not_found", "attachment not found");
}

function bad(message: string): BrokerError {
  return new BrokerError("bad_request", message);
}
