/**
 * What a backend has yet to send, in one order, bounded.
 *
 * While core is away it is the spool: smaller bounds, and events only. Answers
 * are of no use any more, and channels and other state will be announced again. When a bound is passed,
 * transient events go first, then the oldest others, and are counted.
 */
import { toBinary } from "@bufbuild/protobuf";
import { type ChatEvent, ChatEventSchema } from "@seabird-chat/protocol";
import { onAbort } from "../link/abortable.ts";
import type { Clock } from "../link/clock.ts";

export interface OutboxBounds {
  readonly maxEvents: number;
  readonly maxBytes: number;
}

/**
 * `state`: a change in the list of channels, in the capabilities or of the network. `transient`: an
 * event that means nothing later, such as that somebody types.
 */
export type OutgoingKind = "event" | "transient" | "state" | "answer";

interface Item {
  readonly kind: OutgoingKind;
  readonly message: Uint8Array;
  /** What counts against the bounds. */
  readonly bytes: number;
  /** When a command was put in; undefined for all else, which does not grow old. */
  readonly commandAtMs: number | undefined;
}

export interface OutboxOptions {
  readonly spool: OutboxBounds;
  readonly open: OutboxBounds;
  /** A larger event would end the whole stream. */
  readonly maxEventBytes: number;
  /** Commands older than this when core comes back are dropped: the answer would come too late. */
  readonly maxCommandAgeMs: number;
  readonly clock: Clock;
  /** Called whenever something was put in or taken out. */
  readonly onChange?: (() => void) | undefined;
}

/** Makes of an event what core understands; undefined: nothing of it. */
type ToCore = (message: Uint8Array) => Uint8Array | undefined;

const asItIs: ToCore = (message) => message;

/** Taken at once, in bytes, and then on its way; one larger message is taken alone. */
const TAKE_BYTES = 16_384;

export class Outbox {
  readonly #options: OutboxOptions;
  #items: Item[] = [];
  #events = 0;
  #transients = 0;
  #bytes = 0;
  #dropped = 0;
  #open = false;
  #toCore: ToCore = asItIs;
  #wake: (() => void) | undefined;
  readonly #drained = new Set<() => void>();

  constructor(options: OutboxOptions) {
    this.#options = options;
  }

  /** Events lost to the bounds so far. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Events waiting. */
  get size(): number {
    return this.#events;
  }

  get isEmpty(): boolean {
    return this.#items.length === 0;
  }

  /** All that waits, answers and channels too. */
  get unsent(): number {
    return this.#items.length;
  }

  /** Core is there. */
  open(): void {
    const kept = this.#items.filter((item) => !this.#isStale(item));
    this.#dropped += this.#items.length - kept.length;
    this.#keep(kept);
    this.#open = true;
    this.#tellDrained();
  }

  /** From now on every event goes through this. */
  translate(toCore: ToCore = asItIs): void {
    this.#toCore = toCore;
  }

  #isStale({ commandAtMs }: Item): boolean {
    if (commandAtMs === undefined) return false;
    const { clock, maxCommandAgeMs } = this.#options;
    return clock.now() - commandAtMs > maxCommandAgeMs;
  }

  /** Core is gone. */
  spool(): void {
    this.#open = false;
    this.#keep(this.#items.filter((item) => item.kind === "event"));
    this.#trim();
    this.#options.onChange?.();
  }

  /**
   * Answers do not count against the bounds, for there are never more than requests at once.
   * While core is away, everything but events is ignored. Returns false for what is too large;
   * an answer does not count as dropped. Throws the error of protobuf for wrong types: such an event
   * would end the whole stream.
   */
  push(kind: OutgoingKind, event: ChatEvent): boolean {
    if (kind !== "event" && !this.#open) return true;
    const message = toBinary(ChatEventSchema, event);
    if (message.length > this.#options.maxEventBytes) {
      if (kind !== "answer") this.#dropped++;
      return false;
    }
    const bytes = kind === "answer" ? 0 : message.length;
    const commandAtMs = event.inner.case === "command" ? this.#options.clock.now() : undefined;
    this.#items.push({ kind, message, bytes, commandAtMs });
    this.#bytes += bytes;
    if (kind !== "answer") this.#events++;
    if (kind === "transient") this.#transients++;
    this.#trim();
    this.#wake?.();
    this.#options.onChange?.();
    return true;
  }

  /**
   * The next ones, encoded, in order: as many as fit in `TAKE_BYTES`, at least one. Undefined when
   * `finish` is aborted and nothing waits, or `over` is aborted (which has to abort `finish` too):
   * then nothing is taken, for it could not be sent.
   */
  async take(finish: AbortSignal, over: AbortSignal): Promise<readonly Uint8Array[] | undefined> {
    for (;;) {
      if (this.#items.length === 0 && !finish.aborted) await this.#filled(finish);
      if (over.aborted) return undefined;
      const messages = this.#shift();
      if (messages.length > 0) return messages;
      if (finish.aborted) return undefined;
    }
  }

  async #filled(finish: AbortSignal): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#wake = resolve;
    const forget = onAbort(finish, resolve);
    await promise;
    forget();
    this.#wake = undefined;
  }

  /** Resolves when nothing waits, or `signal` is aborted. */
  async drained(signal: AbortSignal): Promise<void> {
    if (this.isEmpty || signal.aborted) return;
    await new Promise<void>((resolve) => {
      const done = () => {
        this.#drained.delete(done);
        signal.removeEventListener("abort", done);
        resolve();
      };
      this.#drained.add(done);
      signal.addEventListener("abort", done, { once: true });
    });
  }

  #shift(): readonly Uint8Array[] {
    let [count, bytes] = [0, 0];
    const messages: Uint8Array[] = [];
    for (const item of this.#items) {
      bytes += item.message.length;
      if (bytes > TAKE_BYTES && messages.length > 0) break;
      count += 1;
      this.#bytes -= item.bytes;
      if (item.kind !== "answer") this.#events--;
      if (item.kind === "transient") this.#transients--;
      // Core was there, and did not read.
      if (this.#isStale(item)) {
        this.#dropped++;
        continue;
      }
      const message = this.#toCore(item.message);
      if (message !== undefined) messages.push(message);
    }
    this.#items.splice(0, count);
    this.#tellDrained();
    if (count > 0) this.#options.onChange?.();
    return messages;
  }

  /** Only events are among them: this happens while core is away. */
  #keep(events: Item[]): void {
    this.#items = events;
    this.#events = events.length;
    this.#transients = 0;
    this.#bytes = events.reduce((sum, item) => sum + item.bytes, 0);
  }

  #tellDrained(): void {
    if (this.isEmpty) for (const done of this.#drained) done();
  }

  #trim(): void {
    const { maxEvents, maxBytes } = this.#open ? this.#options.open : this.#options.spool;
    while (this.#events > 0 && (this.#events > maxEvents || this.#bytes > maxBytes)) {
      const [gone] = this.#items.splice(this.#oldest(), 1);
      this.#bytes -= gone?.bytes ?? 0;
      this.#events--;
      if (gone?.kind === "transient") this.#transients--;
      this.#dropped++;
    }
    this.#tellDrained();
  }

  /** The oldest that is transient, else the oldest event, else the oldest change of state. */
  #oldest(): number {
    const oldest = (wanted: OutgoingKind) => this.#items.findIndex(({ kind }) => kind === wanted);
    if (this.#transients > 0) return oldest("transient");
    const event = oldest("event");
    return event >= 0 ? event : oldest("state");
  }
}
