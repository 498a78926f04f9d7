/** Texts made of a parser's own signs, of any length: repeated, alternating, opened and never closed. */
import { seededRandom } from "../../testkit/src/time/seeded-random.ts";
import type { Family } from "./growth.ts";

/** Set it to look further: every number makes other texts. */
const SEED = Number(process.env["GROWTH_SEED"] ?? 1);

/** Drawn besides those of one token alone. */
const DRAWN = 12;

/**
 * `tokens`: what means something to the parser, and something that does not. The size is in UTF-16
 * units, about.
 */
export function textFamilies(name: string, tokens: readonly string[]): Family<string>[] {
  const random = seededRandom(SEED, name);
  const draw = (most: number) => {
    const count = Math.floor(random() * (most + 1));
    return Array.from({ length: count }, () => tokens[Math.floor(random() * tokens.length)]).join(
      "",
    );
  };
  const single = tokens.map((token) => repeated("", token, ""));
  const drawn = Array.from({ length: DRAWN }, () => repeated(draw(3), draw(4) || "a", draw(3)));
  return [...single, ...drawn];
}

function repeated(before: string, unit: string, after: string): Family<string> {
  const shown = [before, unit, after].map((part) => JSON.stringify(part));
  return {
    name: `${shown[0]} + ${shown[1]} × n + ${shown[2]}`,
    of: (size) => flat(before + unit.repeat(Math.ceil(size / unit.length)) + after),
  };
}

/** Of one piece, so that the subject does not pay for joining it. */
function flat(text: string): string {
  return Buffer.from(text, "utf16le").toString("utf16le");
}
