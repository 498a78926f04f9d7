/** The broker's live status as messages of the admin service. */
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import {
  type BackendConnectionSchema,
  type EventStreamSchema,
  StatusSchema,
} from "@seabird-chat/protocol/admin";
import { shuttingDown } from "../../broker/errors.ts";
import type {
  BackendStatus,
  EventStreamStatus,
  StatusChange,
  StatusWatch,
} from "../../broker/status/status.ts";
import type { Source, SourceEnd } from "../../broker/streams/source.ts";
import { encodeEnvelope } from "../calls/encode-envelope.ts";

const SHUTTING_DOWN: SourceEnd = { error: shuttingDown() };

export class StatusSource implements Source {
  readonly #watch: StatusWatch;

  constructor(watch: StatusWatch) {
    this.#watch = watch;
  }

  get onReady(): (() => void) | undefined {
    return this.#watch.onReady;
  }

  set onReady(then: (() => void) | undefined) {
    this.#watch.onReady = then;
  }

  get end(): SourceEnd | undefined {
    return this.#watch.ended ? SHUTTING_DOWN : undefined;
  }

  take(): Uint8Array | undefined {
    const change = this.#watch.take();
    return change === undefined ? undefined : encodeEnvelope(StatusSchema, statusMessage(change));
  }

  close(): void {
    this.#watch.close();
  }
}

export function streamMessage(
  stream: EventStreamStatus,
): MessageInitShape<typeof EventStreamSchema> {
  return {
    id: stream.id,
    tokenName: stream.tokenName,
    commands: [...stream.commands],
    kinds: [...stream.kinds],
    connectedAt: timestampFromMs(stream.connectedAtMs),
    eventsSent: BigInt(stream.eventsSent),
    queuedEvents: stream.queuedEvents,
    queuedBytes: BigInt(stream.queuedBytes),
    peer: stream.peer,
  };
}

export function backendMessage(
  backend: BackendStatus,
): MessageInitShape<typeof BackendConnectionSchema> {
  return {
    id: backend.id,
    type: backend.type,
    tokenName: backend.tokenName,
    connectedAt: timestampFromMs(backend.connectedAtMs),
    channels: backend.channels,
    requestsInFlight: backend.requestsInFlight,
    requestsQueued: backend.requestsQueued,
    eventsReceived: BigInt(backend.eventsReceived),
    eventsDropped: BigInt(backend.eventsDropped),
    peer: backend.peer,
    connectionId: backend.connectionId,
    networkReason: backend.networkReason,
    ...(backend.networkLostAtMs === undefined
      ? {}
      : { networkLostAt: timestampFromMs(backend.networkLostAtMs) }),
  };
}

function statusMessage(change: StatusChange) {
  return create(StatusSchema, { at: timestampFromMs(change.atMs), status: statusCase(change) });
}

type StatusCase = NonNullable<MessageInitShape<typeof StatusSchema>["status"]>;

function statusCase(change: StatusChange): StatusCase {
  switch (change.kind) {
    case "snapshot": {
      const { streams, backends } = change.snapshot;
      const value = {
        streams: streams.map(streamMessage),
        backends: backends.map(backendMessage),
      };
      return { case: "snapshot", value };
    }
    case "stream_opened":
      return { case: "streamOpened", value: streamMessage(change.stream) };
    case "stream_closed": {
      const { id, tokenName, reason } = change;
      return { case: "streamClosed", value: { id, tokenName, reason } };
    }
    case "backend_connected":
      return { case: "backendConnected", value: backendMessage(change.backend) };
    case "network_changed":
      return { case: "networkChanged", value: backendMessage(change.backend) };
    case "backend_disconnected": {
      const { id, connectionId, reason } = change;
      return { case: "backendDisconnected", value: { id, connectionId, reason } };
    }
    case "missed":
      return { case: "missed", value: { changes: change.changes } };
    case "shutting_down":
      return { case: "shuttingDown", value: {} };
  }
}
