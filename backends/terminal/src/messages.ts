/** The messages of this run that can be referred to: numbered, and the newest only. */
import type { MessageReference, Target } from "@seabird-chat/sdk/backend";
import { cutCopy } from "./clean.ts";
import { Reactions } from "./reactions.ts";

/** Messages remembered; older ones can no longer be answered, edited, deleted or reacted to. */
export const MAX_MESSAGES = 1_000;

/** Characters of a text that are remembered, for quotes. */
const MAX_TEXT_CHARACTERS = 300;

export interface NewMessage {
  readonly conversation: Target;
  readonly kind: "message" | "action";
  /** A person, or the bot. */
  readonly author: string;
  readonly isBot: boolean;
  /** What it is shown under, if not the author. */
  readonly name?: string | undefined;
  readonly text: string;
  /** Unix milliseconds. */
  readonly sentAt: number;
  readonly replyTo?: MessageReference | undefined;
}

export interface RememberedMessage extends NewMessage {
  conversation: Target;
  readonly number: number;
  /** On the wire. */
  readonly id: string;
  author: string;
  text: string;
  isEdited: boolean;
  /** As it is shown, without marks; undefined if that is too long to keep. */
  lines: readonly string[] | undefined;
  readonly reactions: Reactions;
}

export class Messages {
  readonly #prefix: string;
  /** By number, the oldest first. */
  readonly #messages = new Map<number, RememberedMessage>();
  #last = 0;

  /** The prefix keeps ids of one run from being those of another. */
  constructor(prefix: string) {
    this.#prefix = prefix;
  }

  add(message: NewMessage): RememberedMessage {
    const number = ++this.#last;
    const remembered: RememberedMessage = {
      ...message,
      text: cutCopy(message.text, MAX_TEXT_CHARACTERS),
      number,
      id: `${this.#prefix}-${number}`,
      isEdited: false,
      lines: undefined,
      reactions: new Reactions(),
    };
    this.#messages.set(number, remembered);
    this.#messages.delete(number - MAX_MESSAGES);
    return remembered;
  }

  /** The message with an id of the wire. */
  byId(conversation: Target, id: string): RememberedMessage | undefined {
    const found = this.#byNumber(id);
    return found?.id === id && isSame(found.conversation, conversation) ? found : undefined;
  }

  /**
   * What a person means: a number or id; in the conversation `-1` for the newest message, `-2` for the
   * one before; a name for the newest of that author, `name:2` for the one before.
   */
  find(reference: string, conversation: Target | undefined): RememberedMessage | undefined {
    const numbered = this.#byNumber(reference);
    if (numbered !== undefined || conversation === undefined) return numbered;
    const back = /^-(\d{1,4})$/.exec(reference)?.[1];
    if (back !== undefined) return this.#back(conversation, Number(back));
    const named = (name: string, count: number) =>
      this.#back(conversation, count, (message) => isBy(message, name));
    const [, name, count] = /^(.+):(\d{1,4})$/u.exec(reference) ?? [];
    const ofCount = name === undefined ? undefined : named(name, Number(count));
    return ofCount ?? named(reference.replace(/^@/, ""), 1);
  }

  /** The newest, at most `count`, the oldest first. */
  latest(conversation: Target, count: number): readonly RememberedMessage[] {
    return [...this.#messages.values()]
      .filter((message) => isSame(message.conversation, conversation))
      .slice(-count);
  }

  edit(message: RememberedMessage, text: string): void {
    message.text = cutCopy(text, MAX_TEXT_CHARACTERS);
    message.isEdited = true;
  }

  delete(message: RememberedMessage): void {
    this.#messages.delete(message.number);
  }

  /** What somebody said, and their private conversation, are under the new name from now on. */
  rename(before: string, after: string): void {
    for (const message of this.#messages.values()) {
      const { kind, id } = message.conversation;
      if (kind === "user" && id === before) message.conversation = { kind, id: after };
      if (!message.isBot && message.author === before) message.author = after;
      message.reactions.rename(before, after);
    }
  }

  #byNumber(reference: string): RememberedMessage | undefined {
    const start = `${this.#prefix}-`;
    const number = reference.startsWith(start) ? reference.slice(start.length) : reference;
    return /^\d{1,15}$/.test(number) ? this.#messages.get(Number(number)) : undefined;
  }

  #back(
    conversation: Target,
    count: number,
    fits: (message: RememberedMessage) => boolean = () => true,
  ): RememberedMessage | undefined {
    const fitting = [...this.#messages.values()].filter(
      (message) => isSame(message.conversation, conversation) && fits(message),
    );
    return count < 1 ? undefined : fitting.at(-count);
  }
}

function isBy({ author, name }: RememberedMessage, wanted: string): boolean {
  const folded = wanted.toLowerCase();
  return author.toLowerCase() === folded || name?.toLowerCase() === folded;
}

function isSame(a: Target, b: Target): boolean {
  return a.kind === b.kind && a.id === b.id;
}
