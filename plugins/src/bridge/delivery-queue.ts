/** The deliveries to one channel: in order, one after the other, at the pace of its network. */
import { errorMessage } from "@seabird-chat/runtime";
import { type Clock, isUnavailable, SeabirdError } from "@seabird-chat/sdk";
import type { QueuedDelivery } from "./delivery.ts";
import { isAborted, isCoreAway, isOutcomeUnknown, isUnconfirmed } from "./failed-sends.ts";
import { NO_OUTAGE, type Outage } from "./outages.ts";

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
  /** For how long core has been running, in milliseconds; rejects as calls of core do. */
  readonly coreUptimeMs: () => Promise<number>;
  /** It is over; `withdrawn`: what it was about was deleted before it was delivered. */
  readonly ended: (queued: QueuedDelivery, outcome: Outcome | "withdrawn") => void;
  /** Of the last run. */
  readonly outage: Outage;
  readonly onOutage: (outage: Outage) => void;
  /** What the channel is told about deliveries that it does not get. */
  readonly notice: (missing: Missing) => QueuedDelivery;
  /** It fails, or its network has been away for some time; once until it is well again. */
  readonly failing: (reason: string) => void;
  /** The first success after a failure that was told, or a channel that loses deliveries. */
  readonly well: (missing: Missing, wasTold: boolean) => void;
}

export type Missing = Pick<Outage, "dropped" | "unknown">;

/** A network that is back by then is not worth a word. */
const AWAY_NOTICE_MS = 15_000;
const FIRST_PAUSE_MS = 1_000;
const MAX_PAUSE_MS = 30_000;
/**
 * How long a send without an answer is repeated with its key: less than core remembers a key (10 min),
 * so that no repetition is another send.
 */
const MAX_UNANSWERED_MS = 9 * 60_000;
/** An outcome that core cannot tell within this time it will never tell. */
const AT_ONCE_MS = 1_000;
/** A channel that loses one delivery after the other is told so often. */
const NOTICE_INTERVAL_MS = 60_000;

/** `unknown`: nobody can tell whether it has arrived. */
export type Outcome = "delivered" | "refused" | "dropped" | "unknown";

/** What a failed attempt means for its delivery. */
type AttemptOutcome = "refused" | "unknown" | "again";

export class DeliveryQueue {
  readonly #deps: DeliveryQueueDeps;
  readonly #waiting: QueuedDelivery[] = [];
  readonly #stop = new AbortController();
  #running: Promise<void> | undefined;
  #wake: (() => void) | undefined;
  #failure: string | undefined;
  /** By the clock's `now()`; undefined: it delivers. */
  #awaySince: number | undefined;
  /** The first of `#waiting`, once it was tried; by the clock's `now()`. */
  #tried: { readonly queued: QueuedDelivery; readonly at: number } | undefined;
  /** Whether the last attempt may have succeeded all the same. */
  #isUnanswered = false;
  #notice: { readonly queued: QueuedDelivery; readonly missing: Missing } | undefined;
  #toldAt = Number.NEGATIVE_INFINITY;
  #outage: Outage;
  #isEnding = false;
  /** Milliseconds since 1970 of the last delivery; undefined: none yet. */
  lastAt: number | undefined;
  failures = 0;
  /** Since the start. */
  readonly counts: Record<Outcome, number> = { delivered: 0, refused: 0, dropped: 0, unknown: 0 };

  constructor(deps: DeliveryQueueDeps) {
    this.#deps = deps;
    this.#outage = deps.outage;
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
    if (queued.delivery.kind === "delete" && this.#withdraw(queued.delivery.message)) {
      this.#deps.ended(queued, "withdrawn");
      return;
    }
    this.#waiting.push(queued);
    // The first one may be under way.
    while (this.#waiting.length > this.#deps.limits.maxWaiting) this.#drop(1);
    this.start();
  }

  /** Delivers what waits, and says what is missing. */
  start(): void {
    if (this.#stop.signal.aborted) return;
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined;
    });
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
    this.start();
  }

