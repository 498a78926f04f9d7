/** Connect JSON and gRPC-Web over HTTP/1.1, as curl and a browser speak them. */
import { type IncomingHttpHeaders, request as plainRequest } from "node:http";
import { request as tlsRequest } from "node:https";

export interface WebAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

interface Target {
  readonly url: string;
  /** PEM to trust, where the URL says https. */
  readonly ca?: Buffer | undefined;
}

/** POSTs to a method's path. */
export function post(
  { url, token, ca }: Target & { readonly token: string },
  path: string,
  type: string,
  body: string | Uint8Array,
): Promise<WebAnswer> {
  const headers = { "content-type": type, authorization: `Bearer ${token}` };
  return ask({ url, ca }, { method: "POST", path, headers, body });
}

interface Ask {
  readonly method: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

/** One request on a connection of its own. */
export function ask(
  { url, ca }: Target,
  { method, path, headers = {}, body }: Ask,
): Promise<WebAnswer> {
  const request = url.startsWith("https:") ? tlsRequest : plainRequest;
  return new Promise((resolve, reject) => {
    const options = { method, headers, agent: false, ...(ca === undefined ? {} : { ca }) };
    const call = request(new URL(path, url), options, (response) => {
      const chunks: Buffer[] = [];
      response.on("error", reject).on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("end", () => {
        const { statusCode = 0, headers } = response;
        resolve({ status: statusCode, headers, body: Buffer.concat(chunks) });
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
