/** Steps of what people do over the bridge, and how each side shows the copies. Pure. */
import type { BridgeSides, Side, SideName } from "./bridge-sides.ts";
import type { FourWords } from "./channel-person.ts";

/** One thing that happens, and what each side then shows, its own included. */
export interface Step {
  act(): Promise<unknown>;
  arrives(there: Side): readonly string[];
}

export function isIrc({ name }: Side): boolean {
  return name === "inspircd" || name === "ngircd";
}

/** Whether messages have ids, and with them replies and reactions. */
export function hasIds({ name }: Side): boolean {
  return name !== "ngircd";
}

/** How a side shows who said it: in front of the text, or instead of the bot's name. */
export function shownOf(
  here: Side,
  there: Side,
): { readonly prefix: string; readonly named: string } {
  const name = `ann (${here.name})`;
  if (there.name === "terminal") return { prefix: "", named: `[${name}] ` };
  if (there.name !== "matrix") return { prefix: `<a·nn (${here.name})> `, named: "" };
  // As MSC4144 shows it where a client does not know personas.
  return { prefix: `<strong data-mx-profile-fallback>${name}: </strong>`, named: "" };
}

export function copied(here: Side, there: Side, text: string): readonly string[] {
  if (there === here) return [];
  const { prefix, named } = shownOf(here, there);
  return [`${named}says: ${prefix}${text}`];
}

export function said(here: Side, text: string): Step {
  return { act: () => here.person.say(text), arrives: (there) => copied(here, there, text) };
}

/** What a side shows as the text of a message. */
export function textOn(here: Side, there: Side, text: string): string {
  return there === here ? text : shownOf(here, there).prefix + text;
}

const FORMATS: Readonly<Record<SideName, (words: FourWords) => string>> = {
  inspircd: ircFormat,
  ngircd: ircFormat,
  matrix: ([bold, italics, struck, code]) =>
    `<strong>${bold}</strong> <em>${italics}</em> <del>${struck}</del> <code>${code}</code>`,
  xmpp: ([bold, italics, struck, code]) => `*${bold}* _${italics}_ ~${struck}~ \`${code}\``,
  // On a pipe nothing is coloured.
  terminal: (words) => words.join(" "),
};

/** The end of a line ends the last one. */
function ircFormat([bold, italics, struck, code]: FourWords): string {
  return `\x02${bold}\x02 \x1d${italics}\x1d \x1e${struck}\x1e \x11${code}`;
}

export function formatted({ name }: Side, words: FourWords): string {
  return FORMATS[name](words);
}

interface AnswerOptions {
  readonly stage: BridgeSides;
  /** What is answered. */
  readonly asked: string;
  readonly text: string;
}

/** Natively, or with a quote of who asked. */
export function answer(here: Side, other: Side, { stage, asked, text }: AnswerOptions): Step {
  return {
    act: async () => here.person.reply?.(await stage.idOn(here, asked), text),
    arrives(there) {
      if (there === here) return [];
      if (!hasIds(there)) return [`says: > a·nn: ${asked}`, ...copied(here, there, text)];
      const { prefix, named } = shownOf(here, there);
      const by = there === other ? "ann" : `ann (${other.name})`;
      // The terminal quotes who asked.
      const about = there.name === "terminal" ? `<${by}> ${asked}` : textOn(other, there, asked);
      return [`${named}answers “${about}”: ${prefix}${text}`];
    },
  };
}
