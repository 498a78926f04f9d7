/**
 * Against DNS rebinding: on a loopback address core answers only to the names of this machine.
 *
 * A web page may point its own name at 127.0.0.1, and then calls core as its own origin, without CORS.
 * The browser still sends the page's name as `Host`. Native gRPC is not checked: browsers cannot speak it.
 */
import { hostname } from "node:os";
import { isLoopback } from "@seabird-chat/runtime";
import type { HostPolicy } from "../transport/http/http-router.ts";

/** A name with a port or without. What else may stand in `Host` is no name that is allowed. */
const HOST = /^(\[[0-9a-f:.]{2,45}\]|[a-z0-9._-]{1,253}?)\.?(?::\d{0,5})?$/;

export class HostCheck implements HostPolicy {
  readonly #names: ReadonlySet<string>;
  readonly #isOn: boolean;
  /** The one that nearly every request has. */
  #lastAllowed: string | undefined;

  /** `bindHost`: where core listens. `names`: those beside the machine's own. */
  constructor(bindHost: string, names: readonly string[]) {
    this.#isOn = isLoopback(bindHost);
    this.#names = new Set([hostname(), ...names].map((name) => name.toLowerCase()));
  }

  /** Whether a request with this `Host` or `:authority` is answered. One without any is: no browser sends it. */
  allows(host: string | undefined): boolean {
    if (!this.#isOn || host === undefined || host === this.#lastAllowed) return true;
    const name = HOST.exec(host.toLowerCase())?.[1];
    if (name === undefined) return false;
    const isAllowed = isLoopback(name) || name.endsWith(".localhost") || this.#names.has(name);
    if (isAllowed) this.#lastAllowed = host;
    return isAllowed;
  }
}
