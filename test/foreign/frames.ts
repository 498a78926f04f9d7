/** HTTP/2 as bytes: what a client wrote, cut into its frames. */

const PREFACE_BYTES = 24;
const HEAD_BYTES = 9;

const HEADERS = 1;
const PING = 6;
const ACK = 1;

/** The preface and then each frame, whole. Bytes of a frame that was cut off are left out. */
export function cutFrames(bytes: Buffer): Buffer[] {
  const parts = [bytes.subarray(0, PREFACE_BYTES)];
  for (let at = PREFACE_BYTES; at + HEAD_BYTES <= bytes.length; ) {
    const end = at + HEAD_BYTES + bytes.readUIntBE(at, 3);
    if (end > bytes.length) break;
    parts.push(bytes.subarray(at, end));
    at = end;
  }
  return parts;
}

/** A connection that asked for something. */
export function hasCalls(parts: readonly Buffer[]): boolean {
  return parts.slice(1).some((frame) => frame[3] === HEADERS);
}

/** The answer to a ping of core's: worth nothing when played to a core that did not ask. */
export function isPingAnswer(frame: Buffer): boolean {
  return frame[3] === PING && ((frame[4] ?? 0) & ACK) !== 0 && frame.length === HEAD_BYTES + 8;
}
