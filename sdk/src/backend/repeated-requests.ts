/** Answers a send that core asks for again without sending it again, as long as it is not known to have failed. */
import { IDEMPOTENCY_MS } from "@seabird-chat/protocol";
import { BoundedMap } from "../link/bounded-map.ts";
import type { Clock } from "../link/clock.ts";
import { isUnconfirmed } from "./backend-errors.ts";
import type { Answer } from "./request-kind.ts";

/** Sends that are remembered; the oldest are forgotten. */
const MAX_REMEMBERED = 10_000;
/**
 * From when core was told of a failure, for which time it gives the next attempt the same id (docs/protocol.md,
 * "Idempotency"), and for its way to core and back.
 */
const REMEMBERED_MS = IDEMPOTENCY_MS + 60_000;

interface Remembered {
  readonly answer: Promise<Answer>;
  /** By the clock; infinite while core waits for its answer. */
  untilMs: number;
  hasSucceeded: boolean;
}

/**
 * By the ids of their requests, which are those of one run of core: the sends that are under way, those whose
 * success core has not been told, and those that may or may not have been sent. It outlives sessions with core,
 * and with the network; not the process. One that failed is not remembered: the next attempt sends it.
 */
export class RepeatedRequests {
  readonly #clock: Clock;
  readonly #byId = new BoundedMap<string, Remembered>(MAX_REMEMBERED);
  #instance: string | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** A session begins: another run of core, or one without a name, asks for nothing of before. */
  begins(instance: string | undefined): void {
    if (instance === undefined || instance !== this.#instance) this.#byId.clear();
    this.#instance = instance;
  }

  /** What became of an earlier attempt, or will; undefined: there was none, or it failed. */
  find(id: string): Promise<Answer> | undefined {
    const remembered = this.#byId.get(id);
    if (remembered === undefined || remembered.untilMs > this.#clock.now())
      return remembered?.answer;
    this.#byId.delete(id);
    return undefined;
  }

  /** The first attempt; rejects as `send` does. */
  begin(id: string, send: () => Promise<Answer>): Promise<Answer> {
    const answer = send();
    const remembered = { answer, untilMs: Number.POSITIVE_INFINITY, hasSucceeded: false };
    this.#byId.set(id, remembered);
    answer.then(
      () => {
        remembered.hasSucceeded = true;
      },
      (reason: unknown) => {
        if (!isUnconfirmed(reason) && this.#byId.get(id) === remembered) this.#byId.delete(id);
      },
    );
    return answer;
  }

  /** Core has been told that it failed so far, or what became of it: for what succeeded it does not ask again. */
  told(id: string, isOutcome: boolean): void {
    const remembered = this.#byId.get(id);
    if (remembered === undefined) return;
    if (isOutcome && remembered.hasSucceeded) this.#byId.delete(id);
    else remembered.untilMs = this.#clock.now() + REMEMBERED_MS;
  }
}
