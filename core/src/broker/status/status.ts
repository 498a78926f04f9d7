/** The status of a running broker for operators: a snapshot, and each change as it happens. */

/** An open event stream. */
export interface EventStreamStatus {
  readonly id: string;
  readonly tokenName: string;
  readonly peer: string;
  readonly commands: readonly string[];
  /** Names of the kinds of events that it gets; empty: the original ones. */
  readonly kinds: readonly string[];
  /** Unix milliseconds. */
  readonly connectedAtMs: number;
  readonly eventsSent: number;
  readonly queuedEvents: number;
  readonly queuedBytes: number;
}

/** A connected backend. */
export interface BackendStatus {
  /** Absolute: `irc://seabird`. */
  readonly id: string;
  /** Names this connection, also after the backend has come back with another one. */
  readonly connectionId: string;
  readonly type: string;
  readonly tokenName: string;
  readonly peer: string;
  /** Unix milliseconds. */
  readonly connectedAtMs: number;
  readonly channels: number;
  /** Waiting for an answer, those not yet sent included. */
  readonly requestsInFlight: number;
  /** Not yet sent, because the backend does not read. */
  readonly requestsQueued: number;
  readonly eventsReceived: number;
  readonly eventsDropped: number;
  /** Unix milliseconds since when its network has not been connected to it; `undefined`: it is. */
  readonly networkLostAtMs: number | undefined;
  /** Why, in the backend's words; empty if it is connected. */
  readonly networkReason: string;
}

/** Everything that is connected, each list sorted by id. */
export interface StatusSnapshot {
  readonly streams: readonly EventStreamStatus[];
  readonly backends: readonly BackendStatus[];
}

/** One change. `atMs` is in Unix milliseconds. */
export type StatusChange = { readonly atMs: number } & (
  | { readonly kind: "snapshot"; readonly snapshot: StatusSnapshot }
  | { readonly kind: "stream_opened"; readonly stream: EventStreamStatus }
  | {
      readonly kind: "stream_closed";
      readonly id: string;
      readonly tokenName: string;
      /** The status message with which it ended; empty if the peer left. */
      readonly reason: string;
    }
  | { readonly kind: "backend_connected"; readonly backend: BackendStatus }
  /** It has lost its network, or has it again. */
  | { readonly kind: "network_changed"; readonly backend: BackendStatus }
  | {
      readonly kind: "backend_disconnected";
      readonly id: string;
      readonly connectionId: string;
      readonly reason: string;
    }
  /** This watcher was too slow and has missed so many changes; a snapshot follows. */
  | { readonly kind: "missed"; readonly changes: number }
  /** Core is going down; the watch ends after this. */
  | { readonly kind: "shutting_down" }
);

/**
 * An open watch: its first change is a snapshot. Either pull it with `take`, or iterate it; it
 * has one reader.
 */
export interface StatusWatch extends AsyncIterable<StatusChange> {
  /** The next change; `undefined`: nothing waits. */
  take(): StatusChange | undefined;
  /** Called when something can be taken after nothing could, and when `ended` is set. */
  onReady: (() => void) | undefined;
  /** True when nothing more will come; what waits can still be taken. */
  readonly ended: boolean;
  /** Idempotent. */
  close(): void;
}
