/** Times and durations as people read them. */
import { type Timestamp, timestampMs } from "@bufbuild/protobuf/wkt";
import { EXIT } from "@seabird-chat/runtime";
import { CliError } from "../process/cli-error.ts";

const UNITS_MS = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const;
const STEPS: readonly (readonly [unit: string, ms: number])[] = [
  ["d", UNITS_MS.d],
  ["h", UNITS_MS.h],
  ["m", UNITS_MS.m],
  ["s", UNITS_MS.s],
];

/** A hundred years. */
const MAX_DURATION_MS = 36_525 * UNITS_MS.d;

/** `90m`, `12h`, `30d`, `2w` in milliseconds, up to 100 years. Throws a CliError on anything else. */
export function parseDuration(text: string): number {
  const match = /^(\d{1,6})([smhdw])$/.exec(text);
  const unit = match?.[2];
  const ms = isUnit(unit) ? Number(match?.[1]) * UNITS_MS[unit] : 0;
  if (ms > 0 && ms <= MAX_DURATION_MS) return ms;
  throw new CliError(
    EXIT.usage,
    `${JSON.stringify(text)} is no duration${ms > 0 ? " of 100 years at most" : ""}`,
    "give a number and a unit: 90m, 12h, 30d, 2w",
  );
}

function isUnit(text: string | undefined): text is keyof typeof UNITS_MS {
  return text !== undefined && text in UNITS_MS;
}

/** The two largest units: `3d 4h`, `2m 5s`, `0s`. */
export function formatDuration(ms: number): string {
  let rest = Math.max(0, Math.floor(ms / 1000) * 1000);
  const components: string[] = [];
  for (const [unit, size] of STEPS) {
    const count = Math.floor(rest / size);
    rest -= count * size;
    if (count > 0) components.push(`${count}${unit}`);
  }
  return components.slice(0, 2).join(" ") || "0s";
}

/** How long ago that was; `-` if it never was. */
export function formatAge(at: Timestamp | undefined, nowMs: number = Date.now()): string {
  return at === undefined ? "-" : formatDuration(nowMs - timestampMs(at));
}

/** `03:04:05` in the machine's time zone. */
export function formatClock(date: Date): string {
  return [date.getHours(), date.getMinutes(), date.getSeconds()]
    .map((value) => String(value).padStart(2, "0"))
    .join(":");
}
