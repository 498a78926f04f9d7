/** How messages, notes and the prompt look on the screen. Pure. */
import type { Block } from "@seabird-chat/protocol";
import type { Style } from "./canvas.ts";
import { cleanLine } from "./clean.ts";
import { formatBlock, styled } from "./format.ts";
import type { Shown } from "./outbound.ts";

/** A longer notice is cut. */
const MAX_NOTICE_CHARACTERS = 1_000;

export interface ScreenOptions {
  readonly color: boolean;
  readonly nick: string;
  readonly user: string;
}

export class Screen {
  readonly #options: ScreenOptions;

  constructor(options: ScreenOptions) {
    this.#options = options;
  }

  /** What the bot says; the room's name stands before it if it is not the one shown. */
  said(shown: Exclude<Shown, { kind: "refused" }>, current: string | undefined): readonly string[] {
    const nick = cleanLine(this.#options.nick);
    switch (shown.kind) {
      case "message":
        return this.#behind(`${elsewhere(shown.channel, current)}<${nick}> `, shown.block);
      case "action":
        return this.#behind(`${elsewhere(shown.channel, current)}* ${nick} `, shown.block);
      case "privateMessage":
        return this.#behind(`[private] <${nick}> `, shown.block);
      case "privateAction":
        return this.#behind(`[private] * ${nick} `, shown.block);
    }
  }

  /** What the person typed, for a script's transcript. */
  typed(line: string): readonly string[] {
    return [`${this.#style(`<${cleanLine(this.#options.user)}>`, "dim")} ${cleanLine(line)}`];
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

  prompt(current: string | undefined): string {
    return `${this.#style(cleanLine(current ?? "no room"), "dim")}> `;
  }

  #behind(name: string, block: Block): readonly string[] {
    const [first = "", ...others] = formatBlock(block, this.#options);
    const indent = " ".repeat(2);
    return [
      `${this.#style(name.trimEnd(), "bold")} ${first}`,
      ...others.map((line) => indent + line),
    ];
  }

  #style(words: string, style: Style): string {
    return this.#options.color ? styled(words, [style]) : words;
  }
}

function elsewhere(channel: string, current: string | undefined): string {
  return channel === current ? "" : `[${cleanLine(channel)}] `;
}
