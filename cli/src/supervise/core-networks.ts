/** Which networks core knows as lost, while a run lasts. */
import { setTimeout as pause } from "node:timers/promises";
import { parseBackendId } from "@seabird-chat/protocol/ids";
import type { BackendNetwork, NetworkStatus } from "@seabird-chat/runtime";
import type { LostNetwork } from "../client/lost-networks.ts";
import { isInteractive, type ProjectConfig } from "../config/project.ts";

/** Until a watch that has ended is begun again. */
const AGAIN_MS = 2_000;

export interface CoreNetworksDeps {
  project(): ProjectConfig;
  /** The network of one of the project's backends is lost, or there again. */
  changed(component: string, status: NetworkStatus): void;
}

export class CoreNetworks {
  readonly #deps: CoreNetworksDeps;
  /** By the backends' names, as `irc/libera`. */
  readonly #lost = new Map<string, LostNetwork>();
  /** False while a core that runs elsewhere does not tell. */
  #isCurrent = true;
  #following: Promise<void> | undefined;

  constructor(deps: CoreNetworksDeps) {
    this.#deps = deps;
  }

  /** Undefined: the backend's network is not lost, or core does not tell. */
  lost(component: string): LostNetwork | undefined {
    return this.#isCurrent ? this.#lost.get(component) : undefined;
  }

  /** By component, of those of the project. */
  allLost(): readonly (readonly [component: string, lost: LostNetwork])[] {
    const networks = this.#networks();
    return this.#isCurrent ? [...this.#lost].filter(([name]) => networks.has(name)) : [];
  }

  /** As core reports it. */
  note(backendId: string, network: BackendNetwork): void {
    const name = nameOf(backendId);
    const wasLost = this.#lost.has(name);
    const isLost = network.state === "away";
    if (isLost) this.#lost.set(name, network);
    else this.#lost.delete(name);
    if (network.state === "left" || wasLost === isLost || !this.#networks().has(name)) return;
    this.#deps.changed(name, network);
  }

  /** Core has ended: its next run knows of no backend yet. */
  forget(): void {
    this.#lost.clear();
  }

  /**
   * Begins, if core runs elsewhere and the project has a network, until `signal` is aborted or core
   * refuses to tell. A core of this run reports by itself. Idempotent.
   */
  follow(signal: AbortSignal): void {
    if (this.#networks().size === 0) return;
    this.#following ??= this.#follow(signal).finally(() => {
      this.#following = undefined;
    });
  }

  async #follow(signal: AbortSignal): Promise<void> {
    const { core } = this.#deps.project();
    if (core.kind !== "remote") return;
    // The clients of core are much to load, and a run needs them for nothing else.
    const { watchNetworks } = await import("../client/watch-networks.ts");
    while (!signal.aborted) {
      const end = await watchNetworks({
        ...{ url: core.url, token: core.token, signal },
        begun: (backendIds) => this.#begin(new Set(backendIds.map(nameOf))),
        changed: (backendId, network) => this.note(backendId, network),
      });
      this.#isCurrent = false;
      if (end === "refused") return;
      await pause(AGAIN_MS, undefined, { signal, ref: false }).catch(() => undefined);
    }
  }

  /** What was lost before and still is is no news; what is back is. */
  #begin(present: ReadonlySet<string>): void {
    this.#isCurrent = true;
    for (const name of this.#lost.keys()) if (!present.has(name)) this.#lost.delete(name);
  }

  #networks(): ReadonlySet<string> {
    const backends = this.#deps
      .project()
      .components.filter((each) => each.kind === "backend" && !isInteractive(each));
    return new Set(backends.map(({ name }) => name));
  }
}

function nameOf(id: string): string {
  const backend = parseBackendId(id);
  return backend === undefined ? id : `${backend.type}/${backend.id}`;
}
