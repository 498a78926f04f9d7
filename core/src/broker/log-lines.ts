/** The broker's lines above `debug`, all of which the owner of a token can cause at will. */
import type { StreamEventsRequest } from "@seabird-chat/protocol";
import type { AggregatedLog, LineKind } from "./aggregated-log.ts";
import type { Caller } from "./caller.ts";

/** A plugin that connects anew now and then is seen in full. */
const BURST = 20;

export const LOG_LINES = {
  streamOpened: line("info", "event stream opened"),
  streamEnded: line("info", "event stream ended"),
  misnamed: line("warn", "a command's two names differ"),
  backendConnected: line("info", "backend connected"),
  backendDisconnected: line("info", "backend disconnected"),
  networkBack: line("info", "a backend's network is back"),
  networkLost: line("info", "a backend has lost its network"),
  /** A broken backend may lose every event. */
  droppedEvent: line("warn", "dropped an event of a backend", 1),
} satisfies Record<string, LineKind>;

function line(level: LineKind["level"], text: string, burst = BURST): LineKind {
  return { level, by: "tokenName", text, burst };
}

/** Existing plugins do it, so it is not refused (protocol: StreamEvents). */
export function logMisnamed(
  log: AggregatedLog,
  commands: StreamEventsRequest["commands"],
  caller: Caller,
): void {
  for (const [command, { name }] of Object.entries(commands)) {
    if (name !== command) log.add(LOG_LINES.misnamed, caller.name, { command, name });
  }
}