  /** Ends what is under way, and keeps the rest for the next run. */
  async close(): Promise<void> {
    this.#stop.abort(new SeabirdError("closed", "the bridge is closing"));
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop;
    const { clock, deliver } = this.#deps;
    let pauseMs = FIRST_PAUSE_MS;
    for (let next = this.#next(); next !== undefined && !signal.aborted; next = this.#next()) {
      const startedAt = clock.now();
      if (this.#tried?.queued !== next) this.#tried = { queued: next, at: startedAt };
      try {
        if (this.#isUnanswered && (await this.#isOtherCore())) {
          this.#end(next, "unknown");
          continue;
        }
        await deliver(next, signal);
        this.#end(next, "delivered");
        pauseMs = FIRST_PAUSE_MS;
      } catch (reason) {
        if (signal.aborted) break;
        const outcome = this.#outcomeOf(next, reason, startedAt);
        this.failures += 1;
        // A change that is refused says nothing about the channel: its message may have been deleted there.
        const isOfChannel = outcome !== "refused" || isSaid(next);
        if (isOfChannel) this.#failed(reason, outcome === "refused" ? 0 : AWAY_NOTICE_MS);
        if (outcome !== "again") this.#end(next, outcome);
        else if (this.#isEnding) this.#giveUp();
        else {
          await this.#pause(pauseMs);
          pauseMs = Math.min(MAX_PAUSE_MS, pauseMs * 2);
        }
      }
    }
  }

  /** The next one that is not too old, or, on a channel that is well, a line about the missing ones. */
  #next(): QueuedDelivery | undefined {
    if (this.#tried !== undefined && this.#isUnanswered) return this.#tried.queued;
    const { clock, limits, notice } = this.#deps;
    const oldest = clock.wallMs() - limits.maxAgeMs;
    while ((this.#waiting[0]?.at ?? oldest) < oldest) this.#drop(0);
    const [head] = this.#waiting;
    const { dropped, unknown } = this.#outage;
    // Behind the first one that gets through, so that it counts all.
    const isWell = this.#awaySince === undefined && this.lastAt !== undefined;
    const isDue = clock.now() - this.#toldAt >= NOTICE_INTERVAL_MS;
    if (dropped + unknown === 0 || (head !== undefined && !(isWell && isDue))) return head;
    const missing = { dropped, unknown };
    this.#notice = { queued: notice(missing), missing };
    return this.#notice.queued;
  }

  /** Core was started since the first attempt, and knows nothing of it: a repetition may double it. */
  async #isOtherCore(): Promise<boolean> {
    const uptimeMs = await this.#deps.coreUptimeMs();
    return uptimeMs < this.#deps.clock.now() - (this.#tried?.at ?? 0);
  }

  #outcomeOf(queued: QueuedDelivery, reason: unknown, startedAt: number): AttemptOutcome {
    const now = this.#deps.clock.now();
    // Edits, deletions and reactions are the same when they come twice.
    if (isSaid(queued) && isUnconfirmed(reason)) return "unknown";
    const isUnanswered = isOutcomeUnknown(reason);
    if (!isUnanswered && !isUnavailable(reason)) return "refused";
    // What fails to reach core does not tell what became of the attempt before.
    this.#isUnanswered = isUnanswered || (this.#isUnanswered && isCoreAway(reason));
    if (!isUnanswered) return "again";
    const isSettled = isAborted(reason) && now - startedAt < AT_ONCE_MS;
    const triedMs = now - (this.#tried?.at ?? now);
    return isSettled || triedMs > MAX_UNANSWERED_MS ? "unknown" : "again";
  }

  /** Nobody expects it any more, or a line about it. */
  #giveUp(): void {
    while (this.#waiting.length > 0) this.#drop(0);
    this.#tried = undefined;
    this.#isUnanswered = false;
    this.#changeOutage(NO_OUTAGE);
  }

  /** Says nothing more of a deleted message; returns whether the message itself was not here yet. */
  #withdraw(message: number): boolean {
    const isUnderWay = this.#isUnanswered || this.#wake === undefined;
    const kept = isUnderWay ? this.#tried?.queued : undefined;
    const gone = this.#waiting.filter(
      (each) => each !== kept && "message" in each.delivery && each.delivery.message === message,
    );
    for (const each of gone) {
      this.#waiting.splice(this.#waiting.indexOf(each), 1);
      this.#deps.ended(each, "withdrawn");
    }
    return gone.some(({ delivery }) => delivery.kind === "message");
  }

  #drop(index: number): void {
    const [queued] = this.#waiting.splice(Math.min(index, this.#waiting.length - 1), 1);
    if (queued === undefined) return;
    this.#changeOutage({ dropped: this.#outage.dropped + 1 });
    this.counts.dropped += 1;
    this.#deps.ended(queued, "dropped");
  }

  #end(queued: QueuedDelivery, outcome: Outcome): void {
    this.#tried = undefined;
    this.#isUnanswered = false;
    const notice = this.#notice?.queued === queued ? this.#notice : undefined;
    this.#notice = undefined;
    if (notice !== undefined) {
      this.#toldAt = this.#deps.clock.now();
      // Said or not, once is enough.
      const { dropped, unknown } = this.#outage;
      this.#changeOutage({
        dropped: dropped - notice.missing.dropped,
        unknown: unknown - notice.missing.unknown,
      });
    } else {
      const at = this.#waiting.indexOf(queued);
      if (at >= 0) this.#waiting.splice(at, 1);
      if (outcome === "unknown") this.#changeOutage({ unknown: this.#outage.unknown + 1 });
      this.counts[outcome] += 1;
      this.#deps.ended(queued, outcome);
    }
    if (outcome === "delivered") this.#delivered(notice?.missing);
  }

  #delivered(told: Missing | undefined): void {
    this.lastAt = this.#deps.clock.wallMs();
    this.#failure = undefined;
    this.#awaySince = undefined;
    const { isTold } = this.#outage;
    if (isTold) this.#changeOutage({ isTold: false });
    if (isTold || told !== undefined) this.#deps.well(told ?? NOTHING_MISSING, isTold);
  }

  #changeOutage(change: Partial<Outage>): void {
    this.#outage = { ...this.#outage, ...change };
    this.#deps.onOutage(this.#outage);
  }

  #failed(reason: unknown, noticeAfterMs: number): void {
    this.#failure = errorMessage(reason);
    const now = this.#deps.clock.now();
    this.#awaySince ??= now;
    if (this.#outage.isTold || now - this.#awaySince < noticeAfterMs) return;
    this.#changeOutage({ isTold: true });
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

function isSaid({ delivery: { kind } }: QueuedDelivery): boolean {
  return kind === "message" || kind === "line";
}

const NOTHING_MISSING: Missing = { dropped: 0, unknown: 0 };
