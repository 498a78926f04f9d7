/** Connect JSON and gRPC-Web over HTTP/1.1, as curl and a browser speak them. */
import { request as plainRequest } from "node:http";
import { request as tlsRequest } from "node:https";

export interface WebAnswer {
  readonly status: number;
  /** The header of a gRPC-Web answer that has no messages. */
  readonly grpcStatus: string | undefined;
  readonly body: Buffer;
}

interface Target {
  readonly url: string;
  readonly token: string;
  /** PEM to trust, where the URL says https. */
  readonly ca?: Buffer;
}

/** POSTs to a method's path. */
export function post(
  { url, token, ca }: Target,
  path: string,
  type: string,
  body: string | Uint8Array,
): Promise<WebAnswer> {
  const request = url.startsWith("https:") ? tlsRequest : plainRequest;
  const headers = { "content-type": type, authorization: `Bearer ${token}` };
  return new Promise((resolve, reject) => {
    const options = { method: "POST", headers, agent: false, ...(ca === undefined ? {} : { ca }) };
    const call = request(new URL(path, url), options, (response) => {
      const chunks: Buffer[] = [];
      response.on("error", reject).on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("end", () => {
        const grpcStatus = response.headers["grpc-status"]?.toString();
        resolve({ status: response.statusCode ?? 0, grpcStatus, body: Buffer.concat(chunks) });
      });
    });
    call.on("error", reject).end(body);
  });
}

/** A message in a gRPC envelope. */
export function envelope(message: Uint8Array): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(message.length, 1);
  return Buffer.concat([head, message]);
}

/** A gRPC-Web body's messages, and its trailers as text. */
export function unwrap(body: Buffer): { messages: Buffer[]; trailers: string } {
  const messages: Buffer[] = [];
  let trailers = "";
  for (let at = 0; at < body.length; ) {
    const end = at + 5 + body.readUInt32BE(at + 1);
    const content = body.subarray(at + 5, end);
    if (body.readUInt8(at) === 0x80) trailers = content.toString();
    else messages.push(content);
    at = end;
  }
  return { messages, trailers };
}
