/** How a person is called on the other side of a link. Pure. */
import { cutUtf8 } from "@seabird-chat/protocol";

/** Of a name, in bytes of UTF-8: what core allows in front of a message. */
const MAX_NAME_BYTES = 64;

/**
 * What cannot be seen, what changes the direction of reading, and the codes of IRC's formatting (which
 * are control characters): with them a name would look like another's. Tag characters and variation
 * selectors follow emoji and are kept there by the second expression.
 */
const INVISIBLE =
  /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}\u115f\u1160\u3164\uffa0\u2800]|\u034f|\u17b4|\u17b5/gu;
/** They choose how an emoji looks; elsewhere nobody sees them. */
const SELECTORS =
  /(?<!\p{Extended_Pictographic}|\p{Emoji_Modifier})[\ufe00-\ufe0f](?!\u20e3)|[\u180b-\u180f\u{e0100}-\u{e01ef}]/gu;
/** Marks on one letter; more of them hide what is below. */
const MANY_MARKS = /(\p{M}{2})\p{M}+/gu;
const BLANKS = /[\s\u00a0]+/gu;

/** A joiner inside an emoji holds it together and hides nothing. */
const EMOJI_JOINERS =
  /(?<=\p{Extended_Pictographic}|\ufe0f|\p{Emoji_Modifier})\u200d(?=\p{Extended_Pictographic})/gu;
const JOINER = "\ue000";

/** A name that looks like what it is; `otherwise` for one of which nothing is left. */
export function plainName(name: string, otherwise: string): string {
  const cleaned = name
    .replaceAll(JOINER, "")
    .replace(SELECTORS, "")
    .replace(EMOJI_JOINERS, JOINER)
    .replace(INVISIBLE, (sign) => (sign === JOINER ? "\u200d" : ""))
    .replace(MANY_MARKS, "$1")
    .replace(/^[\s\p{M}]+/u, "")
    .replace(BLANKS, " ")
    // As in <admin>, and where a network makes a name a command or a mention.
    .replaceAll("<", "‹")
    .replaceAll(">", "›")
    .trim();
  const cut = cutUtf8(cleaned, MAX_NAME_BYTES).replace(/[\s\u200d]+$/u, "");
  if (cut !== "") return cut;
  return otherwise === "" ? "somebody" : plainName(otherwise, "");
}

/** What commands of bots begin with. */
const COMMAND_SIGNS = /^[!./?$%&+~;,=-]+/;
/** A line that a bot may take for a command. */
const COMMAND_LINE = /^[!./?$%&+~;,=-]+\p{L}/mu;

/** Of a person or bot, whose name may be in front of a text: it does not begin as commands do. */
export function personName(name: string, otherwise: string): string {
  const plain = plainName(name, otherwise);
  if (!COMMAND_SIGNS.test(plain)) return plain;
  const rest = plain.replace(COMMAND_SIGNS, "");
  return rest === "" ? personName(otherwise, "") : personName(rest, otherwise);
}

export function looksLikeCommand(words: string): boolean {
  return COMMAND_LINE.test(words);
}

export interface NameValues {
  readonly name: string;
  /** Of `irc://libera` `libera`. */
  readonly network: string;
  /** Of `irc://libera` `irc`. */
  readonly type: string;
}

/** `{name} ({network})` filled in; whatever a name has in it is not filled in again. */
export function shownName(pattern: string, values: NameValues): string {
  return pattern.replace(/\{(name|network|type)\}/g, (_all, key: keyof NameValues) => values[key]);
}

const ZERO_WIDTH_SPACE = "\u200b";

const graphemes = new Intl.Segmenter(undefined, { granularity: "grapheme" });

/** A name that notifies nobody of that name: a sign without width behind its first letter. */
export function silentName(name: string): string {
  const first = firstOf(name);
  return first.length === name.length ? name : first + ZERO_WIDTH_SPACE + name.slice(first.length);
}

function firstOf(name: string): string {
  if (/^[\x20-\x7e]{2}/.test(name)) return name.charAt(0);
  return graphemes.segment(name).containing(0)?.segment ?? "";
}

/** `<ann (libera)> ` in front of a message. */
export function namePrefix(name: string): string {
  return `<${silentName(name)}> `;
}

/** Of a copy by the bot: without the name of its author in front of each line. */
export function withoutNames(words: string, author: string): string {
  const [lead, name = ""] = /^<([^<>]+)> /.exec(words) ?? [];
  if (lead === undefined || author === "") return words;
  if (!name.replaceAll(ZERO_WIDTH_SPACE, "").includes(author)) return words;
  return words.slice(lead.length).replaceAll(`\n${lead}`, "\n");
}

/** Of a file's name, an emoji's, a quotation: one line, read from one side, without what nobody sees. */
export function plainLine(words: string): string {
  return words.replace(/[\s\p{Cc}\p{Zl}\p{Zp}]+/gu, " ").replace(/\p{Bidi_Control}/gu, "");
}
