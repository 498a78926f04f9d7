/** The questions of a plugin that wait for an answer. Each event is offered to them first. */
import type { Clock } from "../link/clock.ts";
import { SeabirdError } from "../link/errors.ts";
import type { PluginEvent } from "../plugin/events.ts";
import { AskCancelled } from "./ask-cancelled.ts";
import { OpenAsk } from "./open-ask.ts";

/** Who is asked, and where: a channel's id, or empty for in private. */
export interface AskedWhom {
  readonly userId: string;
  readonly channelId: string;
}

/** Tells commands from answers. */
export interface CommandWords {
  /** Whether somebody has registered it. */
  isRegistered(name: string): boolean;
  /** What a private message begins with to be a command, as far as it is known. */
  prefixFor(userId: string): string;
}

export class Asks {
  readonly #clock: Clock;
  readonly #limit: number;
  readonly #words: CommandWords;
  readonly #waiting = new Map<string, OpenAsk>();
  #isClosed = false;

  constructor(options: {
    readonly clock: Clock;
    readonly maxAsks: number;
    readonly words: CommandWords;
  }) {
    this.#clock = options.clock;
    this.#limit = options.maxAsks;
    this.#words = options.words;
  }

  get size(): number {
    return this.#waiting.size;
  }

  /**
   * Registered at once, so that no answer is missed while the question is being said. Cancels
   * another question to the same person in the same place. Throws `resource_exhausted` when `maxAsks` wait already.
   */
  open(whom: AskedWhom, signal: AbortSignal): OpenAsk {
    if (this.#isClosed) throw new AskCancelled("closed");
    const key = keyOf(whom);
    this.#waiting.get(key)?.cancel("replaced");
    if (this.#waiting.size >= this.#limit) {
      const full = `${this.#limit} questions wait for an answer already`;
      throw new SeabirdError("resource_exhausted", full);
    }
    const ask: OpenAsk = new OpenAsk({
      clock: this.#clock,
      signal,
      forget: () => this.#waiting.delete(key),
    });
    this.#waiting.set(key, ask);
    return ask;
  }

  /**
   * True if it was an answer, or the word `cancel`: nobody else gets it. A command in place of
   * an answer cancels the question and goes its way.
   */
  offer(event: PluginEvent): boolean {
    if (this.#waiting.size === 0) return false;
    switch (event.kind) {
      case "message":
      case "mention":
      case "action":
        return this.#take(event.user.id, event.channelId, event.text);
      case "command":
        if (this.#words.isRegistered(event.command))
          this.#interrupt(event.user.id, event.channelId);
        return false;
      case "privateMessage":
        if (!this.#isPrivateCommand(event.user.id, event.text)) {
          return this.#take(event.user.id, "", event.text);
        }
        this.#interrupt(event.user.id, "");
        return false;
      default:
        return false;
    }
  }

  /** Cancels all, and takes no more. */
  close(): void {
    this.#isClosed = true;
    for (const waiting of [...this.#waiting.values()]) waiting.cancel("closed");
  }

  #take(userId: string, channelId: string, text: string): boolean {
    const waiting = this.#waiting.get(keyOf({ userId, channelId }));
    const said = text.trim();
    if (waiting === undefined || userId === "" || said === "") return false;
    if (said.toLowerCase() === "cancel") waiting.cancel("cancel");
    else waiting.resolve(text);
    return true;
  }

  #interrupt(userId: string, channelId: string): void {
    this.#waiting.get(keyOf({ userId, channelId }))?.cancel("command");
  }

  /** Here with its prefix only, in any case: without it, a word is more likely the answer. */
  #isPrivateCommand(userId: string, text: string): boolean {
    const prefix = this.#words.prefixFor(userId);
    const said = text.trimStart();
    if (!said.startsWith(prefix)) return false;
    const [name = ""] = said.slice(prefix.length).split(/\s/, 1);
    return [name, name.toLowerCase()].some((word) => this.#words.isRegistered(word));
  }
}

/** Ids have no blanks: core escapes them. */
function keyOf({ userId, channelId }: AskedWhom): string {
  return `${userId} ${channelId}`;
}

const AFFIRMATIVE = /^(y|ye|yes|yep|yeah|yup|ok|okay|sure|do it|go ahead)[.!\s]*$/i;

/** Anything that is not clearly affirmative counts as a no. */
export function isAffirmative(answer: string): boolean {
  return AFFIRMATIVE.test(answer.trim());
}
