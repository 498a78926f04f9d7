/** Hands events to the SDK, which says what a message in a channel is. */
import { type BackendHost, reportEvent } from "@seabird-chat/sdk/backend";
import type { StanzaEvent } from "./inbound/network-event.ts";

type Host = Pick<BackendHost, "emit" | "channels" | "members">;

export function report(host: Host, event: StanzaEvent): void {
  if (event.kind === "lateMessage") host.emit.plainMessage(event.message);
  else reportEvent(host, event);
}
