/** The lines of all components in the order of arrival: the latest ones, and their followers. */

/** Waiting for a slow reader. Standard error misses lines and is told how many; a `logs -f` is ended. */
export const MAX_MERGED_WAITING_BYTES = 1024 * 1024;
/** Lines that are kept for `seabird logs`; older ones are in the components' own logs only. */
export const MERGED_LINES = 1_000;
/** A line of the merged log, in characters; the rest is in the component's own log only. */
export const MAX_MERGED_LINE_CHARS = 4_096;

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
    const line = text.slice(0, MAX_MERGED_LINE_CHARS);
    const entry: MergedLine = { component, line, atMs: Date.now() };
    this.#latest.push(entry);
    // Cut now and then rather than at each line.
    if (this.#latest.length >= 2 * MERGED_LINES) {
      this.#latest = this.#latest.slice(-MERGED_LINES);
    }
    for (const follow of this.#followers) follow(entry);
  }

  latest(count: number): readonly MergedLine[] {
    const most = Math.min(count, MERGED_LINES);
    return most === 0 ? [] : this.#latest.slice(-most);
  }

  /** Each line from now on; returns the undo. The follower must be quick. */
  follow(follower: Follower): () => void {
    this.#followers.add(follower);
    return () => void this.#followers.delete(follower);
  }
}
