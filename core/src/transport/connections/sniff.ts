/** Detects a connection's protocol by its first bytes, which stay readable. */
import type { Socket } from "node:net";

export type WireProtocol = "h2" | "http1" | "tls";

const TLS_HANDSHAKE = 0x16;
const PREFACE = Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "latin1");
/** Bytes by which HTTP/2's preface differs from any method of HTTP/1. */
const ENOUGH = 4;

/** Calls `then` once with the protocol. Sets no timeout: its caller does. */
export function sniff(socket: Socket, then: (protocol: WireProtocol) => void): void {
  let held: Buffer | undefined;
  const look = () => {
    const bytes: Buffer | null = socket.read();
    if (bytes === null) return;
    // Too little goes back only when it is enough, or the socket's end would not be seen.
    held = held === undefined ? bytes : Buffer.concat([held, bytes]);
    const protocol = recognise(held);
    if (protocol === undefined) return;
    socket.removeListener("readable", look);
    socket.unshift(held);
    then(protocol);
  };
  socket.on("readable", look);
}

/** `undefined`: more bytes are needed. */
function recognise(bytes: Buffer): WireProtocol | undefined {
  if (bytes[0] === TLS_HANDSHAKE) return "tls";
  const length = Math.min(bytes.length, ENOUGH);
  if (!bytes.subarray(0, length).equals(PREFACE.subarray(0, length))) return "http1";
  return length === ENOUGH ? "h2" : undefined;
}
