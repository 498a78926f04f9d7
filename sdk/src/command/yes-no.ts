/** Yes and no as people answer: `yes please`, `👍`, “no”. Pure. */
import { foldCase } from "./normalise.ts";

/** A longer answer is neither. */
const MAX_CHARACTERS = 64;
const YES = new Set([
  ...["y", "ye", "yes", "yep", "yeah", "yea", "yup", "ya", "aye", "ok", "okay", "k", "kk", "sure"],
  ...["yess", "yas", "okey", "okie", "oki", "alright", "all right", "affirmative"],
  ...["of course", "do it", "go ahead", "please do", "sure thing", "absolutely", "definitely"],
  ...[
    "👍",
    "👌",
    "✅",
    "✔",
    "☑",
    "🆗",
    "+1",
    ":+1:",
    ":thumbsup:",
    ":ok_hand:",
    ":white_check_mark:",
  ],
]);
const NO = new Set([
  ...[
    "n",
    "no",
    "nope",
    "nah",
    "nay",
    "never",
    "not",
    "no way",
    "not now",
    "not yet",
    "never mind",
    "nevermind",
    "nvm",
    "naw",
    "negative",
    "rather not",
    "absolutely not",
    "definitely not",
    "do not",
    "don't",
    "cancel",
    "stop",
  ],
  ...["👎", "❌", "✖", "🚫", "⛔", "🙅", "-1", ":-1:", ":thumbsdown:", ":x:"],
]);
/** Beside a yes or a no these change nothing. */
const POLITE = new Set([
  "please",
  "pls",
  "plz",
  "thanks",
  "thank you",
  "thx",
  "ty",
  "🙏",
  "sorry",
  "🙂",
  "😊",
  "😀",
  "😃",
  "😄",
  "😉",
  "🎉",
  "♀",
  "♂",
  ":",
  ":-",
  ":d",
]);

/** Between words: blanks, quotes, brackets, and what ends a sentence; a question is no answer. */
const BETWEEN = /[\s\p{Ps}\p{Pe}\p{Pi}\p{Pf}"„＂.,!;…。、¡]+|(?<=^|\s)'|'(?=\s|$)/gu;
const SKIN_TONE = /\p{Emoji_Modifier}/gu;
const SYMBOL = /\p{Extended_Pictographic}/gu;
/** `yesss` is `yes`, and `nooope` is `nope`. */
const DRAWN_OUT = /(\p{L})\1{2,}/gu;

/** True for a yes, false for a no; undefined for anything else, and for both at once. */
export function affirmation(answer: string): boolean | undefined {
  const meant = new Set(
    partsOf(answer)
      .filter((part) => !POLITE.has(part))
      .map((part) => (YES.has(part) ? true : NO.has(part) ? false : undefined)),
  );
  const [only] = meant;
  return meant.size === 1 ? only : undefined;
}

/** Whether a question is taken back: `cancel`, also with a please or in quotes. */
export function isCancel(answer: string): boolean {
  return (
    partsOf(answer)
      .filter((part) => !POLITE.has(part))
      .join(" ") === "cancel"
  );
}

/** Words and symbols; two words that mean something together are one. */
function partsOf(answer: string): string[] {
  if (answer.length > MAX_CHARACTERS) return [];
  const plain = foldCase(answer).replaceAll("’", "'").replace(SKIN_TONE, "");
  const words = plain.replace(SYMBOL, " $& ").replace(BETWEEN, " ").trim().split(" ");
  const parts: string[] = [];
  for (let at = 0; at < words.length; at++) {
    const two = `${words[at]} ${words[at + 1]}`;
    const isPhrase = [YES, NO, POLITE].some((phrases) => phrases.has(two));
    parts.push(isPhrase ? two : (words[at] ?? "").replace(DRAWN_OUT, "$1"));
    if (isPhrase) at += 1;
  }
  return parts;
}
