/**
 * The streams that node:http2 refused itself: those beyond the limit, and those whose header is too
 * large. It reports neither, and reading such headers costs far more than sending them (HPACK).
 */
import type { ServerHttp2Session } from "node:http2";

/** Bytes of a connection from which on it is looked at. Asking the session costs something too. */
const LOOK_AFTER_BYTES = 8_192;

export class NativeRefusals {
  /** Streams that the session has reported. Counted by its connection. */
  seen = 0;
  readonly #session: ServerHttp2Session;
  #bytesRead = 0;
  #counted = 0;

  constructor(session: ServerHttp2Session) {
    this.#session = session;
  }

  /** How many came since the last time. */
  count(): number {
    const session = this.#session;
    if (session.destroyed) return 0;
    const bytesRead = session.socket.bytesRead;
    if (bytesRead - this.#bytesRead < LOOK_AFTER_BYTES) return 0;
    this.#bytesRead = bytesRead;
    // A client's streams have the odd numbers.
    const opened = ((session.state.lastProcStreamID ?? -1) + 1) / 2;
    // Numbers may be left out, which is no refusal: those are not more than there were frames.
    const refused = Math.min(opened - this.seen, bytesRead / FRAME_BYTES) - this.#counted;
    if (refused <= 0) return 0;
    this.#counted += refused;
    return refused;
  }
}

/** The least that a header takes. */
const FRAME_BYTES = 10;
