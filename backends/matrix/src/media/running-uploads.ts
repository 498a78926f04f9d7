/** Uploads of files that take longer than a request: they go on as long as there is progress. */
import { type BackendHost, type Clock, Refused } from "@seabird-chat/sdk/backend";
import type { CallOptions } from "../connection/matrix-http.ts";
import type { UploadedFile } from "../outbound/files.ts";

/** Uploads at once; one more waits until the next attempt. */
const MAX_RUNNING = 4;
/** Milliseconds without progress, and those that the server has for its answer. */
const IDLE_MS = 30_000;
/** Milliseconds of one upload in all. */
const MAX_MS = 30 * 60_000;

/** The request's time is over, and the upload goes on: the next attempt finds it further, or done. */
export class StillUploading extends Refused {}

/** Limits of an upload. */
export interface Progress extends CallOptions {
  /** The same parts; each that is taken is progress. */
  of(body: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array>;
}

/** Ends `upload` by its signal when there was no progress for some time. */
export async function uploadByProgress(
  { clock, signal }: Pick<BackendHost, "clock" | "signal">,
  upload: (progress: Progress) => Promise<UploadedFile>,
): Promise<UploadedFile> {
  const idle = new AbortController();
  const stop = () => idle.abort(new Refused(`no progress for ${IDLE_MS / 1_000} s`));
  let cancel = clock.after(IDLE_MS, stop);
  const moved = () => {
    cancel();
    cancel = clock.after(IDLE_MS, stop);
  };
  const { promise: over, reject } = Promise.withResolvers<never>();
  idle.signal.addEventListener("abort", () => reject(idle.signal.reason), { once: true });
  const uploading = upload({
    signal: AbortSignal.any([idle.signal, signal]),
    deadlineMs: clock.now() + MAX_MS,
    async *of(body) {
      for await (const part of body) {
        moved();
        yield part;
      }
      moved();
    },
  });
  try {
    return await Promise.race([uploading, over]);
  } finally {
    cancel();
    uploading.catch(() => undefined);
  }
}

/** How long a request waits for an upload. */
export interface Patience {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** By the clock. */
  readonly untilMs: number;
}

export class RunningUploads {
  readonly #byKey = new Map<string, Promise<UploadedFile>>();

  /**
   * The upload that there is, or a new one. Rejects as it does; with StillUploading when the time is up, with
   * the signal's reason when that is aborted.
   */
  async join(
    key: string,
    begin: () => Promise<UploadedFile>,
    { clock, signal, untilMs }: Patience,
  ): Promise<UploadedFile> {
    signal.throwIfAborted();
    const uploading = this.#byKey.get(key) ?? this.#begin(key, begin);
    const { promise: ended, reject } = Promise.withResolvers<never>();
    const late = () => reject(new StillUploading(ON_ITS_WAY));
    const cancel = clock.after(Math.max(0, untilMs - clock.now()), late);
    const abort = () => reject(signal.reason);
    signal.addEventListener("abort", abort, { once: true });
    try {
      return await Promise.race([uploading, ended]);
    } finally {
      cancel();
      signal.removeEventListener("abort", abort);
    }
  }

  #begin(key: string, begin: () => Promise<UploadedFile>): Promise<UploadedFile> {
    if (this.#byKey.size >= MAX_RUNNING) throw new StillUploading(TOO_MANY);
    const uploading = begin().finally(() => this.#byKey.delete(key));
    uploading.catch(() => undefined);
    this.#byKey.set(key, uploading);
    return uploading;
  }
}

/** `isUnavailable` recognises both: who tries again gets further. */
const ON_ITS_WAY = "not sent: a file is still on its way to the homeserver; try again soon";
const TOO_MANY = "not sent: too many files are on their way to the homeserver; try again soon";
