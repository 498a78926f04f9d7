/** A Source as an iterator of decoded messages, for Connect's handlers. */
import { type DescMessage, fromBinary, type Message } from "@bufbuild/protobuf";
import { ENVELOPE_BYTES } from "../../broker/codec/envelope.ts";
import { BrokerError } from "../../broker/errors.ts";
import type { Source } from "../../broker/streams/source.ts";

/** Bytes taken from the source at once, which is also the most that waits here. */
const TAKE_BYTES = 16_384;

export class MessageStream {
  /** When it began to end, by the clock that was given; `undefined` while it goes on. */
  endingSinceMs: number | undefined;
  /** Called when the end is decided. */
  onEnding: (() => void) | undefined;
  readonly #source: Source;
  readonly #schema: DescMessage;
  readonly #nowMs: () => number;
  #failure: BrokerError | undefined;
  #closed = false;
  #wake: (() => void) | undefined;

  constructor(source: Source, schema: DescMessage, nowMs: () => number) {
    this.#source = source;
    this.#schema = schema;
    this.#nowMs = nowMs;
    source.onReady = () => this.#ready();
  }

  get outcome(): BrokerError | undefined {
    return this.#failure ?? this.#source.end?.error;
  }

  /** Ends the stream with an error, whatever still waits. */
  fail(error: BrokerError): void {
    this.#failure ??= error;
    this.#ready();
  }

  /** Frees what the source holds. Idempotent. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#source.onReady = undefined;
    this.#source.close();
    this.#ready();
  }

  /** Throws the stream's error at its end. */
  async *messages(): AsyncGenerator<Message> {
    while (!this.#closed) {
      if (this.#failure !== undefined) throw this.#failure;
      const bytes = this.#source.take(TAKE_BYTES);
      if (bytes !== undefined) yield* this.#decode(bytes);
      else if (this.#source.end === undefined) await this.#waitUntilReady();
      else if (this.#source.end.error === undefined) return;
      else throw this.#source.end.error;
    }
    throw this.#failure ?? new BrokerError("cancelled", "the caller has gone");
  }

  *#decode(envelopes: Uint8Array): Generator<Message> {
    const view = new DataView(envelopes.buffer, envelopes.byteOffset, envelopes.byteLength);
    for (let at = 0; at < envelopes.length && this.#failure === undefined; ) {
      const begin = at + ENVELOPE_BYTES;
      at = begin + view.getUint32(at + 1);
      yield fromBinary(this.#schema, envelopes.subarray(begin, at));
    }
  }

  #waitUntilReady(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  #ready(): void {
    if (this.#failure !== undefined || this.#source.end !== undefined) {
      this.endingSinceMs ??= this.#nowMs();
      this.onEnding?.();
    }
    this.#wake?.();
    this.#wake = undefined;
  }
}
