/** The answer to a plaintext client on a TLS port, in the client's protocol. */
import { constants } from "node:http2";
import type { Socket } from "node:net";

const TEXT = "this port speaks TLS: connect with https";

const HTTP1_ANSWER = [
  "HTTP/1.1 400 Bad Request",
  "content-type: text/plain; charset=utf-8",
  `content-length: ${TEXT.length + 1}`,
  "connection: close",
  "",
  `${TEXT}\n`,
].join("\r\n");

/** Answers and closes. */
export function refusePlaintext(socket: Socket, protocol: "h2" | "http1"): void {
  socket.resume();
  const http2Answer = () => goaway(constants.NGHTTP2_INADEQUATE_SECURITY, TEXT);
  socket.end(protocol === "h2" ? http2Answer() : HTTP1_ANSWER, () => socket.destroySoon());
}

/** An empty SETTINGS and a GOAWAY with the reason as debug data (RFC 9113, 6.8). */
export function goaway(code: number, reason: string): Buffer {
  const settings = frame(0x4, Buffer.alloc(0));
  const payload = Buffer.alloc(8);
  payload.writeUInt32BE(code, 4);
  return Buffer.concat([settings, frame(0x7, Buffer.concat([payload, Buffer.from(reason)]))]);
}

function frame(type: number, payload: Buffer): Buffer {
  const header = Buffer.alloc(9);
  header.writeUIntBE(payload.length, 0, 3);
  header[3] = type;
  return Buffer.concat([header, payload]);
}
