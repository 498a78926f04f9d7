/** What a url gave: its headers at once, its bytes as they are read. */
import type { Headers, Response } from "undici";
import { contentTypeOf } from "./content-types.ts";
import { FetchError } from "./fetch-error.ts";
import type { FetchRun } from "./fetch-run.ts";
import { fileName } from "./file-name.ts";

/** Read it to its end, or call `close()`; `timeoutMs` closes what is forgotten. */
export class FetchedFile implements AsyncDisposable {
  /** The last one, after redirects. */
  readonly url: string;
  readonly status: number;
  readonly headers: Headers;
  /** Lower case, without parameters; `application/octet-stream` where the server says none. */
  readonly contentType: string;
  /** Of the header, else of the url, else `file`; without folders and invisible characters. */
  readonly name: string;
  /** Bytes, where the server says how many and does not compress; never more than `maxBytes`. */
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

  async bytes(): Promise<Uint8Array<ArrayBuffer>> {
    return Buffer.concat(await Array.fromAsync(this.body));
  }

  /** As UTF-8. */
  async text(): Promise<string> {
    return new TextDecoder().decode(await this.bytes());
  }

  /** Rejects with a SyntaxError if it is not JSON. */
  async json(): Promise<unknown> {
    return JSON.parse(await this.text());
  }

  /** Leaves what has not been read. May be called twice. */
  close(): void {
    this.#run.end();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.close();
  }
}

/** Throws `too_large`, so that nothing is read of what is known to be too much. */
export function checkAnnouncedSize(response: Response, maxBytes: number): void {
  const size = announced(response) ?? 0;
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

function tooLarge(maxBytes: number, how: string): FetchError {
  return new FetchError("too_large", `the answer ${how}; at most ${maxBytes} are read (maxBytes)`);
}
