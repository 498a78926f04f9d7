/** The calls about files: the media extension (docs/media.md). */
import { type Client, createClient } from "@connectrpc/connect";
import {
  type Attachment,
  attachment,
  type Block,
  Media,
  Presentation,
} from "@seabird-chat/protocol";
import { CALL_OPTIONS, type CallOptions } from "./call-options.ts";
import { addressAtCore, type Connection } from "./connection.ts";
import type { Call, CoreCalls } from "./core-calls.ts";
import { SeabirdError } from "./errors.ts";
import type { FileSource } from "./file-source.ts";
import { checkOptionNames } from "./option-names.ts";

/** A file to send: where its bytes come from, and how it is shown. */
export type OutgoingFile = FileSource &
  Pick<
    Attachment,
    "description" | "width" | "height" | "durationMs" | "presentation" | "isSpoiler"
  >;

/** A file of a message, as far as it names it. */
export type NamedFile = Pick<Attachment, "id" | "url">;

export class MediaCalls {
  readonly #client: Client<typeof Media>;
  readonly #connection: Connection;
  readonly #calls: CoreCalls;

  constructor(connection: Connection, calls: CoreCalls) {
    this.#client = createClient(Media, connection.transport);
    this.#connection = connection;
    this.#calls = calls;
  }

  async upload(file: OutgoingFile, options: CallOptions = {}): Promise<Block> {
    checkOptionNames("upload", options, CALL_OPTIONS);
    // Most plugins upload nothing.
    const [{ readableFile }, { sendFile }] = await Promise.all([
      import("./file-source.ts"),
      import("./send-file.ts"),
    ]);
    const readable = await readableFile(file);
    const { name, contentType, size } = readable;
    if (size === 0) {
      throw new SeabirdError("invalid_argument", `the file "${name}" is empty`);
    }
    const request = { name, contentType, size: BigInt(size) };
    const announced = await this.#run({
      name: "upload",
      options,
      allowed: CALL_OPTIONS,
      send: (more) => this.#client.createUpload(request, more),
    });
    const { attachmentId: id, uploadUrl } = announced;
    await sendFile((each) => this.#connection.http(each), uploadUrl, readable, options.signal);
    const { description, width, height, durationMs, presentation, isSpoiler } = file;
    return attachment({
      ...{ id, name, contentType, sizeBytes: size },
      presentation: presentation ?? shownAs(contentType),
      ...(description !== undefined && { description }),
      ...(width !== undefined && { width }),
      ...(height !== undefined && { height }),
      ...(durationMs !== undefined && { durationMs }),
      ...(isSpoiler !== undefined && { isSpoiler }),
    });
  }

  async attachmentUrl({ id = "", url = "" }: NamedFile, options?: CallOptions): Promise<string> {
    if (url !== "") return url;
    if (id === "") throw new SeabirdError("invalid_argument", "the file has neither id nor url");
    const found = await this.#run({
      name: "attachmentUrl",
      options: { timeoutMs: FETCH_TIMEOUT_MS, ...options },
      allowed: CALL_OPTIONS,
      send: (more) => this.#client.get({ attachmentId: id }, more),
    });
    return found.url.startsWith("/") ? addressAtCore(this.#connection, found.url) : found.url;
  }

  async #run<T>(call: Call<T>): Promise<T> {
    try {
      return await this.#calls.run(call);
    } catch (reason) {
      if (SeabirdError.from(reason).code !== "unimplemented") throw reason;
      const what = "this core does not have the media extension";
      throw new SeabirdError("unimplemented", what, { cause: reason });
    }
  }
}

/** A network may take a while to hand over a file; core waits as long. */
const FETCH_TIMEOUT_MS = 60_000;

function shownAs(contentType: string): Presentation {
  const [kind = ""] = contentType.split("/");
  const known = { image: Presentation.IMAGE, video: Presentation.VIDEO, audio: Presentation.AUDIO };
  return Object.hasOwn(known, kind) ? known[kind as keyof typeof known] : Presentation.FILE;
}
