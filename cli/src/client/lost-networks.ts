/** The backends that have lost their networks, as core knows it (docs/protocol.md: network_state). */
import { timestampMs } from "@bufbuild/protobuf/wkt";
import type { BackendConnection } from "@seabird-chat/protocol/admin";
import type { NetworkStatus } from "@seabird-chat/runtime";
import { withoutAdmin } from "./call-failure.ts";
import type { Clients } from "./clients.ts";

export type LostNetwork = Extract<NetworkStatus, { readonly state: "away" }>;

export interface LostNetworks {
  /** By the backend's id, as `irc://libera`. */
  readonly byId: ReadonlyMap<string, LostNetwork>;
  /** By the name of its token, which for a component of a project is the component's. */
  readonly byToken: ReadonlyMap<string, LostNetwork>;
}

/**
 * Empty if core does not tell: it is an older or another one, or the token lacks the scope admin.
 * A backend that is missing may have lost its network without a report.
 */
export async function lostNetworks(
  { admin }: Pick<Clients, "admin">,
  options: { readonly timeoutMs?: number } = {},
): Promise<LostNetworks> {
  const answer = await admin.listConnections({}, options).catch((error: unknown) => {
    withoutAdmin(error);
    return undefined;
  });
  return indexLost(answer?.backends ?? []);
}

type Row = Pick<BackendConnection, "id" | "tokenName" | "networkLostAt" | "networkReason">;

function indexLost(backends: readonly Row[]): LostNetworks {
  const byId = new Map<string, LostNetwork>();
  const byToken = new Map<string, LostNetwork>();
  for (const { id, tokenName, networkLostAt, networkReason: why } of backends) {
    if (networkLostAt === undefined) continue;
    const lost: LostNetwork = { state: "away", sinceMs: timestampMs(networkLostAt), why };
    byId.set(id, lost);
    byToken.set(tokenName, lost);
  }
  return { byId, byToken };
}

/** As backends write it into their metadata: `away since 2026-01-31T12:00:00Z: timed out`. */
export function lostText({ sinceMs, why }: LostNetwork): string {
  const since = new Date(sinceMs).toISOString().replace(/\.\d+Z$/, "Z");
  return `away since ${since}${why === "" ? "" : `: ${why}`}`;
}
