/**
 * Ids of requests: unguessable, and never used twice in core's life, but for a repetition of a keyed send
 * that was refused (`IdempotencyKeys`).
 */

const RANDOM_BYTES = 16;
/** Ids made from one draw; drawing for each alone is slow. */
const IDS_PER_DRAW = 256;
const HEX: readonly string[] = Array.from({ length: 256 }, (_, byte) =>
  byte.toString(16).padStart(2, "0"),
);

export class RequestIds {
  readonly #pool = new Uint8Array(RANDOM_BYTES * IDS_PER_DRAW);
  #drawn = this.#pool.length;
  #count = 0;

  /** The next one: a counter makes it new, 128 random bits make it unguessable. */
  next(): string {
    if (this.#drawn === this.#pool.length) {
      crypto.getRandomValues(this.#pool);
      this.#drawn = 0;
    }
    let id = `${(++this.#count).toString(36)}-`;
    for (const end = this.#drawn + RANDOM_BYTES; this.#drawn < end; this.#drawn++) {
      id += HEX[this.#pool[this.#drawn] ?? 0];
    }
    return id;
  }
}
