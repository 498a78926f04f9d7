const UNITS_MS = {
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
} as const;

/** Reads `90s`, `15m`, `12h`, `30d` or `2w` as milliseconds; `undefined` if it is none. */
export function parseDuration(text: string): number | undefined {
  const match = /^(\d{1,9})([smhdw])$/.exec(text);
  const unit = match?.[2] as keyof typeof UNITS_MS | undefined;
  if (match === null || unit === undefined) return undefined;
  const durationMs = Number(match[1]) * UNITS_MS[unit];
  return durationMs > 0 ? durationMs : undefined;
}
