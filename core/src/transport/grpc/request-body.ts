/** The one message that a unary or server-streaming call begins with. */
import type { ServerHttp2Stream } from "node:http2";
import { ENVELOPE_BYTES } from "../../broker/codec/envelope.ts";
import { BrokerError, timedOut } from "../../broker/errors.ts";
import type { ActiveCall } from "../calls/active-call.ts";
import { NOT_SWEPT, type Sweepable } from "../connections/sweeper.ts";
import type { ServerContext } from "../server-context.ts";
import { type Envelope, EnvelopeReader, lengthInHeader } from "./envelope.ts";

const NOTHING = new Uint8Array(0);

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
  readonly #call: ActiveCall;
  readonly #owner: RequestOwner;
  readonly #deadlineMs: number;
  /** Nearly every request is one chunk: only more of them need a reader. */
  #first: Uint8Array | undefined;
  #reader: EnvelopeReader | undefined;
  #collected = 0;
  #heldBytes = 0;
  #done = false;
  #handled = false;

  constructor(
    context: ServerContext,
    { call, deadlineMs }: { readonly call: ActiveCall; readonly deadlineMs: number },
    owner: RequestOwner,
  ) {
    this.#context = context;
    this.#deadlineMs = deadlineMs;
    this.#owner = owner;
    this.#call = call;
  }

  start(stream: ServerHttp2Stream): void {
    this.#context.sweeper.add(this);
    stream.on("data", (chunk: Uint8Array) => this.#push(chunk));
    stream.on("end", () => this.#ended());
  }

  /** Nothing more is read, whatever still comes. Idempotent. */
  stop(): void {
    if (this.#done) return;
    this.#done = true;
    this.#context.sweeper.delete(this);
    this.#releaseChunks();
  }

  /** The request holds so many bytes now, until `handled`. */
  holds(bytes: number): void {
    if (this.#handled) return;
    const more = bytes - this.#heldBytes;
    this.#heldBytes = bytes;
    this.#context.state.requestBufferBytes += more;
    this.#call.hold(more);
  }

  /** Nothing is held of the request any more. Idempotent. */
  handled(): void {
    this.holds(0);
    this.#handled = true;
  }

  sweep(nowMs: number): void {
    if (nowMs >= this.#deadlineMs) this.#refuse(timedOut());
    else if (this.#first !== undefined && this.#reader === undefined) this.#settle(this.#first);
  }

  /** What does not come at once may take long: it is kept in little more memory than it has bytes. */
  #settle(first: Uint8Array): void {
    this.#reader = this.#readerOf(first);
    this.#reader.settle();
    this.#first = NOTHING;
  }

  #push(chunk: Uint8Array): void {
    if (this.#done) return;
    this.#collected += chunk.length;
    this.holds(this.#collected);
    if (this.#first === undefined) this.#first = chunk;
    else this.#pushFurther(this.#first, chunk);
    const { maxMessageBytes } = this.#context.limits;
    if (this.#collected <= maxMessageBytes + ENVELOPE_BYTES && !this.#announcesEndless()) return;
    const text = `message too large: more than ${maxMessageBytes} bytes`;
    this.#refuse(new BrokerError("message_too_large", text));
  }

  /**
   * Whether no more than the message's prefix is needed to refuse it. One that is a little too large is
   * read on until it is, or clients of node:http2 lose the reason: they reset a call that is answered
   * while they still hold more than 10 MB of it.
   */
  #announcesEndless(): boolean {
    const { maxMessageBytes, maxDiscardedBytes } = this.#context.limits;
    const bytes = this.#reader?.announcedBytes ?? lengthInHeader(this.#first ?? NOTHING, 0);
    return bytes > maxMessageBytes + maxDiscardedBytes;
  }

  #pushFurther(first: Uint8Array, chunk: Uint8Array): void {
    if (this.#reader === undefined) this.#settle(first);
    this.#reader?.push(chunk);
    this.#reader?.settle();
  }

  #readerOf(first: Uint8Array): EnvelopeReader {
    const reader = new EnvelopeReader(this.#context.limits.maxMessageBytes);
    reader.push(first);
    return reader;
  }

  #ended(): void {
    if (this.#done) return;
    try {
      const envelope = this.#singleEnvelope();
      // The call may wait long for its answer; its request is read now.
      this.stop();
      this.#owner.arrived(envelope);
    } catch (reason) {
      this.stop();
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
    const reader = this.#reader ?? this.#readerOf(first ?? NOTHING);
    const envelope = reader.next();
    if (envelope !== undefined && reader.atBoundary) return envelope;
    throw new BrokerError("undecodable", "expected exactly one request message");
  }

  #refuse(error: BrokerError): void {
    this.stop();
    this.#owner.failed(error);
  }

  #releaseChunks(): void {
    this.#first = undefined;
    this.#reader = undefined;
  }
}
