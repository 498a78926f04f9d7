/** Uploads that are announced: each has a token, which works once and for a while. */
import type { Clock } from "../broker/clock.ts";
import { BrokerError } from "../broker/errors.ts";
import type { MediaLimits } from "./limits.ts";
import { digestOf, type FileHead, newKey, type StoredFile } from "./stored-file.ts";

export interface Upload {
  readonly head: FileHead;
  /** In bytes; `undefined`: what the upload says itself, up to `mediaMaxFileBytes`. */
  readonly size: number | undefined;
  /** Id of the token that announced it; `undefined`: core asked a backend for it. */
  readonly tokenId: string | undefined;
  /** Called when its bytes begin to arrive. */
  readonly onBegin?: () => void;
  /** Called once after that. */
  readonly onEnd?: (end: StoredFile | BrokerError) => void;
}

interface Announced {
  readonly upload: Upload;
  readonly endsAtMs: number;
}

const RETRY_AFTER_MS = 1_000;

export class Uploads {
  readonly #limits: MediaLimits;
  readonly #clock: Clock;
  /** By the digest of the token, oldest first. */
  readonly #announced = new Map<string, Announced>();
  /** By token id, those that have not begun. */
  readonly #byOwner = new Map<string, number>();

  constructor(limits: MediaLimits, clock: Clock) {
    this.#limits = limits;
    this.#clock = clock;
  }

  get size(): number {
    return this.#announced.size;
  }

  /** Returns the upload's token. Throws `too_many_uploads`. */
  announce(upload: Upload): string {
    this.#forgetOld();
    const { maxPendingUploads, maxPendingUploadsPerToken, uploadTokenMs } = this.#limits;
    if (this.#announced.size >= maxPendingUploads) throw tooMany(maxPendingUploads);
    const own = this.#byOwner.get(upload.tokenId ?? "") ?? 0;
    if (upload.tokenId !== undefined) {
      if (own >= maxPendingUploadsPerToken) throw tooMany(maxPendingUploadsPerToken);
      this.#byOwner.set(upload.tokenId, own + 1);
    }
    const token = newKey();
    this.#announced.set(digestOf(token), {
      upload,
      endsAtMs: this.#clock.now() + uploadTokenMs,
    });
    return token;
  }

  /** The upload of a token, which does not work again; `undefined`: there is none. */
  take(token: string): Upload | undefined {
    this.#forgetOld();
    const digest = digestOf(token);
    const found = this.#announced.get(digest);
    if (found !== undefined) this.#forget(digest, found);
    return found?.upload;
  }

  #forgetOld(): void {
    const nowMs = this.#clock.now();
    for (const [digest, announced] of this.#announced) {
      if (announced.endsAtMs > nowMs) return;
      this.#forget(digest, announced);
    }
  }

  #forget(digest: string, { upload: { tokenId } }: Announced): void {
    this.#announced.delete(digest);
    if (tokenId === undefined) return;
    const left = (this.#byOwner.get(tokenId) ?? 1) - 1;
    if (left === 0) this.#byOwner.delete(tokenId);
    else this.#byOwner.set(tokenId, left);
  }
}

function tooMany(limit: number): BrokerError {
  return new BrokerError(
    "too_many_uploads",
    `too many uploads that have not begun, limit ${limit}`,
    { retryAfterMs: RETRY_AFTER_MS },
  );
}
