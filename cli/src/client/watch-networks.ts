/** Follows core's live status for lost networks. */
import { Code, ConnectError } from "@connectrpc/connect";
import { parseBackendId } from "@seabird-chat/protocol";
import type { BackendConnection, Status } from "@seabird-chat/protocol/admin";
import { createClients } from "./clients.ts";
import { type LostNetwork, lostOf } from "./lost-networks.ts";

/** Core cannot or will not tell: it is an older or another one, or the token lacks the scope admin. */
const REFUSALS = [Code.PermissionDenied, Code.Unauthenticated, Code.Unimplemented];

export interface NetworkWatch {
  readonly url: string;
  readonly token: string;
  readonly signal: AbortSignal;
  /** By the backends' names, as `irc/libera`: what is known, kept up to date. */
  readonly lost: Map<string, LostNetwork>;
  /** Undefined: the network is there again. */
  changed(name: string, lost: LostNetwork | undefined): void;
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

function take({ case: kind, value }: Status["status"], watch: NetworkWatch): void {
  if (kind === "snapshot") {
    const present = new Set(value.backends.map(({ id }) => nameOf(id)));
    for (const name of watch.lost.keys()) if (!present.has(name)) watch.lost.delete(name);
    for (const backend of value.backends) note(backend, watch);
  }
  if (kind === "backendConnected" || kind === "networkChanged") note(value, watch);
  if (kind === "backendDisconnected") watch.lost.delete(nameOf(value.id));
}

function note(backend: BackendConnection, { lost, changed }: NetworkWatch): void {
  const name = nameOf(backend.id);
  const now = lostOf(backend);
  const wasLost = lost.has(name);
  if (now === undefined) lost.delete(name);
  else lost.set(name, now);
  if (wasLost !== (now !== undefined)) changed(name, now);
}

function nameOf(id: string): string {
  const backend = parseBackendId(id);
  return backend === undefined ? id : `${backend.type}/${backend.id}`;
}
