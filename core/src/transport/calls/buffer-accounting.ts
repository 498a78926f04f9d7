/** Counts the bytes that are held of a call's request until it is handled. */
import type { ServerState } from "../server-context.ts";
import type { ActiveCall } from "./active-call.ts";

export class BufferAccounting {
  readonly #state: Pick<ServerState, "requestBufferBytes">;
  readonly #call: Pick<ActiveCall, "hold">;
  #bytes = 0;
  #handled = false;

  constructor(
    { state }: { readonly state: Pick<ServerState, "requestBufferBytes"> },
    call: Pick<ActiveCall, "hold">,
  ) {
    this.#state = state;
    this.#call = call;
  }

  /** So many bytes are held now. */
  holds(bytes: number): void {
    if (this.#handled) return;
    const more = bytes - this.#bytes;
    this.#bytes = bytes;
    this.#state.requestBufferBytes += more;
    this.#call.hold(more);
  }

  /** Nothing is held any more, nor will be. Idempotent. */
  handled(): void {
    this.holds(0);
    this.#handled = true;
  }
}
