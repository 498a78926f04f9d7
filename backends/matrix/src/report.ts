/** Hands events to the SDK, which says what a message in a channel is. */
import { type BackendHost, pause, reportEvent } from "@seabird-chat/sdk/backend";
import type { MatrixEvent } from "./inbound.ts";

type Host = Pick<BackendHost, "emit" | "channels" | "members">;

export function report(host: Host, event: MatrixEvent): void {
  if (event.kind === "notice") host.emit.plainMessage(event.message);
  else reportEvent(host, event);
}

/** Resolves when nothing waits for core any more, or the backend ends, with whether core has it. */
export async function delivered({ emit }: Pick<BackendHost, "emit">): Promise<boolean> {
  await emit.flushed();
  return emit.waiting === 0;
}

/** Milliseconds. */
const SOON_MS = 1_000;

/** The same, but for a second at most. */
export async function deliveredSoon(host: Pick<BackendHost, "emit" | "clock">): Promise<void> {
  const ended = new AbortController();
  await Promise.race([delivered(host), pause(host.clock, SOON_MS, ended.signal)]);
  ended.abort();
}
