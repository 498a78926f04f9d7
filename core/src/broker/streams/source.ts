/** The output of a stream, which the transport pulls. */
import type { BrokerError } from "../errors.ts";

/**
 * The messages of one stream to its peer, pulled by the owner of the socket.
 *
 * Messages come in envelopes: a zero byte, the length as four bytes (big endian), the
 * message. gRPC, gRPC-Web and Connect streams have that in common, so bytes that were
 * encoded once serve every stream.
 */
export interface Source {
  /**
   * The next whole envelopes in order, at most `maxBytes` together, or one alone if it is
   * larger. `undefined`: nothing waits. The bytes may be shared with other streams: never
   * write into them.
   */
  take(maxBytes: number): Uint8Array | undefined;

  /**
   * Called when something can be taken after nothing could, and when `end` is set; never
   * from within `take`. At most one reader. A new reader calls `take` first.
   */
  onReady: (() => void) | undefined;

  /** Set when nothing more will come. What is still waiting can be taken first. */
  readonly end: SourceEnd | undefined;

  /** The reader has gone: frees what the stream holds, at once. Idempotent. */
  close(): void;
}

/** How a stream ends: with success, or with an error that is sent to its peer. */
export interface SourceEnd {
  readonly error: BrokerError | undefined;
}

/** The reason of an end; empty for OK, and where the peer has gone. */
export function endMessage(end: SourceEnd | "left"): string {
  return end === "left" ? "" : (end.error?.message ?? "");
}
