/** The word that was probably meant. */
import { editDistance } from "@seabird-chat/runtime";

/** Longer ones are not compared. */
const MAX_LENGTH = 64;

/** The nearest of the words, if it is near: a typing mistake away, not another word. */
export function nearest(word: string, known: Iterable<string>): string | undefined {
  let best: string | undefined;
  let least = Math.max(1, Math.floor((word.length + 1) / 3)) + 1;
  for (const each of known) {
    if (each === word || word.length > MAX_LENGTH || each.length > MAX_LENGTH) continue;
    const distance = editDistance(fold(word), fold(each), least);
    if (distance < least) [best, least] = [each, distance];
  }
  return best;
}

/** `did you mean "irc"?`, or all that there are. */
export function suggestion(word: string, known: readonly string[]): string {
  const near = nearest(word, known);
  return near === undefined ? `there are ${known.join(", ")}` : `did you mean "${near}"?`;
}

/** `commandPrefix` and `command-prefix` are `command_prefix`. */
function fold(word: string): string {
  return word
    .replace(/([a-z])([A-Z])/g, "$1_$2")
    .replaceAll("-", "_")
    .toLowerCase();
}
