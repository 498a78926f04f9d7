/** Carries requests for files between HTTP exchanges and `media/media-http.ts`. */
import type { Readable } from "node:stream";
import type { Clock } from "../../broker/clock.ts";
import type { FileSlice, MediaHttp, MediaResponse } from "../../media/media-http.ts";
import { type Exchange, requestHeader, reset } from "./exchange.ts";

export async function serveMedia(media: MediaHttp, exchange: Exchange, clock: Clock) {
  const { request, path } = exchange;
  const closed = Promise.withResolvers<void>();
  exchange.response.once("close", closed.resolve);
  const response = await media.serve({
    method: request.method ?? "",
    path,
    header: (name) => requestHeader(exchange, name),
    // The answer to an upload that is refused still has to leave.
    body: (request as Readable).iterator({ destroyOnReturn: false }),
    accept: () => {
      if (requestHeader(exchange, "expect")?.toLowerCase() !== CONTINUE) return;
      if (!isOver(exchange.response)) exchange.response.writeContinue();
    },
    left: closed.promise,
  });
  if (typeof response.body === "string") answer(exchange, response, response.body);
  else
    await sendFile(media, exchange, response, { ...response.body, closed: closed.promise, clock });
}

/** The sender waits for a 100 before it sends the body (RFC 9110 10.1.1). */
const CONTINUE = "100-continue";

/** Writes the head of the answer. */
function begin(response: Exchange["response"], { status, headers }: MediaResponse): void {
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  response.statusCode = status;
}

function answer({ request, response }: Exchange, answered: MediaResponse, body: string) {
  if (isOver(response) || response.headersSent) return;
  begin(response, answered);
  if (!request.readableEnded && request.method === "PUT") endConnection(response);
  request.resume();
  response.end(body);
}

/** On HTTP/1.1 the rest of a refused upload would have to be read; HTTP/2 ends the stream alone. */
function endConnection(response: Exchange["response"]): void {
  if (!("stream" in response)) response.setHeader("connection", "close");
}

/** Reads no faster than the peer takes it; a peer that takes nothing for a while is cut. */
async function sendFile(
  media: MediaHttp,
  exchange: Exchange,
  answered: MediaResponse,
  { handle, from, to, closed, clock }: FileSlice & { closed: Promise<void>; clock: Clock },
): Promise<void> {
  const { request, response } = exchange;
  let bytes = 0;
  try {
    request.resume();
    begin(response, answered);
    while (from + bytes <= to && !isOver(response)) {
      const length = Math.min(READ_BYTES, to - from - bytes + 1);
      const { bytesRead, buffer } = await handle.read(
        Buffer.allocUnsafe(length),
        0,
        length,
        from + bytes,
      );
      if (bytesRead === 0) throw new Error("the file has fewer bytes than before");
      bytes += bytesRead;
      if (write(response, buffer.subarray(0, bytesRead))) continue;
      if (!(await drained(response, closed, media.limits.downloadStallMs, clock))) break;
    }
    if (from + bytes > to) response.end();
    else reset(exchange);
  } catch {
    reset(exchange);
  } finally {
    media.served(answered, bytes);
  }
}

const READ_BYTES = 65_536;

/** Responses of HTTP/2 have no `destroyed` of their own; their stream has. */
function isOver(response: Exchange["response"]): boolean {
  return "stream" in response ? (response.stream?.destroyed ?? true) : response.destroyed;
}

function write(response: Exchange["response"], chunk: Buffer): boolean {
  return (response as NodeJS.WritableStream).write(chunk);
}

/** Whether the peer has taken what was written, in time. */
async function drained(
  response: Exchange["response"],
  closed: Promise<void>,
  limitMs: number,
  clock: Clock,
): Promise<boolean> {
  const drain = Promise.withResolvers<boolean>();
  const onDrain = () => drain.resolve(true);
  response.once("drain", onDrain);
  const stop = clock.after(limitMs, () => drain.resolve(false));
  void closed.then(() => drain.resolve(false));
  const isDrained = await drain.promise;
  stop();
  response.removeListener("drain", onDrain);
  return isDrained;
}
