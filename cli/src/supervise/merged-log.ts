/** What all components write, as it comes: the latest lines, and whoever follows them. */
import { LIMITS } from "../limits.ts";

export interface MergedLine {
  readonly component: string;
  /** As the component wrote it, cut to `maxMergedLineChars`. */
  readonly line: string;
  /** When it came, in Unix milliseconds. */
  readonly atMs: number;
}

type Follower = (line: MergedLine) => void;

export class MergedLog {
  readonly #followers = new Set<Follower>();
  #latest: MergedLine[] = [];

  add(component: string, text: string): void {
    const line = text.slice(0, LIMITS.maxMergedLineChars);
    const entry: MergedLine = { component, line, atMs: Date.now() };
    this.#latest.push(entry);
    // Cut now and then rather than at each line.
    if (this.#latest.length >= 2 * LIMITS.mergedLines) {
      this.#latest = this.#latest.slice(-LIMITS.mergedLines);
    }
    for (const follow of this.#followers) follow(entry);
  }

  latest(count: number): readonly MergedLine[] {
    const most = Math.min(count, LIMITS.mergedLines);
    return most === 0 ? [] : this.#latest.slice(-most);
  }

  /** Each line from now on; returns the undo. The follower must be quick. */
  follow(follower: Follower): () => void {
    this.#followers.add(follower);
    return () => void this.#followers.delete(follower);
  }
}
