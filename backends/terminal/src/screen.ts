/** How messages, notes and the prompt look on the screen. Pure. */
import type { Target } from "@seabird-chat/sdk/backend";
import type { Style } from "./canvas.ts";
import { cleanLine } from "./clean.ts";
import { formatBlock, showEmoji, styled } from "./format.ts";
import type { Shown } from "./outbound.ts";

/** A longer notice is cut. */
const MAX_NOTICE_CHARACTERS = 1_000;
/** Of a message that is quoted or named. */
const MAX_QUOTE_CHARACTERS = 60;

export interface ScreenOptions {
  readonly color: boolean;
  readonly hyperlinks?: boolean;
  readonly nick: string;
  readonly user: string;
}

/** A message that is only named. */
export interface Quoted {
  /** "": not known. */
  readonly name: string;
  readonly text: string;
}

/** What stands beside the message. */
export interface Around {
  readonly number?: number | undefined;
  readonly quote?: Quoted | undefined;
}

/** What has become of a message since. */
export interface Marks {
  readonly isEdited: boolean;
  readonly reactions: readonly (readonly [emoji: string, people: number])[];
}

export class Screen {
  readonly #options: ScreenOptions;

  constructor(options: ScreenOptions) {
    this.#options = options;
  }

  /** What somebody says; the room's name stands before it if it is not the one shown. */
  said(
    { kind, to, block, name = this.#options.nick }: Shown,
    current: string | undefined,
    { number, quote }: Around = {},
  ): readonly string[] {
    const clean = cleanLine(name);
    const head = `${this.#where(to, current)}${kind === "message" ? `<${clean}>` : `* ${clean}`}`;
    const [first = "", ...others] = formatBlock(block, this.#options);
    const quoted = quote === undefined ? [] : [this.#style(`▎ ${briefly(quote)}`, "dim")];
    return [
      ...quoted,
      `${this.#number(number)}${this.#style(head, "bold")} ${first}`,
      ...others.map((line) => `  ${line}`),
    ];
  }

  /** The lines of a message with what has become of it. */
  marked(lines: readonly string[], { isEdited, reactions }: Marks): readonly string[] {
    const edited = isEdited ? ` ${this.#style("(edited)", "dim")}` : "";
    const counts = reactions.map(
      ([text, people]) => `${showEmoji({ text, id: "" })}${people > 1 ? ` ${people}` : ""}`,
    );
    const marked = [...lines.slice(0, -1), `${lines.at(-1) ?? ""}${edited}`];
    return counts.length === 0 ? marked : [...marked, `  [${counts.join("] [")}]`];
  }

  /** What happened to a message, such as `edited`, with the message as it is shown. */
  happened(what: string, lines: readonly string[]): readonly string[] {
    const [first = "", ...others] = lines;
    return [`* ${cleanLine(what)}: ${first}`, ...others];
  }

  /** That the bot types. */
  typing(to: Target, current: string | undefined): readonly string[] {
    return this.note(`${this.#where(to, current)}${this.#options.nick} is typing`);
  }

  /** A message in a few words. */
  brief(quoted: Quoted, number?: number): string {
    return `${number === undefined ? "" : `${number} `}${briefly(quoted)}`;
  }

  /** What somebody typed, for a script's transcript. */
  typed(line: string, name = this.#options.user, number?: number): readonly string[] {
    const head = this.#style(`<${cleanLine(name)}>`, "dim");
    return [`${this.#number(number)}${head} ${cleanLine(line)}`];
  }

  /** What the room itself says. */
  note(...lines: readonly string[]): readonly string[] {
    return lines.map((line) => this.#style(`-- ${cleanLine(line)}`, "dim"));
  }

  /** What somebody else has for the person, such as a problem of another component. */
  notice(line: string): readonly string[] {
    const words = cleanLine(line).slice(0, MAX_NOTICE_CHARACTERS);
    return [this.#style(`!! ${words}`, "bold")];
  }

  /** `beside`: who speaks if not the one at the terminal, and who types. */
  prompt(current: string | undefined, beside = ""): string {
    const words = `${beside === "" ? "" : `${beside} `}${current ?? "no room"}`;
    return `${this.#style(cleanLine(words), "dim")}> `;
  }

  #where(to: Target, current: string | undefined): string {
    if (to.kind === "channel") return to.id === current ? "" : `[${cleanLine(to.id)}] `;
    return to.id === this.#options.user ? "[private] " : `[private with ${cleanLine(to.id)}] `;
  }

  #number(number: number | undefined): string {
    return number === undefined ? "" : `${this.#style(String(number), "dim")} `;
  }

  #style(words: string, style: Style): string {
    return this.#options.color ? styled(words, [style]) : words;
  }
}

function briefly({ name, text }: Quoted): string {
  const words = cleanLine(text.slice(0, MAX_QUOTE_CHARACTERS + 1));
  const isCut = words.length > MAX_QUOTE_CHARACTERS;
  const cut = isCut ? `${words.slice(0, MAX_QUOTE_CHARACTERS).toWellFormed()}…` : words;
  const clean = cleanLine(name);
  return [clean && `<${clean}>`, cut].filter((each) => each !== "").join(" ");
}
