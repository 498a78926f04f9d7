/**
 * What core counts, for Prometheus. Counting is an addition; prom-client, which writes the
 * text, is loaded at the first scrape. No label holds the text of a user, channel or token, and
 * each has a bounded number of values.
 */
import type { ActionKind } from "../broker/actions.ts";
import type { BrokerStats } from "../broker/broker.ts";
import type { ErrorCode } from "../broker/errors.ts";
import type { BrokerObserver, ChatEventKind, CloseReason, DropReason } from "../broker/observer.ts";
import type { MediaObserver } from "../media/media-observer.ts";
import type { ConnectionRefusal, TransportObserver, Wire } from "../transport/observer.ts";
import { type BackendSizes, backendGauges } from "./backend-gauges.ts";
import { coalesced } from "./coalesced.ts";
import { CounterFamily, DurationFamily, type Family, GaugeFamily } from "./counters.ts";
import type { RenderedMetrics } from "./render.ts";

/** Backend types that have a label value of their own; further ones are counted as "other". */
export const MAX_BACKEND_TYPES = 32;

const BYTES = "Bytes of ";

export class Metrics implements BrokerObserver, TransportObserver, MediaObserver {
  /** Everything as Prometheus' text, with the process's own figures; once for all who ask together. */
  readonly render = coalesced(() => this.#render());
  readonly #families: Family[] = [];
  readonly #backendTypes = new Set<string>([""]);
  #plugins: () => Promise<readonly Family[]> = async () => [];
  #renderer: Promise<(families: readonly Family[]) => Promise<RenderedMetrics>> | undefined;

  readonly #connections = this.#gauge("seabird_connections", "Open connections", ["protocol"]);
  readonly #opened = this.#counter("seabird_connections_opened_total", "Connections taken", [
    "protocol",
  ]);
  readonly #refused = this.#counter(
    "seabird_connections_refused_total",
    "Connections refused or ended by core, by reason",
    ["reason"],
  );
  readonly #calls = this.#counter("seabird_calls_total", "Calls and streams that ended", [
    "method",
    "wire",
    "outcome",
  ]);
  readonly #callTime = this.#durations("seabird_call_duration_seconds", "Calls and streams", [
    "method",
    "wire",
  ]);
  readonly #received = this.#counter("seabird_events_received_total", "Events of backends", [
    "kind",
    "backend_type",
  ]);
  readonly #dropped = this.#counter(
    "seabird_events_dropped_total",
    "Events of backends that were dropped, by reason",
    ["reason", "backend_type"],
  );
  readonly #published = this.#counter("seabird_events_published_total", "Events for the streams");
  readonly #publishedBytes = this.#counter(
    "seabird_event_bytes_published_total",
    `${BYTES}the events for the streams, each counted once`,
  );
  readonly #delivered = this.#counter(
    "seabird_events_delivered_total",
    "Events taken by event streams, counted for each stream",
  );
  readonly #deliveredBytes = this.#counter(
    "seabird_event_bytes_delivered_total",
    `${BYTES}the events taken by event streams`,
  );
  readonly #lost = this.#counter(
    "seabird_events_lost_total",
    "Events dropped because an event stream fell too far behind",
  );
  readonly #actions = this.#counter("seabird_actions_total", "Actions that ended", [
    "kind",
    "backend_type",
    "outcome",
  ]);
  readonly #actionTime = this.#durations("seabird_action_duration_seconds", "Actions", [
    "kind",
    "backend_type",
  ]);
  readonly #streamsOpened = this.#counter(
    "seabird_event_streams_opened_total",
    "Event streams opened",
  );
  readonly #streamsClosed = this.#counter(
    "seabird_event_streams_closed_total",
    "Event streams ended, by reason",
    ["reason"],
  );
  readonly #backends = this.#gauge("seabird_backends", "Connected backends", ["backend_type"]);
  readonly #backendsClosed = this.#counter(
    "seabird_backends_disconnected_total",
    "Backends disconnected, by reason",
    ["backend_type", "reason"],
  );
  readonly #networksLost = this.#gauge(
    "seabird_backends_network_lost",
    "Connected backends whose network is not connected to them",
    ["backend_type"],
  );
  readonly #networkLosses = this.#counter(
    "seabird_network_lost_total",
    "Times that a backend lost its network",
    ["backend_type"],
  );
  readonly #pauses = this.#counter(
    "seabird_ingest_pauses_total",
    "Times that reading backends' events paused for streams that were behind",
  );
  readonly #pausedTime = this.#counter(
    "seabird_ingest_paused_seconds_total",
    "Time for which reading backends' events paused",
  );

  readonly #uploads = this.#counter("seabird_media_uploads_total", "Uploads, by HTTP status", [
    "status",
  ]);
  readonly #uploadedBytes = this.#counter(
    "seabird_media_uploaded_bytes_total",
    `${BYTES}the files that were uploaded`,
  );
  readonly #fetches = this.#counter(
    "seabird_media_fetches_total",
    "Files that backends were asked for, by outcome",
    ["outcome", "backend_type"],
  );
  readonly #served = this.#counter("seabird_media_served_total", "Files read, by HTTP status", [
    "status",
  ]);
  readonly #servedBytes = this.#counter(
    "seabird_media_served_bytes_total",
    `${BYTES}the files that were read`,
  );

  #counter(name: string, help: string, labels: readonly string[] = []): CounterFamily {
    return this.#add(new CounterFamily(name, help, labels));
  }

  #gauge(name: string, help: string, labels: readonly string[]): CounterFamily {
    return this.#add(new CounterFamily(name, help, labels, "gauge"));
  }

  #durations(name: string, what: string, labels: readonly string[]): DurationFamily {
    return this.#add(new DurationFamily(name, `How long they took: ${what}`, labels));
  }

  #add<T extends Family>(family: T): T {
    this.#families.push(family);
    return family;
  }

  /** The label for a backend's type, which the backend itself chooses. */
  #typeLabel(backendType: string): string {
    if (this.#backendTypes.has(backendType)) return backendType;
    if (this.#backendTypes.size > MAX_BACKEND_TYPES) return "other";
    this.#backendTypes.add(backendType);
    return backendType;
  }

  eventReceived(kind: ChatEventKind, backendType: string): void {
    this.#received.add(1, kind, this.#typeLabel(backendType));
  }

  eventDropped(reason: DropReason, backendType: string): void {
    this.#dropped.add(1, reason, this.#typeLabel(backendType));
  }

  eventPublished(bytes: number): void {
    this.#published.add(1);
    this.#publishedBytes.add(bytes);
  }

  eventsDelivered(events: number, bytes: number): void {
    this.#delivered.add(events);
    this.#deliveredBytes.add(bytes);
  }

  eventsLost(events: number): void {
    this.#lost.add(events);
  }

  actionDone(
    kind: ActionKind,
    backendType: string,
    outcome: "ok" | ErrorCode,
    durationMs: number,
  ): void {
    const type = this.#typeLabel(backendType);
    this.#actions.add(1, kind, type, outcome);
    this.#actionTime.observe(durationMs, kind, type);
  }

  eventStreamOpened(): void {
    this.#streamsOpened.add(1);
  }

  eventStreamClosed(reason: CloseReason): void {
    this.#streamsClosed.add(1, reason);
  }

  backendConnected(backendType: string): void {
    this.#backends.add(1, this.#typeLabel(backendType));
  }

  backendDisconnected(backendType: string, reason: CloseReason): void {
    const type = this.#typeLabel(backendType);
    this.#backends.add(-1, type);
    this.#backendsClosed.add(1, type, reason);
  }

  networkChanged(backendType: string, isConnected: boolean): void {
    const type = this.#typeLabel(backendType);
    this.#networksLost.add(isConnected ? -1 : 1, type);
    if (!isConnected) this.#networkLosses.add(1, type);
  }

  uploadEnded(status: number, bytes: number): void {
    this.#uploads.add(1, String(status));
    this.#uploadedBytes.add(bytes);
  }

  fileFetched(outcome: string, backendType: string): void {
    this.#fetches.add(1, outcome, this.#typeLabel(backendType));
  }

  fileServed(status: number, bytes: number): void {
    this.#served.add(1, String(status));
    this.#servedBytes.add(bytes);
  }

  ingestPaused(durationMs: number): void {
    this.#pauses.add(1);
    this.#pausedTime.add(durationMs / 1_000);
  }

  connectionOpened(protocol: "h2" | "http1"): void {
    this.#opened.add(1, protocol);
    this.#connections.add(1, protocol);
  }

  connectionClosed(protocol: "h2" | "http1"): void {
    this.#connections.add(-1, protocol);
  }

  connectionRefused(reason: ConnectionRefusal): void {
    this.#refused.add(1, reason);
  }

  callEnded(method: string, wire: Wire, outcome: ErrorCode | "ok", durationMs: number): void {
    this.#calls.add(1, method, wire, outcome);
    this.#callTime.observe(durationMs, method, wire);
  }

  /** Shows the broker's sizes, read at each scrape. */
  showBroker(stats: () => BrokerStats): void {
    const gauges: readonly [keyof BrokerStats, string, string][] = [
      ["eventStreams", "event_streams", "Open event streams"],
      ["channels", "channels", "Channels tracked of all backends"],
      ["commands", "commands", "Registered commands"],
      ["requestsInFlight", "requests_in_flight", "Requests that wait for a backend's answer"],
      ["requestsQueued", "requests_queued", "Requests not yet sent to backends that do not read"],
      ["requestBytesQueued", "request_bytes_queued", `${BYTES}the requests not yet sent`],
      ["lastSequence", "event_sequence", "Sequence number of the newest event"],
      ["eventLogBytes", "event_log_bytes", `${BYTES}the events that some stream has yet to take`],
      ["mostQueuedEvents", "queued_events_max", "Events that wait for the stream furthest behind"],
      ["statusWatchers", "status_watchers", "Open watches of the status"],
      ["ratedTokens", "rated_tokens", "Tokens whose rate of actions is remembered"],
    ];
    for (const [key, name, help] of gauges) this.show(`seabird_${name}`, help, () => stats()[key]);
  }

  /** Shows the sizes of the backends by their types, read at each scrape. */
  showBackends(backends: () => Iterable<BackendSizes>): void {
    for (const each of backendGauges(backends, (type) => this.#typeLabel(type))) this.#add(each);
  }

  /** Shows one more number, read at each scrape. */
  show(name: string, help: string, read: () => number): void {
    this.#add(new GaugeFamily(name, help, read));
  }

  /** Shows the figures of plugins, asked for at each scrape. Names that are there already are left out. */
  showPlugins(plugins: () => Promise<readonly Family[]>): void {
    this.#plugins = plugins;
  }

  async #render(): Promise<RenderedMetrics> {
    this.#renderer ??= import("./render.ts").then(({ createRenderer }) => createRenderer());
    const families = new Map(this.#families.map((each) => [each.name, each]));
    for (const each of await this.#plugins()) {
      if (!families.has(each.name)) families.set(each.name, each);
    }
    return (await this.#renderer)([...families.values()]);
  }
}
