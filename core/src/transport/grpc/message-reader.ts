/**
 * Reads the messages of a bidirectional stream, one after the other, and lets others have
 * their turn in between.
 */
import type { ServerHttp2Stream } from "node:http2";
import { BrokerError } from "../../broker/errors.ts";
import type { Environment } from "../environment.ts";
import type { Session } from "../method.ts";
import { type Encoding, openEnvelope } from "./encoding.ts";
import { EnvelopeReader } from "./envelope.ts";

export class MessageReader {
  readonly #env: Environment;
  readonly #stream: ServerHttp2Stream;
  readonly #encoding: Encoding;
  readonly #session: Session;
  readonly #fail: (error: BrokerError) => void;
  readonly #envelopes: EnvelopeReader;
  /** A message is being received, or it is another's turn. */
  #busy = false;
  #ended = false;
  #stopped = false;
  #turn = -1;
  #turnMessages = 0;
  #turnBeganAtMs = 0;

  constructor(
    env: Environment,
    stream: ServerHttp2Stream,
    encoding: Encoding,
    session: Session,
    fail: (error: BrokerError) => void,
  ) {
    this.#env = env;
    this.#stream = stream;
    this.#encoding = encoding;
    this.#session = session;
    this.#fail = fail;
    this.#envelopes = new EnvelopeReader(env.limits.maxMessageBytes);
  }

  start(): void {
    this.#stream.on("data", (chunk: Uint8Array) => {
      if (this.#stopped) return;
      this.#envelopes.push(chunk);
      this.#drain();
    });
    this.#stream.on("end", () => {
      this.#ended = true;
      this.#drain();
    });
  }

  /** Reads no more messages; what still comes is thrown away, so that the stream can end. */
  stop(): void {
    this.#stopped = true;
    this.#envelopes.clear();
    this.#stream.resume();
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
        const message = openEnvelope(envelope, this.#encoding, this.#env.limits.maxMessageBytes);
        this.#turnMessages += 1;
        const received =
          message instanceof Promise
            ? message.then((bytes) => this.#receive(bytes))
            : this.#session.receive(message);
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
    if (!this.#stopped) return this.#session.receive(message);
  }

  #turnIsOver(): boolean {
    const turn = this.#env.turns.current();
    const { maxMessagesPerTurn, maxTurnMs } = this.#env.limits;
    if (turn !== this.#turn) {
      this.#turn = turn;
      this.#turnMessages = 0;
      this.#turnBeganAtMs = this.#env.clock.now();
      return false;
    }
    if (this.#turnMessages >= maxMessagesPerTurn) return true;
    return this.#env.clock.now() - this.#turnBeganAtMs >= maxTurnMs;
  }

  #needMore(): void {
    if (this.#stream.isPaused()) this.#stream.resume();
    if (!this.#ended) return;
    if (!this.#envelopes.atBoundary) {
      throw new BrokerError("undecodable", "stream ended within a message");
    }
    this.#stopped = true;
    this.#session.finish();
  }

  #waitFor(pause: Promise<void>): void {
    this.#busy = true;
    this.#stream.pause();
    pause.then(
      () => {
        this.#busy = false;
        this.#drain();
      },
      (reason) => this.#failed(reason),
    );
  }

  #failed(reason: unknown): void {
    if (this.#stopped && this.#stream.destroyed) return;
    this.stop();
    this.#fail(BrokerError.from(reason));
  }
}
