/** Follows the live status of a core that runs elsewhere, for lost networks. */
import { Code, ConnectError } from "@connectrpc/connect";
import type { BackendConnection, Status } from "@seabird-chat/protocol/admin";
import type { BackendNetwork } from "@seabird-chat/runtime";
import { createClients } from "./clients.ts";
import { lostOf } from "./lost-networks.ts";

/** Core cannot or will not tell: it is an older or another one, or the token lacks the scope admin. */
const REFUSALS = [Code.PermissionDenied, Code.Unauthenticated, Code.Unimplemented];

export interface NetworkWatch {
  readonly url: string;
  readonly token: string;
  readonly signal: AbortSignal;
  /** The ids of all backends that are connected; `changed` follows for each of them. */
  begun(backendIds: readonly string[]): void;
  changed(backendId: string, network: BackendNetwork): void;
}

/** Until the stream ends. Never rejects. */
export async function watchNetworks(watch: NetworkWatch): Promise<"ended" | "refused"> {
  const { url, token, signal } = watch;
  const clients = createClients(url, token);
  try {
    // 0: no time limit.
    const changes = clients.admin.watchStatus({}, { signal, timeoutMs: 0 });
    for await (const { status } of changes) take(status, watch);
    return "ended";
  } catch (error) {
    return REFUSALS.includes(ConnectError.from(error).code) ? "refused" : "ended";
  } finally {
    clients.close();
  }
}

function take({ case: kind, value }: Status["status"], { begun, changed }: NetworkWatch): void {
  const note = (backend: BackendConnection) =>
    changed(backend.id, lostOf(backend) ?? { state: "connected" });
  if (kind === "snapshot") {
    begun(value.backends.map(({ id }) => id));
    for (const backend of value.backends) note(backend);
  }
  if (kind === "backendConnected" || kind === "networkChanged") note(value);
  if (kind === "backendDisconnected") changed(value.id, { state: "left" });
}
