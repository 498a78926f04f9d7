/** A stream of HTTP/2 whose call or request starts in its turn. */
import type { ServerHttp2Stream } from "node:http2";
import type { PendingCall } from "./call-scheduler.ts";
import type { CallSource } from "./call-source.ts";
import type { Http2Connection } from "./http2-connection.ts";

export abstract class PendingStream implements PendingCall {
  readonly arrivedAtMs: number;
  gone = false;
  protected readonly connection: Http2Connection;
  protected readonly stream: ServerHttp2Stream;
  readonly source: CallSource;
  #onGone: (() => void) | undefined;

  constructor(
    connection: Http2Connection,
    source: CallSource,
    stream: ServerHttp2Stream,
    arrivedAtMs: number,
  ) {
    this.connection = connection;
    this.source = source;
    this.stream = stream;
    this.arrivedAtMs = arrivedAtMs;
  }

  /** A reset of a stream that waits counts at once, and not in its turn. */
  wait(): void {
    this.#onGone = () => {
      this.gone = true;
      this.connection.streamClosed(this.stream, this.arrivedAtMs);
    };
    this.stream.once("close", this.#onGone);
  }

  start(): void {
    if (this.#onGone !== undefined) this.stream.removeListener("close", this.#onGone);
    this.#onGone = undefined;
    this.begin();
  }

  protected abstract begin(): void;
}
