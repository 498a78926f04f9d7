/** Shows messages and what becomes of them: in their place where the terminal allows, else as lines. */
import { type Block, type Target, text as textBlock } from "@seabird-chat/sdk/backend";
import { cutCopy } from "./clean.ts";
import type { Connection } from "./connection.ts";
import type { RememberedMessage } from "./messages.ts";
import type { Rooms } from "./rooms.ts";
import type { Quoted, Screen } from "./screen.ts";

/** Characters of a message that are kept to draw it again. */
const MAX_KEPT_CHARACTERS = 4_096;

export interface DisplayDeps {
  readonly connection: Connection;
  readonly screen: Screen;
  readonly rooms: Rooms;
}

export class Display {
  readonly #connection: Connection;
  readonly #screen: Screen;
  readonly #rooms: Rooms;
  /** Whether numbers of messages are shown. */
  showsIds = false;

  constructor({ connection, screen, rooms }: DisplayDeps) {
    this.#connection = connection;
    this.#screen = screen;
    this.#rooms = rooms;
  }

  /** What the bot says. */
  said(message: RememberedMessage, block: Block): void {
    const lines = this.#draw(message, block);
    this.#keep(message, lines);
    this.#connection.show(lines, message.number);
  }

  /** What a person said by a line that stands on the screen of a terminal already. */
  typed(message: RememberedMessage, line: string, block: Block): void {
    const isPlain = message.replyTo === undefined && block.inner.case !== "attachment";
    const lines = this.#draw(message, block);
    if (!this.#connection.isInteractive) {
      const typed = () => this.#screen.typed(line, message.author, this.#number(message));
      this.#connection.show(isPlain ? typed() : lines);
      return;
    }
    this.#keep(message, lines);
    this.#connection.keyOfRead(message.number);
    if (isPlain && !this.showsIds) return;
    if (this.#connection.replace(message.number, lines) || !this.showsIds) return;
    this.note(`that was ${message.number}`);
  }

  /** A typed line that became no message, for a script's transcript. */
  command(line: string, person: string): void {
    if (!this.#connection.isInteractive) this.#connection.show(this.#screen.typed(line, person));
  }

  edited(message: RememberedMessage, block: Block): void {
    const lines = this.#draw(message, block);
    this.#keep(message, lines);
    if (this.#redraw(message)) return;
    const unquoted = this.#draw({ ...message, replyTo: undefined }, block);
    this.#connection.show(this.#screen.happened("edited", unquoted));
  }

  deleted(message: RememberedMessage, by: string, reason: string): void {
    const lines = this.#draw(message, textBlock("(deleted)"));
    if (this.#connection.replace(message.number, lines)) return;
    const why = reason === "" ? "" : ` (${reason.slice(0, 300)})`;
    const what = `deleted by ${by}${why}`;
    this.#connection.show(this.#screen.happened(what, [this.brief(message)]));
  }

  reacted(message: RememberedMessage, by: string, emoji: string, removed: boolean): void {
    if (this.#redraw(message)) return;
    const what = `${by} ${removed ? "took back" : "reacted"} ${emoji}`;
    this.#connection.show(this.#screen.happened(what, [this.brief(message)]));
  }

  /** That the bot types: a person sees it beside the prompt. */
  typing(to: Target): void {
    if (this.#connection.isInteractive) return;
    this.#connection.show(this.#screen.typing(to, this.#rooms.current));
  }

  /** One line that names a message. */
  brief(message: RememberedMessage, isNumbered = this.showsIds): string {
    return this.#screen.brief(toQuoted(message), isNumbered ? message.number : undefined);
  }

  note(...lines: readonly string[]): void {
    this.#connection.show(this.#screen.note(...lines));
  }

  notice(line: string): void {
    this.#connection.show(this.#screen.notice(line));
  }

  /** `beside`: see `Screen.prompt`. */
  prompt(beside: string): void {
    this.#connection.prompt(this.#screen.prompt(this.#rooms.current, beside));
  }

  #draw(message: RememberedMessage, block: Block): readonly string[] {
    const { kind, conversation: to, author, name = author, replyTo } = message;
    const number = this.#number(message);
    const quote = replyTo === undefined ? undefined : toQuote(replyTo);
    return this.#screen.said({ kind, to, block, name }, this.#rooms.current, { number, quote });
  }

  #number({ number }: RememberedMessage): number | undefined {
    return this.showsIds ? number : undefined;
  }

  /** Only a person's terminal is drawn again. */
  #keep(message: RememberedMessage, lines: readonly string[]): void {
    const isKept =
      this.#connection.isInteractive &&
      lines.reduce((sum, line) => sum + line.length, 0) <= MAX_KEPT_CHARACTERS;
    message.lines = isKept ? lines.map((line) => cutCopy(line, line.length)) : undefined;
  }

  #redraw({ lines, number, isEdited, reactions }: RememberedMessage): boolean {
    if (lines === undefined) return false;
    const marks = { isEdited, reactions: reactions.counts };
    return this.#connection.replace(number, this.#screen.marked(lines, marks));
  }
}

function toQuoted({ name, author, text }: RememberedMessage): Quoted {
  return { name: name ?? author, text };
}

/** Undefined if neither author nor text is known. */
function toQuote({
  author,
  text = "",
}: NonNullable<RememberedMessage["replyTo"]>): Quoted | undefined {
  const name = typeof author === "string" ? author : author?.displayName || author?.id || "";
  return name === "" && text === "" ? undefined : { name, text };
}
