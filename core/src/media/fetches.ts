/**
 * Asks backends for files that they have reported without a url: once for all who want a file, and
 * not again for a while where it failed.
 */
import { type AbsoluteId, absoluteId } from "@seabird-chat/protocol";
import type { Clock } from "../broker/clock.ts";
import { BrokerError, timedOut } from "../broker/errors.ts";
import type { AskForFile } from "../broker/media-links.ts";
import { UPLOADS_PATH } from "./file-url.ts";
import type { MediaLimits } from "./limits.ts";
import type { FileHead, StoredFile } from "./stored-file.ts";
import type { Uploads } from "./uploads.ts";

export interface FetchesDeps {
  readonly limits: MediaLimits;
  readonly clock: Clock;
  readonly uploads: Uploads;
  readonly ask: AskForFile;
  readonly onDone: (outcome: "ok" | BrokerError["code"], backendType: string) => void;
}

export interface Fetch {
  readonly head: FileHead;
  readonly file: Promise<StoredFile>;
  /** Which has it. */
  readonly backend: string;
  readonly backendType: string;
}

interface Failure {
  readonly error: BrokerError;
  readonly untilMs: number;
}

/** Failures that are remembered; the oldest is forgotten. */
const MAX_FAILURES = 1_024;
const RETRY_AFTER_MS = 1_000;

export class Fetches {
  readonly #deps: FetchesDeps;
  readonly #running = new Map<string, Fetch>();
  readonly #byKey = new Map<string, Fetch>();
  readonly #failures = new Map<string, Failure>();

  constructor(deps: FetchesDeps) {
    this.#deps = deps;
  }

  get size(): number {
    return this.#running.size;
  }

  ofAttachment(attachmentId: string): Fetch | undefined {
    return this.#running.get(attachmentId);
  }

  ofKey(key: string): Fetch | undefined {
    return this.#byKey.get(key);
  }

  /**
   * Asks the file's backend. Throws what was the end of an earlier try, if it is not long ago;
   * `unknown_backend` or `unsupported`; and `too_many_uploads`.
   */
  begin(head: FileHead, id: AbsoluteId): Fetch {
    const { attachmentId } = head;
    this.#checkFailure(attachmentId);
    const { maxConcurrentFetches, maxConcurrentFetchesPerBackend, fetchTimeoutMs } =
      this.#deps.limits;
    const backend = absoluteId(id, "");
    if (this.#running.size >= maxConcurrentFetches) throw tooMany("", maxConcurrentFetches);
    const own = [...this.#running.values()].filter((each) => each.backend === backend);
    if (own.length >= maxConcurrentFetchesPerBackend) {
      throw tooMany(" from its backend", maxConcurrentFetchesPerBackend);
    }
    const arriving = Promise.withResolvers<StoredFile>();
    let hasBegun = false;
    const token = this.#deps.uploads.announce({
      head,
      size: undefined,
      tokenId: undefined,
      onBegin: () => {
        hasBegun = true;
      },
      onEnd: (end) => {
        if (end instanceof BrokerError) arriving.reject(end);
        else arriving.resolve(end);
      },
    });
    const give = () => this.#deps.uploads.take(token);
    const fetch = { head, file: arriving.promise, backend, backendType: id.type };
    try {
      const asked = this.#deps.ask(id, UPLOADS_PATH + token, fetchTimeoutMs);
      asked.then(
        () => {
          if (!hasBegun) arriving.reject(sentNothing());
        },
        (error: unknown) => arriving.reject(BrokerError.from(error)),
      );
    } catch (reason) {
      give();
      throw reason;
    }
    // The answer may come in time, and the bytes never.
    const stop = this.#deps.clock.after(fetchTimeoutMs, () => arriving.reject(timedOut()));
    this.#running.set(attachmentId, fetch);
    this.#byKey.set(head.key, fetch);
    arriving.promise.then(
      () => this.#ended(fetch, undefined),
      (error: BrokerError) => this.#ended(fetch, error),
    );
    void arriving.promise
      .catch(() => undefined)
      .then(() => {
        stop();
        give();
      });
    return fetch;
  }

  #ended(
    { head: { attachmentId, key }, backendType }: Fetch,
    error: BrokerError | undefined,
  ): void {
    this.#running.delete(attachmentId);
    this.#byKey.delete(key);
    this.#deps.onDone(error?.code ?? "ok", backendType);
    if (error === undefined) return;
    const untilMs = this.#deps.clock.now() + this.#deps.limits.fetchFailureMs;
    this.#failures.delete(attachmentId);
    this.#failures.set(attachmentId, { error, untilMs });
    const [oldest] = this.#failures.keys();
    if (this.#failures.size > MAX_FAILURES && oldest !== undefined) this.#failures.delete(oldest);
  }

  #checkFailure(attachmentId: string): void {
    const failure = this.#failures.get(attachmentId);
    if (failure === undefined) return;
    if (this.#deps.clock.now() < failure.untilMs) throw failure.error;
    this.#failures.delete(attachmentId);
  }
}

function tooMany(where: string, limit: number): BrokerError {
  const message = `too many files are being fetched${where}, limit ${limit}`;
  return new BrokerError("too_many_uploads", message, { retryAfterMs: RETRY_AFTER_MS });
}

function sentNothing(): BrokerError {
  return new BrokerError("unexpected_answer", "the backend sent no file");
}
