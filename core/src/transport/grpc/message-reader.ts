/**
 * Reads the messages of a bidirectional stream, one after the other, and lets others have
 * their turn in between.
 */
import type { Readable } from "node:stream";
import { BrokerError } from "../../broker/errors.ts";
import { BufferAccounting } from "../calls/buffer-accounting.ts";
import type { Session } from "../calls/method.ts";
import type { ServerContext } from "../server-context.ts";
import { type Encoding, openEnvelope } from "./encoding.ts";
import { EnvelopeReader } from "./envelope.ts";

export interface MessageReaderDeps {
  readonly stream: Readable;
  readonly encoding: Encoding;
  readonly session: Session;
  /** From how the peer writes messages to Protobuf's bytes; default: they are that. */
  readonly translate?: (message: Uint8Array) => Uint8Array;
  /** What was read, or what the session made of it, ends the stream. */
  readonly fail: (error: BrokerError) => void;
}

export class MessageReader {
  readonly #context: ServerContext;
  readonly #deps: MessageReaderDeps;
  readonly #envelopes: EnvelopeReader;
  readonly #held: BufferAccounting;
  /** A message is being received, or it is another's turn. */
  #busy = false;
  #ended = false;
  #stopped = false;
  #turn = -1;
  #turnMessages = 0;
  #turnBeganAtMs = 0;

  constructor(context: ServerContext, deps: MessageReaderDeps) {
    this.#context = context;
    this.#deps = deps;
    this.#held = new BufferAccounting(context);
    this.#envelopes = new EnvelopeReader(context.limits.maxMessageBytes);
  }

  start(): void {
    const { stream } = this.#deps;
    stream.on("data", (chunk: Uint8Array) => {
      if (this.#stopped) return;
      this.#envelopes.push(chunk);
      this.#drain();
    });
    stream.on("end", () => {
      this.#ended = true;
      this.#drain();
    });
  }

  /** Reads no more messages; what still comes is thrown away, so that the stream can end. */
  stop(): void {
    this.#stopped = true;
    this.#envelopes.clear();
    this.#held.release();
    this.#deps.stream.resume();
  }

  #drain(): void {
    if (this.#busy || this.#stopped) return;
    try {
      while (!this.#stopped && !this.#turnIsOver()) {
        const envelope = this.#envelopes.next();
        if (envelope === undefined) {
          this.#needMore();
          return;
        }
        const message = openEnvelope(this.#context, envelope, this.#deps.encoding);
        this.#turnMessages += 1;
        const received =
          message instanceof Promise
            ? message.then((bytes) => this.#receive(bytes))
            : this.#receive(message);
        if (received instanceof Promise) {
          this.#waitFor(received);
          return;
        }
      }
    } catch (reason) {
      this.#failed(reason);
      return;
    }
    if (!this.#stopped) this.#waitFor(new Promise((resolve) => setImmediate(resolve)));
  }

  #receive(message: Uint8Array): void | Promise<void> {
    if (this.#stopped) return;
    const { session, translate } = this.#deps;
    return session.receive(translate === undefined ? message : translate(message));
  }

  #turnIsOver(): boolean {
    const turn = this.#context.ticks.current();
    const { maxMessagesPerTick, maxTickMs } = this.#context.limits;
    if (turn !== this.#turn) {
      this.#turn = turn;
      this.#turnMessages = 0;
      this.#turnBeganAtMs = this.#context.clock.now();
      return false;
    }
    if (this.#turnMessages >= maxMessagesPerTick) return true;
    return this.#context.clock.now() - this.#turnBeganAtMs >= maxTickMs;
  }

  #needMore(): void {
    const { stream, session } = this.#deps;
    this.#held.set(this.#envelopes.pendingBytes);
    if (stream.isPaused()) stream.resume();
    if (!this.#ended) return;
    if (!this.#envelopes.atBoundary) {
      throw new BrokerError("undecodable", "stream ended within a message");
    }
    this.#stopped = true;
    session.finish();
  }

  #waitFor(pause: Promise<void>): void {
    this.#busy = true;
    this.#deps.stream.pause();
    pause.then(
      () => {
        this.#busy = false;
        this.#drain();
      },
      (reason) => this.#failed(reason),
    );
  }

  #failed(reason: unknown): void {
    const { stream, fail } = this.#deps;
    if (this.#stopped && stream.destroyed) return;
    this.stop();
    fail(BrokerError.from(reason));
  }
}
