/** Who comes and goes, folded: many at once are one line. */
import type { Clock, User } from "@seabird-chat/sdk";
import { silentName } from "./shown-name.ts";

/** Changes that follow each other within this time are said together. */
const FOLD_MS = 3_000;
/** Names in one line; the others are counted. */
const MAX_NAMES = 5;
/** Channels in which something is held back. */
const MAX_CHANNELS = 1_000;

type Change = "joined" | "left" | "removed";

/** The line, as somebody hears it who does not hear of everybody; empty: nothing. */
export type PresenceLine = (hearsOf: (user: User) => boolean) => string;

interface Held {
  /** By the name that is shown. */
  readonly names: Record<Change, Map<string, User>>;
  readonly cancel: () => void;
}

export class Presence {
  readonly #clock: Clock;
  readonly #say: (channel: string, line: PresenceLine) => void;
  readonly #held = new Map<string, Held>();

  constructor(clock: Clock, say: (channel: string, line: PresenceLine) => void) {
    this.#clock = clock;
    this.#say = say;
  }

  note(channel: string, change: Change, { name, user }: { name: string; user: User }): void {
    const held = this.#held.get(channel) ?? this.#hold(channel);
    const opposite = change === "joined" ? "left" : "joined";
    // Who is back at once never left.
    if (!held.names[opposite].delete(name)) held.names[change].set(name, user);
  }

  close(): void {
    for (const { cancel } of this.#held.values()) cancel();
    this.#held.clear();
  }

  #hold(channel: string): Held {
    if (this.#held.size >= MAX_CHANNELS) this.#release([...this.#held.keys()][0] ?? "");
    const names = {
      joined: new Map<string, User>(),
      left: new Map<string, User>(),
      removed: new Map<string, User>(),
    };
    const held = { names, cancel: this.#clock.after(FOLD_MS, () => this.#release(channel)) };
    this.#held.set(channel, held);
    return held;
  }

  #release(channel: string): void {
    const held = this.#held.get(channel);
    if (held === undefined) return;
    held.cancel();
    this.#held.delete(channel);
    this.#say(channel, (hearsOf) => lineOf(held.names, hearsOf));
  }
}

function lineOf(held: Held["names"], hearsOf: (user: User) => boolean): string {
  const parts = (Object.entries(held) as [Change, Map<string, User>][]).flatMap(
    ([change, people]) => {
      const names = [...people].filter(([, user]) => hearsOf(user)).map(([name]) => name);
      if (names.length === 0) return [];
      return [`${namesOf(names)} ${change === "removed" ? "was removed" : change}`];
    },
  );
  return parts.length === 0 ? "" : `* ${parts.join("; ")}`;
}

function namesOf(names: readonly string[]): string {
  const shown = names.slice(0, MAX_NAMES).map(silentName).join(", ");
  const more = names.length - MAX_NAMES;
  return more > 0 ? `${shown} and ${more} more` : shown;
}
