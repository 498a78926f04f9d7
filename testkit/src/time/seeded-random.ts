/** Reproducible random numbers. */
import type { Random } from "@seabird-chat/sdk";

/**
 * An independent source for each name: what one plugin draws does not change what another one
 * gets. Not for secrets.
 */
export function seededRandom(seed: number, name = ""): Random {
  let state = mix(seed, name);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

function mix(seed: number, name: string): number {
  let hash = Math.imul(Math.floor(seed) ^ 0x9e3779b9, 0x85ebca6b) | 0;
  for (const character of name) {
    hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193);
  }
  return hash;
}
