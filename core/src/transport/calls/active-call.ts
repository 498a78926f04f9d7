/** An open call or stream, as its handler sees it. */
import type { Principal } from "../../auth/principal.ts";
import type { Caller, Peer } from "../../broker/caller.ts";
import type { Call } from "./method.ts";

const ANONYMOUS: Caller = {
  name: "",
  tokenId: "",
  mayPrivate: false,
  mayUsePersona: false,
  mayMentionEveryone: false,
  mayBeBackend: () => false,
};

export class ActiveCall implements Call {
  readonly principal: Principal | undefined;
  readonly peer: Peer;
  readonly arrivedAtMs: number;
  readonly timeoutMs: number | undefined;
  onCancelled: (() => void) | undefined;
  #cancelled = false;

  constructor(
    principal: Principal | undefined,
    peer: Peer,
    arrivedAtMs: number,
    timeoutMs: number | undefined,
  ) {
    this.principal = principal;
    this.peer = peer;
    this.arrivedAtMs = arrivedAtMs;
    this.timeoutMs = timeoutMs;
  }

  get caller(): Caller {
    return this.principal ?? ANONYMOUS;
  }

  get cancelled(): boolean {
    return this.#cancelled;
  }

  /** The caller or its connection has gone. */
  cancel(): void {
    if (this.#cancelled) return;
    this.#cancelled = true;
    const then = this.onCancelled;
    this.onCancelled = undefined;
    then?.();
  }
}
