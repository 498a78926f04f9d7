/** Reports to the program that started core which backends lose their networks, as core knows it. */
import { type ComponentMessage, sendToSupervisor } from "@seabird-chat/runtime";
import type { BackendStatus, StatusChange, StatusWatch } from "../broker/status/status.ts";

type Report = Extract<ComponentMessage, { readonly type: "backend-network" }>;

/**
 * Until the watch ends. Does nothing without a supervisor. One message at a time is on its way; what
 * changes meanwhile waits as its last state, so that a supervisor that does not read costs at most an
 * entry for each backend.
 */
export function reportNetworks(broker: { watchStatus(): StatusWatch }): void {
  if (process.connected) new NetworkReports(broker.watchStatus()).read();
}

class NetworkReports {
  readonly #watch: StatusWatch;
  readonly #waiting = new Map<string, Report>();
  /** As the supervisor knows it. */
  readonly #lost = new Set<string>();
  #isSending = false;

  constructor(watch: StatusWatch) {
    this.#watch = watch;
    watch.onReady = () => this.read();
  }

  read(): void {
    for (let next = this.#watch.take(); next !== undefined; next = this.#watch.take()) {
      this.#note(next);
    }
    this.#send();
  }

  #note(change: StatusChange): void {
    if (change.kind === "snapshot") {
      for (const backend of change.snapshot.backends) this.#add(backend);
    }
    if (change.kind === "network_changed") this.#add(change.backend);
    if (change.kind === "backend_disconnected") {
      this.#put({ type: "backend-network", backendId: change.id, state: "left" });
    }
  }

  #add({ id: backendId, networkLostAtMs: sinceMs, networkReason: why }: BackendStatus): void {
    const network = sinceMs === undefined ? CONNECTED : ({ state: "away", sinceMs, why } as const);
    this.#put({ type: "backend-network", backendId, ...network });
  }

  #put(report: Report): void {
    const { backendId, state } = report;
    this.#waiting.delete(backendId);
    if (state === "away" || this.#lost.has(backendId)) this.#waiting.set(backendId, report);
  }

  #send(): void {
    const [report] = this.#waiting.values();
    if (this.#isSending || report === undefined) return;
    const { backendId, state } = report;
    this.#waiting.delete(backendId);
    if (state === "away") this.#lost.add(backendId);
    else this.#lost.delete(backendId);
    this.#isSending = sendToSupervisor(report, () => {
      this.#isSending = false;
      this.#send();
    });
    // The supervisor has gone; core ends soon.
    if (!this.#isSending) this.#watch.close();
  }
}

const CONNECTED = { state: "connected" } as const;
