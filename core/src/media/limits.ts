/**
 * Every bound of media. Four are settings (`config/settings.ts`); the others are constants, which
 * tests may lower.
 */
import { resolveLimits } from "../broker/options.ts";

const MIB = 1_048_576;

export const MEDIA_LIMITS = {
  /** Bytes of all files that are kept. For a new one the oldest are removed. */
  mediaMaxBytes: 512 * MIB,
  /** Hours after which a file is removed. */
  mediaMaxAgeHours: 168,
  /** Bytes of one file. A larger one is refused. */
  mediaMaxFileBytes: 64 * MIB,
  /** Files that are kept. For a new one the oldest is removed. */
  maxMediaFiles: 16_384,
  /** Bytes of a file's name, and of its media type. Longer ones of callers are refused. */
  maxFileNameBytes: 255,
  /** Uploads that are announced and have not begun, of all tokens. More: RESOURCE_EXHAUSTED. */
  maxPendingUploads: 4_096,
  /** The same of one token. More: RESOURCE_EXHAUSTED. */
  maxPendingUploadsPerToken: 64,
  /** Milliseconds after which an announced upload that has not begun is forgotten. */
  uploadTokenMs: 600_000,
  /** Uploads whose bytes arrive at once. More are refused with 503, and may be tried again. */
  maxConcurrentUploads: 64,
  /** Milliseconds without a byte after which an upload ends with 408. */
  uploadStallMs: 30_000,
  /** Milliseconds that an upload may take. Then it ends with 408. */
  uploadTimeoutMs: 300_000,
  /** Files that are read at once. More requests are refused with 503. */
  maxConcurrentDownloads: 256,
  /** Milliseconds without a byte taken after which a download is cut. */
  downloadStallMs: 30_000,
  /** Files that backends are asked for at once. More: RESOURCE_EXHAUSTED. */
  maxConcurrentFetches: 64,
  /** The same of one backend, so that one that does not answer leaves the others theirs. */
  maxConcurrentFetchesPerBackend: 16,
  /** Milliseconds that a backend has for sending a file that it is asked for. */
  fetchTimeoutMs: 60_000,
  /** Milliseconds for which a backend is not asked again for a file that it could not send. */
  fetchFailureMs: 30_000,
  /** Files of backends' events that are remembered. The oldest is forgotten. */
  maxKnownFiles: 65_536,
  /** Bytes in memory of those. The oldest are forgotten. */
  maxKnownFileBytes: 16 * MIB,
} as const satisfies Record<string, number>;

export type MediaLimitName = keyof typeof MEDIA_LIMITS;
export type MediaLimits = Readonly<Record<MediaLimitName, number>>;

/** Fills in the defaults. Throws BrokerError `bad_request` for an unknown name or a wrong value. */
export function resolveMediaLimits(given: Partial<MediaLimits> = {}): MediaLimits {
  return resolveLimits<MediaLimitName>(MEDIA_LIMITS, given);
}
