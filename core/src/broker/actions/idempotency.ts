/**
 * The sends that are remembered by their idempotency keys (the messages extension in
 * docs/protocol.md: "Idempotency"). A key belongs to a token's name. Nothing here has a timer but
 * for calls that wait: what was remembered long enough is dropped when the next key is looked up.
 */
import { IDEMPOTENCY_MS } from "@seabird-chat/protocol";
import type { Clock } from "../clock.ts";
import { BrokerError } from "../errors.ts";
import type { ResolvedBrokerOptions } from "../options.ts";
import { Deadlines } from "./deadlines.ts";
import { KeyedSend, type KeyedSendOwner, type SendKey } from "./keyed-send.ts";

/** What one send takes in memory, its response not counted, at most. */
const SEND_BYTES = 1_024;
/** Refused sends whose requests' ids are remembered, of all names; the oldest is forgotten. */
const MAX_REFUSED = 10_000;
/** Bytes in memory for each byte of an encoded response, at most. */
const BYTES_PER_ENCODED = 2;

/** The sends of one token's name. */
interface NameSends {
  readonly byKey: Map<string, Remembered>;
  /** Those that succeeded, oldest first. */
  readonly settled: Set<Remembered>;
  bytes: number;
}

interface Remembered {
  readonly send: KeyedSend;
  readonly of: NameSends;
  bytes: number;
  /** By the clock; infinite while the first call waits. */
  untilMs: number;
}

export class IdempotencyKeys implements KeyedSendOwner {
  readonly clock: Clock;
  readonly deadlines: Deadlines;
  readonly maxCalls: number;
  readonly #maxKeysPerName: number;
  readonly #maxBytes: number;
  /** By all that a repetition has to have in common with the send that was refused. */
  readonly #refused = new Map<string, { readonly requestId: string; readonly untilMs: number }>();
  readonly #names = new Map<string, NameSends>();
  readonly #bySend = new Map<KeyedSend, Remembered>();
  /** Those that are remembered for a time, in the order in which it ends. */
  readonly #untilTime = new Set<Remembered>();
  #bytes = 0;

  constructor(options: ResolvedBrokerOptions, clock: Clock) {
    this.clock = clock;
    this.deadlines = new Deadlines(clock);
    this.maxCalls = options.maxCallsPerIdempotencyKey;
    this.#maxKeysPerName = options.maxIdempotencyKeys;
    this.#maxBytes = options.maxIdempotencyBytes;
  }

  /** Keys that are remembered, of all names. */
  get size(): number {
    return this.#bySend.size;
  }

  /** What they take in memory, at most. */
  get bytes(): number {
    return this.#bytes;
  }

  /** The send that is remembered by this key. Throws `bad_request` if it was another one. */
  find({ name, key, hash }: SendKey): KeyedSend | undefined {
    this.#dropExpired();
    const send = this.#names.get(name)?.byKey.get(key)?.send;
    if (send !== undefined && send.key.hash !== hash) {
      throw new BrokerError("bad_request", "idempotency key already used for another request");
    }
    return send;
  }

  /** A new send, whose key is free. Throws `too_many_keys`. */
  open(key: SendKey): KeyedSend {
    const of = this.#names.get(key.name) ?? { byKey: new Map(), settled: new Set(), bytes: 0 };
    if (of.byKey.size >= this.#maxKeysPerName && !this.#dropOldestOf(of)) throw tooManyKeys();
    while (this.#bytes + SEND_BYTES > this.#maxBytes) {
      if (!this.#dropOldest()) throw tooManyKeys();
    }
    const send = new KeyedSend(key, this);
    const remembered: Remembered = { send, of, bytes: 0, untilMs: Number.POSITIVE_INFINITY };
    this.#names.set(key.name, of);
    of.byKey.set(key.key, remembered);
    this.#bySend.set(send, remembered);
    this.#grow(remembered, SEND_BYTES);
    return send;
  }

  unsettled(send: KeyedSend): void {
    const remembered = this.#bySend.get(send);
    if (remembered !== undefined && !this.#untilTime.has(remembered)) this.#startTime(remembered);
  }

  settled(send: KeyedSend, responseBytes: number): void {
    const remembered = this.#bySend.get(send);
    if (remembered === undefined) return;
    if (remembered.untilMs <= this.clock.now()) {
      this.#drop(remembered);
      return;
    }
    remembered.of.settled.add(remembered);
    this.#startTime(remembered);
    this.#grow(remembered, BYTES_PER_ENCODED * responseBytes);
    while (this.#bytes > this.#maxBytes && this.#dropOldest());
  }

  freed(send: KeyedSend): void {
    const remembered = this.#bySend.get(send);
    if (remembered !== undefined) this.#drop(remembered);
  }

  refused(send: KeyedSend, requestId: string): void {
    const identity = identityOf(send.key);
    this.#refused.delete(identity);
    this.#refused.set(identity, { requestId, untilMs: this.clock.now() + IDEMPOTENCY_MS });
    const [oldest] = this.#refused.keys();
    if (this.#refused.size > MAX_REFUSED && oldest !== undefined) this.#refused.delete(oldest);
  }

  /**
   * The id of the request that was refused in the last ten minutes, for the next attempt of the same send.
   * A backend whose network does one transaction once gives it that id: where the answer was lost and not
   * the message, the next attempt does not say it twice.
   */
  refusedRequestId(key: SendKey): string | undefined {
    const refused = this.#refused.get(identityOf(key));
    return refused !== undefined && refused.untilMs > this.clock.now()
      ? refused.requestId
      : undefined;
  }

  #startTime(remembered: Remembered): void {
    remembered.untilMs = this.clock.now() + IDEMPOTENCY_MS;
    this.#untilTime.delete(remembered);
    this.#untilTime.add(remembered);
  }

  #dropExpired(): void {
    const nowMs = this.clock.now();
    for (const remembered of this.#untilTime) {
      if (remembered.untilMs > nowMs) return;
      this.#drop(remembered);
      remembered.send.expire();
    }
  }

  /** Makes space at the cost of the name that takes most of it. */
  #dropOldest(): boolean {
    let largest: NameSends | undefined;
    for (const of of this.#names.values()) {
      if (of.settled.size > 0 && of.bytes > (largest?.bytes ?? 0)) largest = of;
    }
    return largest !== undefined && this.#dropOldestOf(largest);
  }

  #dropOldestOf({ settled }: NameSends): boolean {
    const [oldest] = settled;
    if (oldest === undefined) return false;
    this.#drop(oldest);
    return true;
  }

  #drop(remembered: Remembered): void {
    const { send, of } = remembered;
    const { name, key } = send.key;
    of.byKey.delete(key);
    of.settled.delete(remembered);
    if (of.byKey.size === 0) this.#names.delete(name);
    this.#bySend.delete(send);
    this.#untilTime.delete(remembered);
    this.#grow(remembered, -remembered.bytes);
  }

  #grow(remembered: Remembered, bytes: number): void {
    remembered.bytes += bytes;
    remembered.of.bytes += bytes;
    this.#bytes += bytes;
  }
}

function identityOf({ name, key, hash }: SendKey): string {
  return `${name}\0${key}\0${hash}`;
}

function tooManyKeys(): BrokerError {
  return new BrokerError("too_many_keys", "too many idempotency keys");
}
