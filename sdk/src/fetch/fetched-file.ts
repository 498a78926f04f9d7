/** What a url gave: its headers at once, its bytes as they are read. */
import { type Headers, Response } from "undici";
import { contentTypeOf } from "./content-types.ts";
import { tooLarge } from "./fetch-error.ts";
import type { FetchRun } from "./fetch-run.ts";
import { fileName } from "./file-name.ts";

/** Read it to its end, or call `close()`; `timeoutMs` closes what is forgotten. */
export class FetchedFile implements AsyncDisposable {
  /** The last one, after redirects. */
  readonly url: string;
  /** 200 to 299. */
  readonly status: number;
  /** As the server sent them; bytes above ASCII are latin-1. */
  readonly headers: Headers;
  /** Lower case, without parameters; `application/octet-stream` where the server says none. */
  readonly contentType: string;
  /** Of the header, else of the url, else `file`; without folders and invisible characters. */
  readonly name: string;
  /** Bytes, where the server says how many and does not compress; of a HEAD also over `maxBytes`. */
  readonly sizeBytes: number | undefined;
  /** Decompressed. A server that sends faster than this is read has to wait. */
  readonly body: ReadableStream<Uint8Array>;
  readonly #run: FetchRun;

  /** @internal */
  constructor(url: URL, response: Response, run: FetchRun, maxBytes: number) {
    this.url = url.href;
    this.status = response.status;
    this.headers = response.headers;
    this.contentType = contentTypeOf(response.headers.get("content-type"));
    this.name = fileName(response.headers.get("content-disposition"), url);
    this.sizeBytes = response.headers.has("content-encoding") ? undefined : announced(response);
    this.#run = run;
    this.body = boundedBody(url, response, run, maxBytes);
  }

  /** Like `text` and `json`, rejects with a TypeError if some of the body was read before. */
  async bytes(): Promise<Uint8Array<ArrayBuffer>> {
    return new Uint8Array(await new Response(this.body).arrayBuffer());
  }

  /** As UTF-8. */
  async text(): Promise<string> {
    return await new Response(this.body).text();
  }

  /** Rejects with a SyntaxError if it is not JSON. */
  async json(): Promise<unknown> {
    return await new Response(this.body).json();
  }

  /** Leaves what has not been read. May be called twice. */
  close(): void {
    this.#run.end();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.close();
  }
}

/** Throws `too_large`, so that nothing is read of what is known to be too much. A HEAD has no body. */
export function checkAnnouncedSize(response: Response, maxBytes: number): void {
  const size = response.body === null ? 0 : (announced(response) ?? 0);
  if (size > maxBytes) throw tooLarge(maxBytes, `has ${size} bytes`);
}

function announced({ headers }: Response): number | undefined {
  const text = headers.get("content-length") ?? "";
  return /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}

function boundedBody(
  url: URL,
  response: Response,
  run: FetchRun,
  maxBytes: number,
): ReadableStream<Uint8Array> {
  const reader = response.body?.getReader();
  if (reader === undefined) run.end();
  let left = maxBytes;
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const chunk = await reader?.read();
          if (chunk === undefined || chunk.done) {
            run.end();
            controller.close();
            return;
          }
          left -= chunk.value.byteLength;
          if (left < 0) throw tooLarge(maxBytes, "is larger");
          controller.enqueue(chunk.value);
        } catch (thrown) {
          const error = run.explain(thrown, url);
          run.end(error);
          controller.error(error);
        }
      },
      cancel: (reason) => run.end(reason),
    },
    { highWaterMark: 0 },
  );
}
