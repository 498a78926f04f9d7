/** Tells by a connection's first bytes what it speaks, and puts them back. */
import type { Socket } from "node:net";

export type Spoken = "h2" | "http1" | "tls";

const TLS_HANDSHAKE = 0x16;
const PREFACE = Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "latin1");
/** So many bytes are no method of HTTP/1 any more. */
const ENOUGH = 4;

/** Calls `then` once, when enough is known. Sets no limit in time: its caller does. */
export function sniff(socket: Socket, then: (spoken: Spoken) => void): void {
  const look = () => {
    const bytes: Buffer | null = socket.read();
    if (bytes === null) return;
    const spoken = recognise(bytes);
    socket.removeListener("readable", look);
    socket.unshift(bytes);
    if (spoken === undefined) waitForMore(socket, bytes.length, look);
    else then(spoken);
  };
  socket.on("readable", look);
}

/** `undefined`: too little to tell. */
function recognise(bytes: Buffer): Spoken | undefined {
  if (bytes[0] === TLS_HANDSHAKE) return "tls";
  const length = Math.min(bytes.length, ENOUGH);
  if (!bytes.subarray(0, length).equals(PREFACE.subarray(0, length))) return "http1";
  return length === ENOUGH ? "h2" : undefined;
}

/** Listens again, but not for the bytes just put back. */
function waitForMore(socket: Socket, known: number, look: () => void): void {
  const wait = () => {
    if (socket.readableLength <= known) return;
    socket.removeListener("readable", wait);
    socket.on("readable", look);
    look();
  };
  socket.on("readable", wait);
}
