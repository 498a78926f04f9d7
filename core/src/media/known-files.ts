/** The files that backends have reported, by their absolute ids: bounded, the oldest is forgotten. */
import type { MediaLimits } from "./limits.ts";

export interface KnownFile {
  readonly name: string;
  readonly contentType: string;
  /** Whether it was only seen in private conversations. */
  readonly isPrivate: boolean;
}

/** What an entry takes besides its texts. */
const ENTRY_BYTES = 200;

export class KnownFiles {
  readonly #limits: Pick<MediaLimits, "maxKnownFiles" | "maxKnownFileBytes">;
  readonly #files = new Map<string, KnownFile>();
  #bytes = 0;

  constructor(limits: Pick<MediaLimits, "maxKnownFiles" | "maxKnownFileBytes">) {
    this.#limits = limits;
  }

  get size(): number {
    return this.#files.size;
  }

  get(id: string): KnownFile | undefined {
    return this.#files.get(id);
  }

  /** What was public once stays so: everybody has seen it. */
  add(id: string, file: KnownFile): void {
    const before = this.#files.get(id);
    const isPrivate = file.isPrivate && before?.isPrivate !== false;
    if (before !== undefined) this.#remove(id, before);
    this.#files.set(id, { ...file, isPrivate });
    this.#bytes += bytesOf(id, file);
    const { maxKnownFiles, maxKnownFileBytes } = this.#limits;
    for (const [oldest, each] of this.#files) {
      if (this.#files.size <= maxKnownFiles && this.#bytes <= maxKnownFileBytes) return;
      this.#remove(oldest, each);
    }
  }

  #remove(id: string, file: KnownFile): void {
    this.#files.delete(id);
    this.#bytes -= bytesOf(id, file);
  }
}

function bytesOf(id: string, { name, contentType }: KnownFile): number {
  return ENTRY_BYTES + 2 * (id.length + name.length + contentType.length);
}
