/** JOIN and PART for many channels in few lines. Pure. */
import { byteLength } from "../message/line.ts";
import type { ChannelToJoin } from "../options.ts";

/** Channels in one JOIN, which servers limit; the others go into further ones. */
export const MAX_JOIN_CHANNELS = 10;

/** Bytes of one JOIN; the server repeats it behind the bot's name, which has to fit as well. */
const MAX_JOIN_BYTES = 400;

/** Channels with keys come first: keys are matched to channels by position. */
export function joinLines(channels: readonly ChannelToJoin[]): string[] {
  const lines: string[] = [];
  const ordered = [...channels].sort(
    (a, b) => Number(b.key !== undefined) - Number(a.key !== undefined),
  );
  let group: ChannelToJoin[] = [];
  for (const channel of ordered) {
    const longer = joinLine([...group, channel]);
    const isFull = group.length >= MAX_JOIN_CHANNELS || byteLength(longer) > MAX_JOIN_BYTES;
    if (group.length > 0 && isFull) {
      lines.push(joinLine(group));
      group = [];
    }
    group.push(channel);
  }
  if (group.length > 0) lines.push(joinLine(group));
  return lines;
}

export function partLines(names: readonly string[]): string[] {
  // A PART without a reason has the form of a JOIN without keys.
  const lines = joinLines(names.map((name) => ({ name, key: undefined })));
  return lines.map((line) => line.replace(/^JOIN/, "PART"));
}

function joinLine(channels: readonly ChannelToJoin[]): string {
  const names = channels.map(({ name }) => name).join(",");
  const keys = channels.flatMap(({ key }) => (key === undefined ? [] : [key])).join(",");
  return keys === "" ? `JOIN ${names}` : `JOIN ${names} ${keys}`;
}
