/** The backends that have lost their networks, as core knows it (docs/protocol.md: network_state). */
import { timestampMs } from "@bufbuild/protobuf/wkt";
import type { BackendConnection } from "@seabird-chat/protocol/admin";
import type { NetworkStatus } from "@seabird-chat/runtime";
import { withoutAdmin } from "./call-failure.ts";
import type { Clients } from "./clients.ts";

export type LostNetwork = Extract<NetworkStatus, { readonly state: "away" }>;

/**
 * By the backend's id, as `irc://libera`. Empty if core does not tell: it is an older or another one,
 * or the token lacks the scope admin. A backend that is missing may have lost its network without a
 * report.
 */
export async function lostNetworks(
  { admin }: Pick<Clients, "admin">,
  options: { readonly timeoutMs?: number } = {},
): Promise<ReadonlyMap<string, LostNetwork>> {
  const answer = await admin.listConnections({}, options).catch((error: unknown) => {
    withoutAdmin(error);
    return undefined;
  });
  const found = new Map<string, LostNetwork>();
  for (const backend of answer?.backends ?? []) {
    const lost = lostOf(backend);
    if (lost !== undefined) found.set(backend.id, lost);
  }
  return found;
}

/** Undefined while the backend is on its network. */
export function lostOf({
  networkLostAt,
  networkReason: why,
}: Pick<BackendConnection, "networkLostAt" | "networkReason">): LostNetwork | undefined {
  if (networkLostAt === undefined) return undefined;
  return { state: "away", sinceMs: timestampMs(networkLostAt), why };
}

/** As backends write it into their metadata: `away since 2026-01-31T12:00:00Z: timed out`. */
export function lostText({ sinceMs, why }: LostNetwork): string {
  const since = new Date(sinceMs).toISOString().replace(/\.\d+Z$/, "Z");
  return `away since ${since}${why === "" ? "" : `: ${why}`}`;
}
