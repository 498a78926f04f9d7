/**
 * What a backend has yet to send, in one order, bounded.
 *
 * While core is away it is the spool: smaller bounds, and events only. Nobody waits for
 * answers any more, and the channels will be announced anew. When a bound is passed, the
 * oldest events go first and are counted.
 */
import { toBinary } from "@bufbuild/protobuf";
import { type ChatEvent, ChatEventSchema } from "@seabird/protocol";

export interface OutboxBounds {
  readonly maxEvents: number;
  readonly maxBytes: number;
}

/** `channel`: tells core of a change in the list of channels. */
export type OutgoingKind = "event" | "channel" | "answer";

interface Item {
  readonly kind: OutgoingKind;
  readonly event: ChatEvent;
  readonly bytes: number;
}

export class Outbox {
  readonly #spoolBounds: OutboxBounds;
  readonly #openBounds: OutboxBounds;
  readonly #maxEventBytes: number;
  #items: Item[] = [];
  #events = 0;
  #bytes = 0;
  #dropped = 0;
  #open = false;
  #wake: (() => void) | undefined;
  readonly #drained = new Set<() => void>();

  constructor(bounds: {
    readonly spool: OutboxBounds;
    readonly open: OutboxBounds;
    /** A larger event would end the whole stream. */
    readonly maxEventBytes: number;
  }) {
    this.#spoolBounds = bounds.spool;
    this.#openBounds = bounds.open;
    this.#maxEventBytes = bounds.maxEventBytes;
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

  /** Core is there. */
  open(): void {
    this.#open = true;
  }

  /** Core is gone. */
  spool(): void {
    this.#open = false;
    this.#items = this.#items.filter((item) => item.kind === "event");
    this.#events = this.#items.length;
    this.#bytes = this.#items.reduce((sum, item) => sum + item.bytes, 0);
    this.#trim();
  }

  /**
   * Answers do not count against the bounds, for there are never more than requests at once.
   * While core is away, everything but events is ignored. Returns false for what is too large;
   * an answer does not count as dropped. Throws what protobuf says of wrong types: such an event
   * would end the whole stream.
   */
  push(kind: OutgoingKind, event: ChatEvent): boolean {
    if (kind !== "event" && !this.#open) return true;
    const size = toBinary(ChatEventSchema, event).byteLength;
    if (size > this.#maxEventBytes) {
      if (kind !== "answer") this.#dropped++;
      return false;
    }
    const bytes = kind === "answer" ? 0 : size;
    this.#items.push({ kind, event, bytes });
    this.#bytes += bytes;
    if (kind !== "answer") this.#events++;
    this.#trim();
    this.#wake?.();
    return true;
  }

  /**
   * The next one. Undefined when `finish` is aborted and nothing waits, or `over` is aborted
   * (which has to abort `finish` too): then nothing is taken, for it could not be sent.
   */
  async take(finish: AbortSignal, over: AbortSignal): Promise<ChatEvent | undefined> {
    const wake = () => this.#wake?.();
    finish.addEventListener("abort", wake, { once: true });
    try {
      while (this.#items.length === 0 && !finish.aborted) {
        await new Promise<void>((resolve) => (this.#wake = resolve));
      }
    } finally {
      finish.removeEventListener("abort", wake);
    }
    return over.aborted ? undefined : this.#shift();
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

  #shift(): ChatEvent | undefined {
    const item = this.#items.shift();
    if (item === undefined) return undefined;
    this.#bytes -= item.bytes;
    if (item.kind !== "answer") this.#events--;
    this.#tellDrained();
    return item.event;
  }

  #tellDrained(): void {
    if (this.isEmpty) for (const done of this.#drained) done();
  }

  #trim(): void {
    const { maxEvents, maxBytes } = this.#open ? this.#openBounds : this.#spoolBounds;
    while (this.#events > 0 && (this.#events > maxEvents || this.#bytes > maxBytes)) {
      const [gone] = this.#items.splice(this.#oldest(), 1);
      this.#bytes -= gone?.bytes ?? 0;
      this.#events--;
      this.#dropped++;
    }
    this.#tellDrained();
  }

  /** The oldest event; if there is none, the oldest change of a channel. */
  #oldest(): number {
    const event = this.#items.findIndex((item) => item.kind === "event");
    return event >= 0 ? event : this.#items.findIndex((item) => item.kind === "channel");
  }
}
