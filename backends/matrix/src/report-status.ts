/** What the connection does, as lines of the log and as the state of the network. */
import type { BackendHost, Log } from "@seabird-chat/sdk/backend";
import type { ConnectionStatus } from "./connection.ts";
import type { MatrixSettings } from "./settings.ts";

type Host = Pick<BackendHost<MatrixSettings>, "config" | "log" | "network">;

type Rows = {
  readonly [Status in ConnectionStatus["status"]]: (
    log: Log,
    homeserver: string,
    status: Extract<ConnectionStatus, { readonly status: Status }>,
  ) => void;
};

const ROWS: Rows = {
  connecting: (log, homeserver, { attempt }) =>
    log.info({ homeserver, attempt }, "connecting to Matrix"),
  logged_in: (log, homeserver, { userId, baseUrl }) =>
    log.info({ homeserver, baseUrl, userId }, "logged in"),
  welcomed: (log, homeserver) => log.info({ homeserver }, "the homeserver sends what happens"),
  lost: (log, homeserver, { reason, retryInMs }) =>
    log.warn({ homeserver, reason, retryInMs }, "Matrix connection lost"),
  problem: (log, homeserver, { reason }) =>
    log.error({ homeserver, reason }, "an answer of the homeserver could not be handled"),
};

/** To the log, and to core what concerns the network. */
export function reportStatus({ config, log, network }: Host, status: ConnectionStatus): void {
  const row = ROWS[status.status] as (log: Log, homeserver: string, is: ConnectionStatus) => void;
  row(log, config.homeserver, status);
  if (status.status === "welcomed") network.back();
  else if (status.status === "lost") network.away(status.reason);
}
