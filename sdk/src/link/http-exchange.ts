/** Plain HTTP on the connection to core, for the bytes of files. */
import { once } from "node:events";
import type { ClientHttp2Stream, IncomingHttpHeaders } from "node:http2";
import { PassThrough, pipeline } from "node:stream";
import { SeabirdError } from "./errors.ts";

export interface HttpRequest {
  readonly method: "GET" | "PUT";
  /** At core's address: `/media/KEY/cat.png`. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: AsyncIterable<Uint8Array> | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface HttpAnswer {
  readonly status: number;
  header(name: string): string | undefined;
  /** To be read to its end, or left with `return()`. */
  readonly body: AsyncIterable<Uint8Array>;
}

/** Sends the body as fast as core takes it. Rejects with a SeabirdError if the stream breaks. */
export async function exchangeOn(
  stream: ClientHttp2Stream,
  { body, signal }: Pick<HttpRequest, "body" | "signal">,
): Promise<HttpAnswer> {
  const abort = () => stream.destroy();
  signal?.addEventListener("abort", abort, { once: true });
  if (signal?.aborted) abort();
  stream.once("close", () => signal?.removeEventListener("abort", abort));
  // Node cannot iterate a stream that the server has closed, though bytes of it wait to be read.
  const received = new PassThrough();
  pipeline(stream, received, () => undefined);
  const answered = responseOf(stream);
  answered.catch(() => undefined);
  try {
    if (body !== undefined) await write(stream, body, answered);
    if (!stream.destroyed) stream.end();
    const headers = await answered;
    return {
      status: Number(headers[":status"]),
      header: (name) => {
        const value = headers[name];
        return Array.isArray(value) ? value[0] : value;
      },
      body: received,
    };
  } catch (reason) {
    stream.destroy();
    signal?.throwIfAborted();
    throw reason;
  }
}

function responseOf(stream: ClientHttp2Stream): Promise<IncomingHttpHeaders> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingHttpHeaders>();
  stream.once("response", resolve);
  stream.once("close", () => reject(new SeabirdError("unavailable", "the connection was lost")));
  stream.on("error", (error) => reject(SeabirdError.from(error)));
  return promise;
}

/** Ends early where core has answered before it has everything. */
async function write(
  stream: ClientHttp2Stream,
  body: AsyncIterable<Uint8Array>,
  answered: Promise<unknown>,
): Promise<void> {
  let isAnswered = false;
  const done = answered.then(
    () => (isAnswered = true),
    () => (isAnswered = true),
  );
  for await (const chunk of body) {
    if (isAnswered || stream.destroyed) return;
    if (!stream.write(chunk)) {
      const left = new AbortController();
      const drained = once(stream, "drain", { signal: left.signal }).catch(() => undefined);
      await Promise.race([drained, done]);
      left.abort();
    }
  }
}
