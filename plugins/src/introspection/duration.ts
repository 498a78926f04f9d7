/** Lengths of time for people: the two largest units. Pure. */

const UNITS = [
  ["d", 86_400],
  ["h", 3_600],
  ["min", 60],
  ["s", 1],
] as const;

/** `2 d 3 h`, `5 min 0 s`, `7 s`; never below zero, for clocks may be set back. */
export function duration(ms: number): string {
  let seconds = Math.max(0, Math.floor(ms / 1_000));
  const counts = UNITS.map(([unit, size]) => {
    const count = Math.floor(seconds / size);
    seconds -= count * size;
    return { unit, count };
  });
  const first = counts.findIndex(({ count }) => count > 0);
  const shown = first < 0 ? counts.slice(-1) : counts.slice(first, first + 2);
  return shown.map(({ unit, count }) => `${count} ${unit}`).join(" ");
}
