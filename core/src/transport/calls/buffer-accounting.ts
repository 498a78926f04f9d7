/** Accounts for the bytes of unfinished requests, against one bound for all calls. */
import { BrokerError } from "../../broker/errors.ts";
import type { ServerContext } from "../server-context.ts";

/**
 * Counts only what is beyond `smallMessageBytes`, so that small requests are still taken when
 * others have used up the bound of all.
 */
export class BufferAccounting {
  readonly #context: ServerContext;
  #counted = 0;

  constructor(context: ServerContext) {
    this.#context = context;
  }

  /** Sets how many bytes the call buffers now. Throws `too_many_in_flight`. */
  set(bytes: number): void {
    const { limits, state } = this.#context;
    const counted = Math.max(0, bytes - limits.smallMessageBytes);
    const more = counted - this.#counted;
    this.#counted = counted;
    state.requestBufferBytes += more;
    if (more <= 0 || state.requestBufferBytes <= limits.maxRequestBufferBytes) return;
    const text = `too many bytes of unfinished requests, limit ${limits.maxRequestBufferBytes}`;
    throw new BrokerError("too_many_in_flight", text);
  }

  /** The call buffers nothing any more. Idempotent. */
  release(): void {
    this.#context.state.requestBufferBytes -= this.#counted;
    this.#counted = 0;
  }
}
