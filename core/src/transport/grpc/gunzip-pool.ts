/** Decompresses messages, a few at a time, since a small message may become a large one. */
import { gunzip } from "node:zlib";
import { BrokerError } from "../../broker/errors.ts";
import { tooLarge } from "./envelope.ts";

/** Each chunk is one job of the thread pool, so larger chunks are faster. */
const CHUNK_BYTES = 65_536;

export class GunzipPool {
  readonly #most: number;
  #running = 0;
  readonly #waiting: (() => void)[] = [];

  constructor(most: number) {
    this.#most = most;
  }

  /**
   * The message, in the order of asking. Rejects with `undecodable`, and with
   * `message_too_large` as soon as it has grown beyond `maxBytes`.
   */
  async run(compressed: Uint8Array, maxBytes: number): Promise<Uint8Array> {
    if (this.#running >= this.#most) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    } else this.#running += 1;
    try {
      return await gunzipMessage(compressed, maxBytes);
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#running -= 1;
      else next();
    }
  }
}

function gunzipMessage(compressed: Uint8Array, maxBytes: number): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    gunzip(compressed, { maxOutputLength: maxBytes, chunkSize: CHUNK_BYTES }, (error, bytes) => {
      if (error === null) resolve(bytes);
      else if ((error as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE") {
        reject(tooLarge(maxBytes + 1, maxBytes));
      } else reject(new BrokerError("undecodable", "message is not gzip", { cause: error }));
    });
  });
}
