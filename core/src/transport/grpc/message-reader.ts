/**
 * Reads the messages of a bidirectional stream, one after the other, and yields to the event loop
 * after some of them.
 */
import type { Readable } from "node:stream";
import { BrokerError } from "../../broker/errors.ts";
import type { ActiveCall } from "../calls/active-call.ts";
import { BufferAccounting } from "../calls/buffer-accounting.ts";
import type { Session } from "../calls/method.ts";
import type { WaitingReader } from "../connections/read-turns.ts";
import type { ServerContext } from "../server-context.ts";
import { type Encoding, openEnvelope } from "./encoding.ts";
import { EnvelopeReader } from "./envelope.ts";

export interface MessageReaderDeps {
  readonly stream: Readable;
  readonly call: ActiveCall;
  readonly encoding: Encoding;
  readonly session: Session;
  /** Converts the peer's encoding to Protobuf; default: none, it is Protobuf. */
  readonly translate?: (message: Uint8Array) => Uint8Array;
  /** Ends the stream with the error of reading or of the session. */
  readonly fail: (error: BrokerError) => void;
}

export class MessageReader implements WaitingReader {
  readonly #context: ServerContext;
  readonly #deps: MessageReaderDeps;
  readonly #envelopes: EnvelopeReader;
  readonly #buffered: BufferAccounting;
  /** Bytes of the message that is being received. */
  #messageBytes = 0;
  /** A message is being received, or the reader has yielded. */
  #busy = false;
  #ended = false;
  #stopped = false;
  #tick = -1;
  #tickMessages = 0;
  #tickBeganAtMs = 0;

  constructor(context: ServerContext, deps: MessageReaderDeps) {
    this.#context = context;
    this.#deps = deps;
    this.#buffered = new BufferAccounting(context, deps.call);
    this.#envelopes = new EnvelopeReader(context.limits.maxMessageBytes);
  }

  start(): void {
    const { stream } = this.#deps;
    stream.on("data", (chunk: Uint8Array) => {
      if (this.#stopped) return;
      this.#envelopes.push(chunk);
      if (this.#busy) this.#holdRest();
      else this.#drain();
    });
    stream.on("end", () => {
      this.#ended = true;
      this.#drain();
    });
  }

  /** Reads no more messages; discards further input, so that the stream can end. */
  stop(): void {
    this.#stopped = true;
    this.#envelopes.clear();
    this.#buffered.handled();
    this.#deps.stream.resume();
  }

  #drain(): void {
    if (this.#busy || this.#stopped) return;
    try {
      while (!this.#stopped && !this.#tickIsOver()) {
        const envelope = this.#envelopes.next();
        if (envelope === undefined) {
          this.#needMore();
          return;
        }
        this.#messageBytes = envelope.message.length;
        const message = openEnvelope(this.#context, envelope, this.#deps.encoding, this);
        this.#tickMessages += 1;
        this.#context.ticks.messageArrived();
        const received =
          message instanceof Promise
            ? message.then((bytes) => this.#receive(bytes))
            : this.#receive(message);
        if (received instanceof Promise) {
          this.#waitFor(received);
          return;
        }
        if (!this.#stopped && this.#envelopes.atBoundary) {
          this.#needMore();
          return;
        }
      }
    } catch (reason) {
      this.#failed(reason);
      return;
    }
    if (!this.#stopped) this.#yield();
  }

  /** Goes on in the turn of its connection. */
  #yield(): void {
    this.#pause();
    this.#context.readTurns.wait(this.#deps.call.peer, this);
  }

  resume(): void {
    this.#busy = false;
    this.#drain();
  }

  /** The message that is being received holds so many bytes. */
  holds(bytes: number): void {
    this.#messageBytes = bytes;
    this.#buffered.holds(this.#messageBytes + this.#envelopes.pendingBytes);
  }

  /** Nothing more is read for now. */
  #holdRest(): void {
    this.#envelopes.settle();
    this.holds(this.#messageBytes);
  }

  #receive(message: Uint8Array): void | Promise<void> {
    if (this.#stopped) return;
    const { session, translate } = this.#deps;
    return session.receive(translate === undefined ? message : translate(message));
  }

  #tickIsOver(): boolean {
    const { ticks, clock, limits, readTurns } = this.#context;
    const tick = ticks.current();
    const nowMs = clock.now();
    if (tick !== this.#tick) {
      this.#tick = tick;
      this.#tickMessages = 0;
      this.#tickBeganAtMs = nowMs;
    }
    if (this.#tickMessages >= limits.maxMessagesPerTick) return true;
    return nowMs - this.#tickBeganAtMs >= readTurns.timeFor(tick, nowMs);
  }

  #needMore(): void {
    const { stream, session } = this.#deps;
    this.#messageBytes = 0;
    this.#holdRest();
    if (stream.isPaused()) stream.resume();
    if (!this.#ended) return;
    if (!this.#envelopes.atBoundary) {
      throw new BrokerError("undecodable", "stream ended within a message");
    }
    this.#stopped = true;
    session.finish();
  }

  #waitFor(received: Promise<void>): void {
    this.#pause();
    received.then(
      () => this.resume(),
      (reason) => this.#failed(reason),
    );
  }

  #pause(): void {
    this.#busy = true;
    this.#deps.stream.pause();
    this.#holdRest();
  }

  #failed(reason: unknown): void {
    const { stream, fail } = this.#deps;
    if (this.#stopped && stream.destroyed) return;
    this.stop();
    fail(BrokerError.from(reason));
  }
}
