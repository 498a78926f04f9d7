/** The deliveries to one channel: in order, one after the other, at the pace of its network. */
import { errorMessage } from "@seabird-chat/runtime";
import { type Clock, isUnavailable, SeabirdError } from "@seabird-chat/sdk";
import type { QueuedDelivery } from "./delivery.ts";

export interface QueueLimits {
  /** Deliveries that wait; the oldest are dropped for new ones. */
  readonly maxWaiting: number;
  /** Milliseconds for which one waits. */
  readonly maxAgeMs: number;
}

export interface DeliveryQueueDeps {
  readonly clock: Clock;
  readonly limits: QueueLimits;
  /** Delivers one; rejects as calls of core do. */
  readonly deliver: (queued: QueuedDelivery, signal: AbortSignal) => Promise<void>;
  /** It is over: delivered, refused or dropped. */
  readonly ended: (queued: QueuedDelivery, outcome: Outcome) => void;
  /** It fails, or its network has been away for some time; once until it is well again. */
  readonly failing: (reason: string) => void;
  /** The first success after a failure that was told. */
  readonly well: (dropped: number) => void;
}

export type Outcome = "delivered" | "refused" | "dropped";

/** A network that is back by then is not worth a word. */
const AWAY_NOTICE_MS = 15_000;
const FIRST_PAUSE_MS = 1_000;
const MAX_PAUSE_MS = 30_000;

export class DeliveryQueue {
  readonly #deps: DeliveryQueueDeps;
  readonly #waiting: QueuedDelivery[] = [];
  readonly #stop = new AbortController();
  #running: Promise<void> | undefined;
  #wake: (() => void) | undefined;
  #failure: string | undefined;
  /** By the clock's `now()`; undefined: it delivers. */
  #awaySince: number | undefined;
  #isTold = false;
  /** Since the failure began. */
  #dropped = 0;
  #isEnding = false;
  /** Milliseconds since 1970 of the last delivery; undefined: none yet. */
  lastAt: number | undefined;
  failures = 0;

  constructor(deps: DeliveryQueueDeps) {
    this.#deps = deps;
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  /** Undefined: it delivers. */
  get failure(): string | undefined {
    return this.#failure;
  }

  push(queued: QueuedDelivery): void {
    if (this.#stop.signal.aborted) return;
    this.#waiting.push(queued);
    // The first one may be under way.
    while (this.#waiting.length > this.#deps.limits.maxWaiting) this.#drop(1);
    this.#running ??= this.#run();
  }

  /**
   * Whether no link leads here any more: what waits is still delivered, but if its network is away it is
   * dropped, since nobody expects it later.
   */
  set isEnding(isEnding: boolean) {
    this.#isEnding = isEnding;
    if (isEnding) this.#wake?.();
  }

  /** The network is there again: tries at once. */
  retry(): void {
    this.#wake?.();
  }

  /** Ends what is under way, and keeps the rest for the next run. */
  async close(): Promise<void> {
    this.#stop.abort(new SeabirdError("closed", "the bridge is closing"));
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop;
    let pauseMs = FIRST_PAUSE_MS;
    for (let head = this.#head(); head !== undefined && !signal.aborted; head = this.#head()) {
      try {
        await this.#deps.deliver(head, signal);
        this.#end(head, "delivered");
        this.#delivered();
        pauseMs = FIRST_PAUSE_MS;
      } catch (reason) {
        if (signal.aborted) break;
        if (isOutcomeUnknown(reason)) this.#end(head, "delivered");
        else if (isUnavailable(reason)) {
          if (this.#isEnding) while (this.#waiting.length > 0) this.#drop(0);
          this.#failed(reason, AWAY_NOTICE_MS);
          if (!this.#isEnding) await this.#pause(pauseMs);
          pauseMs = Math.min(MAX_PAUSE_MS, pauseMs * 2);
        } else {
          this.#failed(reason, 0);
          this.#end(head, "refused");
        }
      }
    }
    this.#running = undefined;
  }

  /** The next one that is not too old. */
  #head(): QueuedDelivery | undefined {
    const oldest = this.#deps.clock.wallMs() - this.#deps.limits.maxAgeMs;
    while ((this.#waiting[0]?.at ?? Number.POSITIVE_INFINITY) < oldest) this.#drop(0);
    return this.#waiting[0];
  }

  #drop(index: number): void {
    const [queued] = this.#waiting.splice(Math.min(index, this.#waiting.length - 1), 1);
    if (queued === undefined) return;
    this.#dropped += 1;
    this.#deps.ended(queued, "dropped");
  }

  #end(queued: QueuedDelivery, outcome: Outcome): void {
    const at = this.#waiting.indexOf(queued);
    if (at >= 0) this.#waiting.splice(at, 1);
    this.#deps.ended(queued, outcome);
  }

  #delivered(): void {
    this.lastAt = this.#deps.clock.wallMs();
    const [isTold, dropped] = [this.#isTold, this.#dropped];
    [this.#failure, this.#awaySince, this.#isTold, this.#dropped] = [
      undefined,
      undefined,
      false,
      0,
    ];
    if (isTold || dropped > 0) this.#deps.well(dropped);
  }

  #failed(reason: unknown, noticeAfterMs: number): void {
    const now = this.#deps.clock.now();
    this.failures += 1;
    this.#failure = errorMessage(reason);
    this.#awaySince ??= now;
    if (this.#isTold || now - this.#awaySince < noticeAfterMs) return;
    this.#isTold = true;
    this.#deps.failing(this.#failure);
  }

  #pause(ms: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const cancel = this.#deps.clock.after(ms, resolve);
    const { signal } = this.#stop;
    const wake = () => resolve();
    this.#wake = wake;
    signal.addEventListener("abort", wake, { once: true });
    return promise.finally(() => {
      cancel();
      signal.removeEventListener("abort", wake);
      this.#wake = undefined;
    });
  }
}

/** It was handed over, and nobody can tell what became of it: saying it again might double it. */
function isOutcomeUnknown(reason: unknown): boolean {
  return reason instanceof SeabirdError && reason.code === "aborted";
}
