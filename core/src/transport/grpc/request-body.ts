/** The one message that a unary or server-streaming call begins with. */
import type { ServerHttp2Stream } from "node:http2";
import { BrokerError } from "../../broker/errors.ts";
import type { Environment } from "../environment.ts";
import type { Swept } from "../sweeper.ts";
import { type Envelope, EnvelopeReader } from "./envelope.ts";

/** Collects the request and hands its envelope on when the peer has half-closed. */
export class RequestBody implements Swept {
  readonly #env: Environment;
  readonly #stream: ServerHttp2Stream;
  readonly #reader: EnvelopeReader;
  readonly #deadlineMs: number;
  readonly #then: (envelope: Envelope) => void;
  readonly #fail: (error: BrokerError) => void;
  #collected = 0;
  #done = false;

  constructor(
    env: Environment,
    stream: ServerHttp2Stream,
    deadlineMs: number,
    then: (envelope: Envelope) => void,
    fail: (error: BrokerError) => void,
  ) {
    this.#env = env;
    this.#stream = stream;
    this.#reader = new EnvelopeReader(env.limits.maxMessageBytes);
    this.#deadlineMs = deadlineMs;
    this.#then = then;
    this.#fail = fail;
  }

  start(): void {
    this.#env.sweeper.add(this);
    this.#stream.on("data", (chunk: Uint8Array) => this.#push(chunk));
    this.#stream.on("end", () => this.#ended());
  }

  /** The call is over, whatever still comes. */
  stop(): void {
    if (this.#done) return;
    this.#done = true;
    this.#env.sweeper.delete(this);
    this.#env.state.collectedBytes -= this.#collected;
    this.#collected = 0;
  }

  sweep(nowMs: number): void {
    if (nowMs < this.#deadlineMs) return;
    this.#refuse(new BrokerError("request_timeout", "request timed out"));
  }

  #push(chunk: Uint8Array): void {
    if (this.#done) return;
    const { maxMessageBytes, maxCollectedBytes } = this.#env.limits;
    this.#collected += chunk.length;
    this.#env.state.collectedBytes += chunk.length;
    this.#reader.push(chunk);
    if (this.#collected > maxMessageBytes + 5) {
      const text = `message too large: more than ${maxMessageBytes} bytes`;
      this.#refuse(new BrokerError("message_too_large", text));
    } else if (this.#env.state.collectedBytes > maxCollectedBytes) {
      const text = `too many bytes of unfinished requests, limit ${maxCollectedBytes}`;
      this.#refuse(new BrokerError("too_many_in_flight", text));
    }
  }

  #ended(): void {
    if (this.#done) return;
    this.stop();
    try {
      const envelope = this.#reader.next();
      if (envelope === undefined || !this.#reader.atBoundary) {
        throw new BrokerError("undecodable", "expected exactly one request message");
      }
      this.#then(envelope);
    } catch (reason) {
      this.#fail(BrokerError.from(reason));
    }
  }

  #refuse(error: BrokerError): void {
    this.stop();
    this.#reader.clear();
    this.#fail(error);
  }
}
