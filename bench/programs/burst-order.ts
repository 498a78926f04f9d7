/** What the burst and its readers say to each other. */

export type BurstOrder =
  | { type: "open"; url: string; token: string; events: number; stalls: boolean }
  | { type: "read" };

export type BurstReport =
  | { type: "open" }
  | { type: "all"; received: number; inOrder: boolean }
  | { type: "ended"; received: number; inOrder: boolean; code: number; message: string };

const MARK = "burst ";
const DIGITS = 8;

/** Begins an event's text with its number, counted from 0. */
export function numbered(number: number): string {
  return `${MARK}${String(number).padStart(DIGITS, "0")} `;
}

/** The number in an event's bytes; `undefined`: it is none of the burst. */
export function numberIn(message: Buffer): number | undefined {
  const at = message.indexOf(MARK);
  if (at < 0) return undefined;
  const from = at + MARK.length;
  return Number(message.toString("latin1", from, from + DIGITS));
}
