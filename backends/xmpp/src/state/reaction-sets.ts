/** Who reacted with what: XEP-0444 sends the whole set each time, core wants what changed. */
import type { Target } from "@seabird-chat/sdk/backend";

/** The whole set of one person's reactions to one message. */
export interface ReactionSet {
  readonly conversation: Target;
  readonly messageId: string;
  /** The occupant id, else the user's id. */
  readonly by: string;
  readonly emojis: readonly string[];
}

/** Those that changed last are kept. */
const MAX_SETS = 10_000;

export class ReactionSets {
  readonly #sets = new Map<string, readonly string[]>();

  of(set: Omit<ReactionSet, "emojis">): readonly string[] {
    return this.#sets.get(keyOf(set)) ?? [];
  }

  replace(set: ReactionSet): void {
    const key = keyOf(set);
    this.#sets.delete(key);
    if (set.emojis.length > 0) this.#sets.set(key, set.emojis);
    for (const oldest of this.#sets.keys()) {
      if (this.#sets.size <= MAX_SETS) break;
      this.#sets.delete(oldest);
    }
  }
}

function keyOf({ conversation, messageId, by }: Omit<ReactionSet, "emojis">): string {
  return JSON.stringify([conversation.kind, conversation.id, messageId, by]);
}
