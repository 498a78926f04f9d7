/** Reports a backend's connection and its network: to the log, metrics, status and event streams. */
import { BackendChange } from "@seabird-chat/protocol";
import type { AggregatedLog } from "../aggregated-log.ts";
import { LOG_LINES } from "../log-lines.ts";
import type { BrokerObserver } from "../observer.ts";
import type { Backend } from "../registries/backends.ts";
import type { StatusFeed } from "../status/status-feed.ts";
import { backendEvent } from "./core-events.ts";
import type { EventBus } from "./event-bus.ts";
import { endMessage, type SourceEnd } from "./source.ts";

export interface BackendReporterDeps {
  readonly log: AggregatedLog;
  readonly observer: BrokerObserver;
  readonly feed: StatusFeed;
  readonly events: EventBus;
}

/** The reason of a backend's end without a status. */
const CONNECTION_LOST = "connection lost";

export class BackendReporter {
  readonly #deps: BackendReporterDeps;

  constructor(deps: BackendReporterDeps) {
    this.#deps = deps;
  }

  joined(backend: Backend): void {
    const { log, feed, events } = this.#deps;
    log.add(LOG_LINES.backendConnected, backend.deps.caller.name, { backend: backend.id });
    feed.publish(() => ({ kind: "backend_connected", backend: backend.status() }));
    events.publish(backendEvent(BackendChange.CONNECTED, backend));
  }

  left(backend: Backend, end: SourceEnd | "left"): void {
    const { log, observer, feed, events } = this.#deps;
    const { id, name, isOnNetwork } = backend;
    const { connectionId, caller } = backend.deps;
    const reason = endMessage(end);
    log.add(LOG_LINES.backendDisconnected, caller.name, {
      backend: id,
      ...(reason === "" ? {} : { reason }),
    });
    if (!isOnNetwork) observer.networkChanged(name.type, true);
    feed.publish(() => ({ kind: "backend_disconnected", id, connectionId, reason }));
    const why = end === "left" ? CONNECTION_LOST : reason;
    events.publish(backendEvent(BackendChange.DISCONNECTED, backend, why));
  }

  networkChanged(backend: Backend, reason: string): void {
    const { log, observer, feed, events } = this.#deps;
    const { id, name, isOnNetwork } = backend;
    const fields = { backend: id, ...(reason === "" ? {} : { reason }) };
    log.add(
      isOnNetwork ? LOG_LINES.networkBack : LOG_LINES.networkLost,
      backend.deps.caller.name,
      fields,
    );
    observer.networkChanged(name.type, isOnNetwork);
    feed.publish(() => ({ kind: "network_changed", backend: backend.status() }));
    const change = isOnNetwork ? BackendChange.NETWORK_BACK : BackendChange.NETWORK_LOST;
    events.publish(backendEvent(change, backend, reason));
  }
}
