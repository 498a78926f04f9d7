/** `seabird streams` and `seabird kick`: who is connected, and ending one. */
import { toJson } from "@bufbuild/protobuf";
import {
  type BackendConnection,
  BackendConnectionSchema,
  type EventStream,
  EventStreamSchema,
} from "@seabird-chat/protocol/admin";
import type { Command } from "commander";
import { formatAge } from "../terminal/times.ts";
import { type Context, contextOf, withConnection } from "./context.ts";

export function addStreams(program: Command): void {
  withConnection(program.command("streams"))
    .description("connected event streams and backends, and what waits for them (scope admin)")
    .action((_options, command: Command) => listStreams(contextOf(command)));
  withConnection(program.command("kick"))
    .description("end an event stream or a backend's connection (scope admin)")
    .argument("<id>", "as `seabird streams` shows it, or a backend's id")
    .option("--reason <text>", "the reason that the peer gets", "")
    .action((id: string, options: { reason: string }, command: Command) =>
      kick(contextOf(command), id, options.reason),
    );
}

async function listStreams({ output, ask }: Context): Promise<void> {
  const [{ streams }, { backends }] = await ask(({ admin }) =>
    Promise.all([admin.listStreams({}), admin.listConnections({})]),
  );
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

async function kick({ output, ask }: Context, id: string, reason: string): Promise<void> {
  await ask(({ admin }) => admin.disconnect({ id, reason }));
  output.result({ ok: true, id }, () => output.remark(`ended ${id}`));
}
