/**
 * Writes a Source to one HTTP/2 stream: what became ready during a tick of the event loop in one
 * write, and never more than one write beyond what the peer has read.
 */
import { constants, type ServerHttp2Stream } from "node:http2";
import type { BrokerError } from "../../broker/errors.ts";
import type { Source } from "../../broker/streams/source.ts";
import { NOT_SWEPT, type Sweepable } from "../connections/sweeper.ts";
import type { TickTask } from "../connections/tick-scheduler.ts";
import type { ServerContext } from "../server-context.ts";
import { RESPOND_WITH_TRAILERS } from "./call-setup.ts";
import { errorTrailers, OK_TRAILERS } from "./status-message.ts";

/** Callbacks of a pump. */
export interface PumpOwner {
  /** The end is decided, or the stream is closed; may be called more than once. */
  pumpOver(): void;
  /** So many bytes more, or fewer, are on their way to a peer that may not take them. */
  pumpHolds(bytes: number): void;
}

export class Pump implements TickTask, Sweepable {
  sweepIndex = NOT_SWEPT;
  readonly #context: ServerContext;
  readonly #stream: ServerHttp2Stream;
  readonly #source: Source;
  readonly #owner: PumpOwner;
  #writing = false;
  #writingBytes = 0;
  #finished = false;
  #endWatched = false;
  #progressAtMs = 0;
  #inputEnded = false;
  /** How the stream ended, once it has been decided. */
  outcome: { readonly error: BrokerError | undefined } | undefined;

  constructor(context: ServerContext, stream: ServerHttp2Stream, source: Source, owner: PumpOwner) {
    this.#owner = owner;
    this.#context = context;
    this.#stream = stream;
    this.#source = source;
  }

  /** Sends the headers at once and begins. */
  start(): void {
    this.#stream.respond(this.#context.grpcHeaders.byName, RESPOND_WITH_TRAILERS);
    this.#source.onReady = () => {
      // An end waits for the tick's: what else the tick brings, a reply, comes before it.
      if (this.#source.end === undefined) this.#context.ticks.scheduleSoon(this);
      else this.#context.ticks.schedule(this);
    };
    this.#context.ticks.schedule(this);
  }

  /** The peer has half-closed, so the end needs no reset. */
  inputEnded(): void {
    this.#inputEnded = true;
  }

  run(): void {
    if (this.#finished || this.#stream.destroyed) return;
    const { end } = this.#source;
    if (end !== undefined) {
      this.#watchEnd();
      // What was dropped is gone: the status need not wait for the write under way.
      if (end.error?.code === "fell_behind") {
        this.finish(end.error);
        return;
      }
    }
    if (this.#writing) return;
    const bytes = this.#source.take(this.#context.limits.maxPendingWriteBytes);
    if (bytes !== undefined) {
      this.#writing = true;
      this.#writingBytes = bytes.length;
      this.#owner.pumpHolds(bytes.length);
      this.#stream.write(bytes, this.#written);
    } else if (end !== undefined) this.finish(end.error);
  }

  /** Ends the stream with a status; what still waits in the source is dropped. */
  finish(error: BrokerError | undefined): void {
    if (this.#finished) return;
    this.#finished = true;
    this.outcome = { error };
    this.#release();
    const stream = this.#stream;
    if (stream.destroyed || stream.closed) return;
    this.#context.state.endingStreams += 1;
    stream.once("close", () => {
      this.#context.state.endingStreams -= 1;
    });
    this.#watchEnd();
    const trailers =
      error === undefined
        ? OK_TRAILERS
        : errorTrailers(error, this.#context.limits.maxStatusMessageBytes);
    stream.once("wantTrailers", () => {
      stream.sendTrailers(trailers);
      // Node sends trailers with the next setImmediate; the reset has to come after them.
      setImmediate(() => {
        if (!this.#inputEnded && !stream.closed) stream.close(constants.NGHTTP2_NO_ERROR);
      });
    });
    stream.end();
  }

  /** The stream is over: nothing more can be written. */
  close(): void {
    this.#finished = true;
    this.#context.sweeper.delete(this);
    this.#release();
  }

  /** Resets a stream that cannot end because its peer reads nothing. */
  sweep(nowMs: number): void {
    if (nowMs - this.#progressAtMs < this.#context.limits.endTimeoutMs) return;
    this.#context.sweeper.delete(this);
    this.#context.log.debug({}, "stream reset: its peer reads nothing");
    this.#stream.close(constants.NGHTTP2_ENHANCE_YOUR_CALM);
  }

  readonly #written = (error?: Error | null) => {
    this.#writing = false;
    this.#owner.pumpHolds(-this.#writingBytes);
    if (error !== undefined && error !== null) return;
    if (this.#endWatched) this.#progressAtMs = this.#context.clock.now();
    this.run();
  };

  #watchEnd(): void {
    if (this.#endWatched) return;
    this.#endWatched = true;
    this.#progressAtMs = this.#context.clock.now();
    this.#context.sweeper.add(this);
  }

  #release(): void {
    this.#source.onReady = undefined;
    this.#context.ticks.cancel(this);
    this.#source.close();
    this.#owner.pumpOver();
  }
}
