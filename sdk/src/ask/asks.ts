/** The open questions of a plugin. Each event is offered to them first. */
import { prefixLength } from "../command/normalise.ts";
import { firstWord } from "../command/words.ts";
import { affirmation, isCancel } from "../command/yes-no.ts";
import type { Clock } from "../link/clock.ts";
import { SeabirdError } from "../link/errors.ts";
import type { PluginEvent } from "../plugin/events.ts";
import { AskCancelled } from "./ask-cancelled.ts";
import { OpenAsk } from "./open-ask.ts";

/** Who is asked, and where: a channel's id, or empty in private. */
export interface AskTarget {
  readonly userId: string;
  readonly channelId: string;
}

/** Distinguishes commands from answers. */
export interface CommandLookup {
  /** Whether any plugin has registered the command. */
  isRegistered(name: string): boolean;
  /** The prefix of commands in private, as far as it is known. */
  prefixFor(userId: string): string;
}

export class Asks {
  readonly #clock: Clock;
  readonly #limit: number;
  readonly #words: CommandLookup;
  readonly #waiting = new Map<string, OpenAsk>();
  #isClosed = false;

  constructor(options: {
    readonly clock: Clock;
    readonly maxAsks: number;
    readonly words: CommandLookup;
  }) {
    this.#clock = options.clock;
    this.#limit = options.maxAsks;
    this.#words = options.words;
  }

  get size(): number {
    return this.#waiting.size;
  }

  /**
   * Opens a question before it is sent, so that no answer is missed. Cancels another question to
   * the same user in the same conversation. Throws `resource_exhausted` when `maxAsks` are open.
   */
  open(whom: AskTarget, signal: AbortSignal): OpenAsk {
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
   * True if the event was an answer, or the word `cancel`; no handler gets it then. A command
   * instead of an answer cancels the question and is handled as usual.
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

  /** Cancels all questions and refuses new ones. */
  close(): void {
    this.#isClosed = true;
    for (const waiting of [...this.#waiting.values()]) waiting.cancel("closed");
  }

  #take(userId: string, channelId: string, text: string): boolean {
    const waiting = this.#waiting.get(keyOf({ userId, channelId }));
    if (waiting === undefined || userId === "" || text.trim() === "") return false;
    if (isCancel(text)) waiting.cancel("cancel");
    else waiting.resolve(text);
    return true;
  }

  #interrupt(userId: string, channelId: string): void {
    this.#waiting.get(keyOf({ userId, channelId }))?.cancel("command");
  }

  /** Only with the prefix: without it, a word is more likely the answer. */
  #isPrivateCommand(userId: string, text: string): boolean {
    const line = text.trimStart();
    const length = prefixLength(line, this.#words.prefixFor(userId));
    const typed = line.slice(length ?? line.length);
    const { word } = firstWord(typed);
    return typed.startsWith(word) && this.#words.isRegistered(word);
  }
}

/** Ids contain no spaces: core escapes them. */
function keyOf({ userId, channelId }: AskTarget): string {
  return `${userId} ${channelId}`;
}

/** Anything that is not clearly affirmative counts as a no. */
export function isAffirmative(answer: string): boolean {
  return affirmation(answer) === true;
}
