/** Who reacted with what: XEP-0444 sends the whole set each time, core wants what changed. */
import type { Target } from "@seabird-chat/sdk/backend";
import { copy } from "../inbound/read-stanza.ts";

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
/** Of all sets, each of at most 512 bytes. */
const MAX_ALL_EMOJIS = 20_000;

export class ReactionSets {
  readonly #sets = new Map<string, readonly string[]>();
  #count = 0;

  of(set: Omit<ReactionSet, "emojis">): readonly string[] {
    return this.#sets.get(keyOf(set)) ?? [];
  }

  replace(set: ReactionSet): void {
    const key = keyOf(set);
    this.#count += set.emojis.length - this.of(set).length;
    this.#sets.delete(key);
    if (set.emojis.length > 0) this.#sets.set(key, set.emojis.map(copy));
    for (const [oldest, { length }] of this.#sets) {
      if (this.#sets.size <= MAX_SETS && this.#count <= MAX_ALL_EMOJIS) break;
      this.#sets.delete(oldest);
      this.#count -= length;
    }
  }
}

function keyOf({ conversation, messageId, by }: Omit<ReactionSet, "emojis">): string {
  return JSON.stringify([conversation.kind, conversation.id, messageId, by]);
}
