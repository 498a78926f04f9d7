/** Tells by a connection's first bytes what it speaks, and puts them back. */
import type { Socket } from "node:net";

export type WireProtocol = "h2" | "http1" | "tls";

const TLS_HANDSHAKE = 0x16;
const PREFACE = Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "latin1");
/** So many bytes are no method of HTTP/1 any more. */
const ENOUGH = 4;

/** Calls `then` once, when enough is known. Sets no limit in time: its caller does. */
export function sniff(socket: Socket, then: (spoken: WireProtocol) => void): void {
  let held: Buffer | undefined;
  const look = () => {
    const bytes: Buffer | null = socket.read();
    if (bytes === null) return;
    // Too little goes back only when it is enough, or the socket's end would not be seen.
    held = held === undefined ? bytes : Buffer.concat([held, bytes]);
    const spoken = recognise(held);
    if (spoken === undefined) return;
    socket.removeListener("readable", look);
    socket.unshift(held);
    then(spoken);
  };
  socket.on("readable", look);
}

/** `undefined`: too little to tell. */
function recognise(bytes: Buffer): WireProtocol | undefined {
  if (bytes[0] === TLS_HANDSHAKE) return "tls";
  const length = Math.min(bytes.length, ENOUGH);
  if (!bytes.subarray(0, length).equals(PREFACE.subarray(0, length))) return "http1";
  return length === ENOUGH ? "h2" : undefined;
}
