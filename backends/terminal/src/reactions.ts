/** The reactions to one message. */

/** Different emoji on one message; one more is refused. */
export const MAX_REACTIONS = 20;

export class Reactions {
  readonly #byEmoji = new Map<string, Set<string>>();

  /** True if there are too many to add this one. */
  isFull(emoji: string): boolean {
    return this.#byEmoji.size >= MAX_REACTIONS && !this.#byEmoji.has(emoji);
  }

  /** Returns what is new: nothing if it was there, or there are too many. */
  add(user: string, emoji: string): readonly string[] {
    const users = this.#byEmoji.get(emoji) ?? new Set();
    if (emoji === "" || users.has(user) || this.isFull(emoji)) return [];
    this.#byEmoji.set(emoji, users.add(user));
    return [emoji];
  }

  /** Without emoji all of the user's. Returns those that were there. */
  remove(user: string, emoji?: string): readonly string[] {
    const removed: string[] = [];
    for (const [each, users] of this.#byEmoji) {
      if ((emoji !== undefined && emoji !== each) || !users.delete(user)) continue;
      if (users.size === 0) this.#byEmoji.delete(each);
      removed.push(each);
    }
    return removed;
  }

  rename(before: string, after: string): void {
    for (const users of this.#byEmoji.values()) if (users.delete(before)) users.add(after);
  }

  /** Each emoji with the number of people, the oldest first. */
  get counts(): readonly (readonly [emoji: string, people: number])[] {
    return [...this.#byEmoji].map(([emoji, users]) => [emoji, users.size]);
  }
}
