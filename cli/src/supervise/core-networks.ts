/** Which networks core reports as lost, while a run lasts. */
import { setTimeout as pause } from "node:timers/promises";
import type { NetworkStatus } from "@seabird-chat/runtime";
import type { LostNetwork } from "../client/lost-networks.ts";
import { isInteractive, type ProjectConfig } from "../config/project.ts";

/** Until a watch that has ended is begun again. */
const AGAIN_MS = 2_000;

export interface CoreNetworksDeps {
  project(): ProjectConfig;
  /** Asked at each attempt; the token needs the scope admin. */
  core(): { readonly url: string; readonly token: string };
  /** The network of one of the project's backends is lost, or there again. */
  changed(component: string, status: NetworkStatus): void;
}

export class CoreNetworks {
  readonly #deps: CoreNetworksDeps;
  readonly #lost = new Map<string, LostNetwork>();
  #following: Promise<void> | undefined;

  constructor(deps: CoreNetworksDeps) {
    this.#deps = deps;
  }

  /** Undefined: the backend's network is not lost, or core does not tell. */
  lost(component: string): LostNetwork | undefined {
    return this.#lost.get(component);
  }

  /**
   * Begins, if the project has a network, until `signal` is aborted or core refuses to tell.
   * Idempotent.
   */
  follow(signal: AbortSignal): void {
    if (this.#networks().size === 0) return;
    this.#following ??= this.#follow(signal).finally(() => {
      this.#following = undefined;
    });
  }

  async #follow(signal: AbortSignal): Promise<void> {
    const { core, changed } = this.#deps;
    // The clients of core are much to load, and a run needs them for nothing else.
    const { watchNetworks } = await import("../client/watch-networks.ts");
    while (!signal.aborted) {
      const end = await watchNetworks({
        ...{ ...core(), signal, lost: this.#lost },
        changed: (name, lost) => {
          if (this.#networks().has(name)) changed(name, lost ?? { state: "connected" });
        },
      });
      this.#lost.clear();
      if (end === "refused") return;
      await pause(AGAIN_MS, undefined, { signal, ref: false }).catch(() => undefined);
    }
  }

  #networks(): ReadonlySet<string> {
    const backends = this.#deps
      .project()
      .components.filter((each) => each.kind === "backend" && !isInteractive(each));
    return new Set(backends.map(({ name }) => name));
  }
}
