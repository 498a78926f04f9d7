/** A queue for each channel that something is delivered to. */
import { parseBackendId, backendId as writeBackendId } from "@seabird-chat/protocol";
import { type Clock, pause } from "@seabird-chat/sdk";
import type { Deliverer } from "./deliverer.ts";
import type { Delivery, QueuedDelivery } from "./delivery.ts";
import { DeliveryQueue, type Missing, type QueueLimits } from "./delivery-queue.ts";
import { backendOfChannel, channelNameOf, type Links, networkOf } from "./links.ts";
import type { Outages } from "./outages.ts";
import type { Outbox } from "./outbox.ts";

/** A handler of a channel waits no longer than this for the word of a network. */
const MAX_SETTLE_MS = 1_000;

export interface QueuesDeps {
  readonly clock: Clock;
  readonly limits: QueueLimits;
  readonly links: () => Links;
  readonly outbox: Outbox;
  readonly outages: Outages;
  readonly deliverer: Deliverer;
  /** For how long core has been running. */
  readonly coreUptimeMs: () => Promise<number>;
  readonly warn: (fields: object, message: string) => void;
}

export class Queues {
  readonly #deps: QueuesDeps;
  readonly #queues = new Map<string, DeliveryQueue>();
  /** What is under way, by channel. */
  readonly #attempts = new Map<string, Promise<void>>();

  constructor(deps: QueuesDeps) {
    this.#deps = deps;
  }

  /** After a change of the links. */
  relinked(): void {
    const linked = new Set(this.#deps.links().channels());
    for (const [channel, queue] of this.#queues) {
      queue.isEnding = !linked.has(channel);
      if (!linked.has(channel) && queue.waiting === 0) this.#queues.delete(channel);
    }
  }

  /** Goes on with what an earlier run left. */
  resume(left: ReadonlyMap<string, readonly QueuedDelivery[]>): void {
    for (const [channel, deliveries] of left) {
      for (const queued of deliveries) this.#of(channel).push(queued);
    }
    for (const channel of this.#deps.outages.channels()) this.#of(channel).start();
    this.relinked();
  }

  push(channel: string, delivery: Delivery): void {
    const queue = this.#of(channel);
    // It waits for its network: a crash must not lose it meanwhile.
    const isUrgent = queue.failure !== undefined;
    queue.push(this.#deps.outbox.add(channel, delivery, isUrgent));
  }

  /** A backend or its network is back. */
  retry(backendId: string): void {
    const parsed = parseBackendId(backendId);
    const id = parsed === undefined ? backendId : writeBackendId(parsed);
    for (const [channel, queue] of this.#queues) {
      if (backendOfChannel(channel) === id) queue.retry();
    }
  }

  /**
   * Waits for the delivery that is under way to a channel, for MAX_SETTLE_MS at most: whoever answers a copy
   * at once may be faster than the word that it has arrived. Resolves with whether there was one.
   */
  async settled(channel: string): Promise<boolean> {
    const attempt = this.#attempts.get(channel);
    if (attempt === undefined) return false;
    const over = new AbortController();
    const done = () => over.abort();
    attempt.then(done, done);
    await pause(this.#deps.clock, MAX_SETTLE_MS, over.signal);
    return true;
  }

  of(
    channel: string,
  ): Pick<DeliveryQueue, "waiting" | "failure" | "failures" | "lastAt" | "counts"> | undefined {
    return this.#queues.get(channel);
  }

  async close(): Promise<void> {
    await Promise.all([...this.#queues.values()].map((queue) => queue.close()));
  }

  #of(channel: string): DeliveryQueue {
    const known = this.#queues.get(channel);
    if (known !== undefined) return known;
    const { clock, limits, outbox, outages, deliverer, coreUptimeMs, warn } = this.#deps;
    const where = `${channelNameOf(channel)} on ${networkOf(channel)}`;
    const queue = new DeliveryQueue({
      ...{ clock, limits, coreUptimeMs },
      deliver: (queued, signal) => {
        const attempt = deliverer.deliver(channel, queued, signal);
        this.#attempts.set(channel, attempt);
        return attempt.finally(() => this.#attempts.delete(channel));
      },
      ended: ({ id }) => outbox.done(id),
      outage: outages.of(channel),
      onOutage: (outage) => outages.set(channel, outage),
      notice: (missing) => outbox.notice({ kind: "line", text: missingHere(missing) }),
      failing: (reason) => {
        warn({ channel, reason }, "cannot deliver");
        this.#tell(channel, `cannot reach ${where}: ${reason}`);
      },
      well: (missing, wasTold) => {
        const lost = missing.dropped + missing.unknown > 0 ? missingThere(missing) : "";
        const lines = [wasTold ? `${where} is reached again` : "", lost && `${where}: ${lost}`];
        for (const line of lines) if (line !== "") this.#tell(channel, line);
      },
    });
    this.#queues.set(channel, queue);
    return queue;
  }

  /** Those who are heard there. */
  #tell(channel: string, line: string): void {
    for (const source of this.#deps.links().sourcesOf(channel)) {
      this.push(source, { kind: "line", text: line });
    }
  }
}

function missingHere({ dropped, unknown }: Missing): string {
  const from = "from the other side";
  const lost = `${messages(dropped)} ${from} ${dropped === 1 ? "is" : "are"} missing here: ${WHY}`;
  return partsOf({ dropped, unknown }, lost);
}

function missingThere({ dropped, unknown }: Missing): string {
  return partsOf({ dropped, unknown }, `${messages(dropped)} not delivered: ${WHY}`);
}

const WHY = "too many, or too old";

function partsOf({ dropped, unknown }: Missing, lost: string): string {
  const unsure = `of ${messages(unknown)} nobody knows whether they arrived`;
  return [...(dropped > 0 ? [lost] : []), ...(unknown > 0 ? [unsure] : [])].join("; ");
}

function messages(count: number): string {
  return count === 1 ? "1 message" : `${count} messages`;
}
