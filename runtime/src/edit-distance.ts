/** How many typing mistakes lie between two words. Pure. */

/** A larger distance is not counted out: such words have nothing to do with each other. */
const MAX_DISTANCE = 64;
/** Characters of a longer word that are compared. */
const MAX_CHARACTERS = 1_024;

/**
 * Damerau and Levenshtein's, with swaps of neighbours only: insertions, deletions, replacements and
 * swaps, each one step. `most` is the largest distance that is counted: 64 by default and at most; of
 * a larger one the answer is `most` + 1. The first 1,024 UTF-16 units of each word are compared, so the
 * work is bounded.
 */
export function editDistance(a: string, b: string, most: number = MAX_DISTANCE): number {
  if (a === b) return 0;
  const limit = Math.max(0, Math.min(most, MAX_DISTANCE));
  const [from, to] = [a.slice(0, MAX_CHARACTERS), b.slice(0, MAX_CHARACTERS)];
  // Cut words that begin alike differ in what was cut off.
  const least = from === to ? 1 : Math.abs(from.length - to.length);
  if (least > limit) return limit + 1;
  return Math.min(Math.max(least, bandDistance(from, to, limit)), limit + 1);
}

/** Only fields within `limit` of the diagonal: each step away from it is a mistake. */
function bandDistance(a: string, b: string, limit: number): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: Math.min(b.length, limit) + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current: number[] = [];
    const first = Math.max(0, row - limit);
    if (first === 0) current[0] = row;
    let least = first === 0 ? row : Number.POSITIVE_INFINITY;
    for (let column = Math.max(1, first); column <= Math.min(b.length, row + limit); column++) {
      const same = a[row - 1] === b[column - 1];
      let steps = Math.min(
        at(last, column) + 1,
        at(current, column - 1) + 1,
        at(last, column - 1) + (same ? 0 : 1),
      );
      const swapped = a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      if (row > 1 && column > 1 && swapped) steps = Math.min(steps, at(beforeLast, column - 2) + 1);
      current[column] = steps;
      least = Math.min(least, steps);
    }
    if (least > limit) return limit + 1;
    beforeLast = last;
    last = current;
  }
  return at(last, b.length);
}

function at(row: readonly number[], column: number): number {
  return row[column] ?? Number.POSITIVE_INFINITY;
}
