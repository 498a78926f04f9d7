/** Who comes and goes, folded: many at once are one line. */
import type { Clock } from "@seabird-chat/sdk";
import { silentName } from "./shown-name.ts";

/** Changes that follow each other within this time are said together. */
const FOLD_MS = 3_000;
/** Names in one line; the others are counted. */
const MAX_NAMES = 5;
/** Channels in which something is held back. */
const MAX_CHANNELS = 1_000;

type Change = "joined" | "left" | "removed";

interface Held {
  readonly names: Record<Change, Set<string>>;
  readonly cancel: () => void;
}

export class Presence {
  readonly #clock: Clock;
  readonly #say: (channel: string, line: string) => void;
  readonly #held = new Map<string, Held>();

  constructor(clock: Clock, say: (channel: string, line: string) => void) {
    this.#clock = clock;
    this.#say = say;
  }

  note(channel: string, change: Change, name: string): void {
    const held = this.#held.get(channel) ?? this.#hold(channel);
    const opposite = change === "joined" ? "left" : "joined";
    // Who is back at once never left.
    if (!held.names[opposite].delete(name)) held.names[change].add(name);
  }

  close(): void {
    for (const { cancel } of this.#held.values()) cancel();
    this.#held.clear();
  }

  #hold(channel: string): Held {
    if (this.#held.size >= MAX_CHANNELS) this.#release([...this.#held.keys()][0] ?? "");
    const names = {
      joined: new Set<string>(),
      left: new Set<string>(),
      removed: new Set<string>(),
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
    const parts = (Object.entries(held.names) as [Change, Set<string>][])
      .filter(([, names]) => names.size > 0)
      .map(
        ([change, names]) => `${namesOf(names)} ${change === "removed" ? "was removed" : change}`,
      );
    if (parts.length > 0) this.#say(channel, `* ${parts.join("; ")}`);
  }
}

function namesOf(names: ReadonlySet<string>): string {
  const shown = [...names].slice(0, MAX_NAMES).map(silentName).join(", ");
  const more = names.size - MAX_NAMES;
  return more > 0 ? `${shown} and ${more} more` : shown;
}
