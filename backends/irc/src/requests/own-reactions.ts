/** The bot's reactions, so that all of them can be taken back: IRC takes them back one by one. Bounded. */

/** Reactions that are remembered; the oldest go first. */
export const MAX_REACTIONS = 1_000;

export class OwnReactions {
  readonly #reactions = new Map<string, { readonly message: string; readonly emoji: string }>();

  /** `conversation`: in the form in which equal ones are equal. */
  added(conversation: string, messageId: string, emoji: string): void {
    const message = keyOf(conversation, messageId);
    const key = keyOf(conversation, messageId, emoji);
    this.#reactions.delete(key);
    this.#reactions.set(key, { message, emoji });
    if (this.#reactions.size <= MAX_REACTIONS) return;
    const [oldest = key] = this.#reactions.keys();
    this.#reactions.delete(oldest);
  }

  removed(conversation: string, messageId: string, emoji: string): void {
    this.#reactions.delete(keyOf(conversation, messageId, emoji));
  }

  to(conversation: string, messageId: string): readonly string[] {
    const wanted = keyOf(conversation, messageId);
    const own = [...this.#reactions.values()].filter(({ message }) => message === wanted);
    return own.map(({ emoji }) => emoji);
  }
}

/** Ids and emoji may hold any sign. */
function keyOf(...parts: readonly string[]): string {
  return JSON.stringify(parts);
}
