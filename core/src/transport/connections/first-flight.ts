/**
 * The calls in what a peer has sent before core's SETTINGS could reach it.
 *
 * node:http2 creates the streams of these bytes at one go, before any of its events: a peer could
 * open and reset thousands of them at once. Later ones are counted one by one.
 */
import { constants } from "node:http2";
import type { Duplex } from "node:stream";
import { goaway } from "./refuse-plaintext.ts";

const PREFACE_BYTES = 24;
const FRAME_HEADER_BYTES = 9;
const HEADERS = 1;

/** The HEADERS frames in the beginning of an HTTP/2 connection, which is left unread. */
export function countFirstCalls(socket: Duplex): number {
  const bytes: Buffer | null = socket.read();
  if (bytes === null) return 0;
  socket.unshift(bytes);
  let count = 0;
  let at = PREFACE_BYTES;
  while (at + FRAME_HEADER_BYTES <= bytes.length) {
    if (bytes[at + 3] === HEADERS) count += 1;
    at += FRAME_HEADER_BYTES + bytes.readUIntBE(at, 3);
  }
  return count;
}

/** Ends a connection that no session was made for, with GOAWAY. */
export function refuseFirstCalls(socket: Duplex): void {
  socket.resume();
  const text = "too many calls before SETTINGS";
  socket.end(goaway(constants.NGHTTP2_ENHANCE_YOUR_CALM, text), () => socket.destroy());
}
