/** Which capabilities hold at the moment: those of the spec, or those that a connection has set. */

import type { Log } from "../program/log.ts";
import type { BackendCapabilities } from "./capabilities.ts";
import type { CoreState } from "./core-state.ts";
import {
  type CapabilityDefaults,
  declareCapabilities,
  lackingFunctions,
} from "./declare-capabilities.ts";
import type { Functions } from "./request-kind.ts";

export interface CapabilitySource extends CapabilityDefaults {
  readonly capabilities?: BackendCapabilities | undefined;
}

export class DeclaredCapabilities {
  readonly #spec: CapabilitySource;
  readonly #coreState: Pick<CoreState, "setCapabilities">;
  readonly #log: Pick<Log, "warn">;
  readonly #warned = new Set<string>();
  #given: BackendCapabilities;
  /** The latest; while the network is away, it stays. */
  #connection: Functions = {};
  #isConnected = false;

  constructor(
    spec: CapabilitySource,
    coreState: Pick<CoreState, "setCapabilities">,
    log: Pick<Log, "warn">,
  ) {
    this.#spec = spec;
    this.#coreState = coreState;
    this.#log = log;
    this.#given = spec.capabilities ?? {};
    this.#declare();
  }

  /** Another connection is tried: it begins with those of the spec. */
  connecting(): void {
    this.#isConnected = false;
    this.#given = this.#spec.capabilities ?? {};
  }

  connected(connection: Functions): void {
    this.#isConnected = true;
    this.#connection = connection;
    this.#declare();
    for (const problem of lackingFunctions(this.#given, connection)) {
      if (this.#warned.has(problem)) continue;
      this.#warned.add(problem);
      this.#log.warn({ problem }, "a capability has no function, and is left out");
    }
  }

  /** Core learns of it when the connection is there. Throws a TypeError, and changes nothing then. */
  set(given: BackendCapabilities): void {
    declareCapabilities(given, this.#connection, this.#spec);
    this.#given = given;
    if (this.#isConnected) this.#declare();
  }

  #declare(): void {
    const { formats, maxMessageBytes } = this.#spec;
    const defaults = { formats, maxMessageBytes };
    const declared = declareCapabilities(this.#given, this.#connection, defaults);
    this.#coreState.setCapabilities(declared);
  }
}
