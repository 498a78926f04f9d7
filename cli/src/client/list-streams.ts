/** What `seabird streams` shows: event streams and backends, and what waits for them. */
import { toJson } from "@bufbuild/protobuf";
import { type Timestamp, timestampMs } from "@bufbuild/protobuf/wkt";
import {
  type BackendConnection,
  BackendConnectionSchema,
  type EventStream,
  EventStreamSchema,
} from "@seabird-chat/protocol/admin";
import { formatRoughDuration } from "@seabird-chat/runtime";
import type { Output } from "../terminal/output.ts";
import type { Clients } from "./clients.ts";

export async function listStreams({ admin }: Clients, output: Output): Promise<void> {
  const [{ streams }, { backends }] = await Promise.all([
    admin.listStreams({}),
    admin.listConnections({}),
  ]);
  const plain = {
    streams: streams.map((stream) =>
      toJson(EventStreamSchema, stream, { alwaysEmitImplicit: true }),
    ),
    backends: backends.map((one) =>
      toJson(BackendConnectionSchema, one, { alwaysEmitImplicit: true }),
    ),
  };
  output.result(plain, () => {
    output.table({
      columns: ["STREAM", "TOKEN", "AGE", "SENT", "QUEUED", "PEER", "COMMANDS"],
      rows: streams.map(streamRow),
      empty: "No event stream is open.",
    });
    output.line("");
    output.table({
      columns: ["BACKEND", "CONNECTION", "TOKEN", "AGE", "CHANNELS", "WAITING", "EVENTS", "PEER"],
      rows: backends.map(backendRow),
      empty: "No backend is connected.",
    });
  });
}

function streamRow(stream: EventStream): string[] {
  return [
    stream.id,
    stream.tokenName,
    formatAge(stream.connectedAt),
    String(stream.eventsSent),
    `${stream.queuedEvents} (${stream.queuedBytes} B)`,
    stream.peer,
    stream.commands.join(" "),
  ];
}

function backendRow(backend: BackendConnection): string[] {
  return [
    backend.id,
    backend.connectionId,
    backend.tokenName,
    formatAge(backend.connectedAt),
    String(backend.channels),
    `${backend.requestsInFlight}+${backend.requestsQueued}`,
    String(backend.eventsReceived),
    backend.peer,
  ];
}

/** How long ago that was; `-` if it never was. */
function formatAge(at: Timestamp | undefined): string {
  return at === undefined ? "-" : formatRoughDuration(Date.now() - timestampMs(at));
}
