/** Plain HTTP of a core in the same process: the bytes of files. */
import type { MediaHttp, MediaResponse } from "@seabird-chat/core/testing";
import type { ConnectOptions } from "@seabird-chat/sdk";

type Connection = ReturnType<NonNullable<ConnectOptions["open"]>>;
export type HttpRequest = Parameters<Connection["http"]>[0];
export type HttpAnswer = Awaited<ReturnType<Connection["http"]>>;

const READ_BYTES = 65_536;

/** Answers as the port of core does. */
export async function memoryHttp(media: MediaHttp, request: HttpRequest): Promise<HttpAnswer> {
  const { method, path, headers = {}, body = nothing() } = request;
  const header = (name: string): string | undefined => headers[name];
  const response = await media.serve({ method, path, header, body });
  return {
    status: response.status,
    header: (name) => response.headers[name],
    body: bytesOf(media, response),
  };
}

async function* nothing(): AsyncGenerator<Uint8Array> {}

async function* bytesOf(media: MediaHttp, response: MediaResponse): AsyncGenerator<Uint8Array> {
  const { body } = response;
  if (typeof body === "string") {
    yield Buffer.from(body);
    return;
  }
  let at = body.from;
  try {
    while (at <= body.to) {
      const length = Math.min(READ_BYTES, body.to - at + 1);
      const { bytesRead, buffer } = await body.handle.read(Buffer.alloc(length), 0, length, at);
      if (bytesRead === 0) throw new Error("the file has fewer bytes than before");
      at += bytesRead;
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    media.served(response, at - body.from);
  }
}
