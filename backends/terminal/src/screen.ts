/** How everything reads in the room. Pure but for what it is told. */
import { text } from "@seabird/protocol";
import type { Style } from "./canvas.ts";
import { cleanLine } from "./clean.ts";
import { formatBlock, styled } from "./format.ts";
import type { Said, Shown } from "./outbound.ts";

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
        return this.#behind(`${elsewhere(shown.channel, current)}<${nick}> `, shown.said);
      case "action":
        return this.#behind(`${elsewhere(shown.channel, current)}* ${nick} `, shown.said);
      case "privateMessage":
        return this.#behind(`[private] <${nick}> `, shown.said);
      case "privateAction":
        return this.#behind(`[private] * ${nick} `, shown.said);
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

  prompt(current: string | undefined): string {
    return `${this.#style(cleanLine(current ?? "no room"), "dim")}> `;
  }

  #behind(name: string, { text: plain, rootBlock }: Said): readonly string[] {
    const [first = "", ...others] = formatBlock(rootBlock ?? text(plain), this.#options);
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
