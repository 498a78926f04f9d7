/** Numbers as people type them: `٣`, `−5`, `2,5`; and what a wrong one probably means. Pure. */
import { normaliseNumber } from "./normalise.ts";

/** Small numbers in words. */
const WORDS: Readonly<Record<string, number>> = {
  ...{ a: 1, an: 1, one: 1, two: 2, three: 3, four: 4, five: 5, six: 6, seven: 7, eight: 8 },
  ...{ nine: 9, ten: 10, twelve: 12, fifteen: 15, twenty: 20, thirty: 30, half: 0.5 },
};

const FRACTIONS: Readonly<Record<string, string>> = { "¼": ".25", "½": ".5", "¾": ".75" };
const FRACTION = /(?<!\d)(\d*)([¼½¾])/g;
/** Three digits behind a comma may be thousands as well as a fraction. */
const DECIMAL_COMMA = /(?<![\d.,])(\d+),(?!\d{3}(?!\d))(?=\d+(?![\d.,]))/g;
const GROUPED = /^([+-]?\d{1,3})((?:[.,'’_٬]\d{3})+)$/;
const AROUND = /^[#(["']+|(?<![)\]"'.,;:!?])[)\]"'.,;:!?]+$/g;
const THOUSANDS = /^([+-]?\d{1,9})k$/i;

/** In ASCII, with a point before the fraction: `2,5` and `٢٫٥` are `2.5`; `1,000` stays. */
export function plainNumber(typed: string): string {
  return normaliseNumber(typed).replaceAll("٫", ".").replace(DECIMAL_COMMA, "$1.");
}

/** `1½` is `1.5`. */
export function withoutFractions(text: string): string {
  return text.replace(FRACTION, (_, whole: string, sign: string) => {
    return `${whole || "0"}${FRACTIONS[sign] ?? ""}`;
  });
}

export function numberOfWord(word: string): number | undefined {
  return Object.hasOwn(WORDS, word) ? WORDS[word] : undefined;
}

/** What somebody may have meant who typed what is no number, such as `5!`, `1,000`, `½` or `five`. */
export function numbersNear(typed: string): string[] {
  const bare = plainNumber(withoutFractions(typed)).replace(AROUND, "");
  const word = numberOfWord(bare.toLowerCase());
  const [, first = "", groups] = GROUPED.exec(bare) ?? [];
  if (groups !== undefined) {
    const whole = first + groups.replace(/\D/g, "");
    const isOne = groups.length === 4 && !groups.startsWith("'");
    return isOne ? [whole, `${first}.${groups.slice(1)}`] : [whole];
  }
  const thousands = THOUSANDS.exec(bare)?.[1];
  return [bare, bare.replace(/\.0+$/, "")]
    .concat(word === undefined ? [] : String(word))
    .concat(thousands === undefined ? [] : `${thousands}000`);
}
