/** "Did you mean": the known word nearest to a typed one. Pure. */

import { editDistance } from "@seabird-chat/runtime";
import { foldCase } from "./normalise.ts";

/** Longer words are not compared, since the work grows with the product of both lengths. */
const MAX_CHARACTERS = 32;
/** Further words are not compared. */
const MAX_WORDS = 500;

/**
 * The nearest of `words`, if at most a third of its letters differ (two at most; one of three or
 * four; none of fewer). A swap of neighbours counts as one. Case,
 * width and invisible marks do not matter.
 */
export function nearest(typed: string, words: Iterable<string>): string | undefined {
  if (typed.length > MAX_CHARACTERS) return undefined;
  const from = foldCase(typed);
  let best: { word: string; distance: number } | undefined;
  let looked = 0;
  for (const word of words) {
    looked += 1;
    if (looked > MAX_WORDS) break;
    const allowed = Math.min(2, Math.floor(Math.max(word.length, from.length) / 3));
    if (word.length > MAX_CHARACTERS || Math.abs(word.length - from.length) > allowed) continue;
    const distance = editDistance(from, foldCase(word), allowed);
    if (distance <= allowed && (best === undefined || distance < best.distance)) {
      best = { word, distance };
    }
  }
  return best?.word;
}

/** `; did you mean x?`, or nothing. */
export function didYouMean(typed: string, words: Iterable<string>, before = ""): string {
  const word = nearest(typed, words);
  return word === undefined ? "" : `; did you mean ${before}${word}?`;
}
