/** People, places and references as a backend's network names them. */

/** A channel, or the private conversation with a user. The id is the network's own. */
export interface Target {
  readonly kind: "channel" | "user";
  readonly id: string;
}

/** A person as the backend's network names them. */
export interface BackendUser {
  readonly id: string;
  /** Default: the id. */
  readonly displayName?: string | undefined;
  /** A picture that anybody may open. */
  readonly avatarUrl?: string | undefined;
  /** Default: false. */
  readonly isBot?: boolean | undefined;
  /**
   * The name by which the network vouches for this person, where it is stronger than the id or
   * differs from it.
   */
  readonly account?: string | undefined;
}

/** An emoji: `👍`, or `:parrot:` for one of the network's own. */
export interface BackendEmoji {
  readonly text: string;
  /** Identity of one of the network's own. */
  readonly id?: string | undefined;
  /** Its picture. */
  readonly url?: string | undefined;
}

/** An earlier message that another one answers. */
export interface MessageReference {
  readonly messageId: string;
  readonly author?: string | BackendUser | undefined;
  /** What it said; cut to 300 bytes. */
  readonly text?: string | undefined;
  /** Only if it is in another conversation. */
  readonly conversation?: Target | undefined;
}
