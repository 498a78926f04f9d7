/**
 * Calls back when one of some files has changed. Folders are watched, not files: an editor that
 * puts a new file in the old one's place would leave a watched file behind.
 */
import { type FSWatcher, watch } from "node:fs";
import { basename, dirname } from "node:path";

/** An editor writes in several steps. */
const SETTLE_MS = 100;
/** Files beyond are not looked at. */
const MAX_FILES = 10_000;

export class WatchedFiles {
  readonly #onChange: (path: string) => void;
  readonly #files = new Set<string>();
  readonly #folders = new Map<string, FSWatcher>();
  #timer: NodeJS.Timeout | undefined;

  constructor(onChange: (path: string) => void) {
    this.#onChange = onChange;
  }

  /** Absolute; known ones are ignored. */
  add(path: string): void {
    if (this.#files.size >= MAX_FILES) return;
    this.#files.add(path);
    const folder = dirname(path);
    if (this.#folders.has(folder)) return;
    try {
      const watcher = watch(folder, (_, name) => this.#changed(folder, name));
      watcher.on("error", () => this.#forget(folder));
      this.#folders.set(folder, watcher);
    } catch {
      // A folder that is gone, or one too many for the system, is not watched.
    }
  }

  end(): void {
    clearTimeout(this.#timer);
    for (const folder of [...this.#folders.keys()]) this.#forget(folder);
  }

  #changed(folder: string, name: string | null): void {
    const path = [...this.#files].find(
      (file) => dirname(file) === folder && (name === null || basename(file) === name),
    );
    if (path === undefined) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#onChange(path), SETTLE_MS);
  }

  #forget(folder: string): void {
    this.#folders.get(folder)?.close();
    this.#folders.delete(folder);
  }
}
