/** The one message that a unary or server-streaming call begins with. */
import type { ServerHttp2Stream } from "node:http2";
import { ENVELOPE_BYTES } from "../../broker/codec/envelope.ts";
import { BrokerError, timedOut } from "../../broker/errors.ts";
import { BufferAccounting } from "../calls/buffer-accounting.ts";
import { NOT_SWEPT, type Sweepable } from "../connections/sweeper.ts";
import type { ServerContext } from "../server-context.ts";
import { type Envelope, EnvelopeReader, lengthInHeader } from "./envelope.ts";

/** Callbacks of a RequestBody. */
export interface RequestOwner {
  /** It has arrived whole, and the peer has half-closed. A throw counts as `failed`. */
  arrived(envelope: Envelope): void;
  failed(error: BrokerError): void;
}

/** Collects the request, within the limits in size and time. */
export class RequestBody implements Sweepable {
  sweepIndex = NOT_SWEPT;
  readonly #context: ServerContext;
  readonly #owner: RequestOwner;
  readonly #deadlineMs: number;
  /** Nearly every request is one chunk: only more of them need a reader. */
  #first: Uint8Array | undefined;
  #reader: EnvelopeReader | undefined;
  #collected = 0;
  #buffered: BufferAccounting | undefined;
  #done = false;

  constructor(context: ServerContext, deadlineMs: number, owner: RequestOwner) {
    this.#context = context;
    this.#deadlineMs = deadlineMs;
    this.#owner = owner;
  }

  start(stream: ServerHttp2Stream): void {
    this.#context.sweeper.add(this);
    stream.on("data", (chunk: Uint8Array) => this.#push(chunk));
    stream.on("end", () => this.#ended());
  }

  /** The call is over, whatever still comes. Idempotent. */
  stop(): void {
    if (this.#done) return;
    this.#done = true;
    this.#context.sweeper.delete(this);
    this.#buffered?.release();
  }

  sweep(nowMs: number): void {
    if (nowMs < this.#deadlineMs) return;
    this.#refuse(timedOut());
  }

  #push(chunk: Uint8Array): void {
    if (this.#done) return;
    const { maxMessageBytes, smallMessageBytes } = this.#context.limits;
    this.#collected += chunk.length;
    if (this.#first === undefined) this.#first = chunk;
    else this.#pushFurther(this.#first, chunk);
    if (this.#collected > maxMessageBytes + ENVELOPE_BYTES || this.#announcesEndless(chunk)) {
      const text = `message too large: more than ${maxMessageBytes} bytes`;
      this.#refuse(new BrokerError("message_too_large", text));
    } else if (this.#collected > smallMessageBytes) this.#countBuffered();
  }

  /**
   * Whether no more than the message's prefix is needed to refuse it. One that is a little too large is
   * read on until it is, or clients of node:http2 lose the reason: they reset a call that is answered
   * while they still hold more than 10 MB of it.
   */
  #announcesEndless(chunk: Uint8Array): boolean {
    const { maxMessageBytes, maxDiscardedBytes } = this.#context.limits;
    const bytes = this.#reader?.announcedBytes ?? lengthInHeader(chunk, 0);
    return bytes > maxMessageBytes + maxDiscardedBytes;
  }

  #countBuffered(): void {
    this.#buffered ??= new BufferAccounting(this.#context);
    try {
      this.#buffered.set(this.#collected);
    } catch (reason) {
      this.#refuse(BrokerError.from(reason));
    }
  }

  #pushFurther(first: Uint8Array, chunk: Uint8Array): void {
    this.#reader ??= this.#readerOf(first);
    this.#reader.push(chunk);
  }

  #readerOf(first: Uint8Array): EnvelopeReader {
    const reader = new EnvelopeReader(this.#context.limits.maxMessageBytes);
    reader.push(first);
    return reader;
  }

  #ended(): void {
    if (this.#done) return;
    this.stop();
    try {
      const envelope = this.#singleEnvelope();
      // The call may wait long for its answer; its request is read now.
      this.#releaseChunks();
      this.#owner.arrived(envelope);
    } catch (reason) {
      this.#owner.failed(BrokerError.from(reason));
    }
  }

  #singleEnvelope(): Envelope {
    const first = this.#first;
    if (first !== undefined && this.#reader === undefined) {
      if (first.length === ENVELOPE_BYTES + lengthInHeader(first, 0)) {
        return { flags: first[0] ?? 0, message: first.subarray(ENVELOPE_BYTES) };
      }
    }
    const reader = this.#reader ?? this.#readerOf(first ?? new Uint8Array(0));
    const envelope = reader.next();
    if (envelope !== undefined && reader.atBoundary) return envelope;
    throw new BrokerError("undecodable", "expected exactly one request message");
  }

  #refuse(error: BrokerError): void {
    this.stop();
    this.#releaseChunks();
    this.#owner.failed(error);
  }

  #releaseChunks(): void {
    this.#first = undefined;
    this.#reader = undefined;
  }
}
