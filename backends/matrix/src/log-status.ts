/** What the connection does, as lines of the log. */
import type { Log } from "@seabird-chat/sdk/backend";
import type { ConnectionStatus } from "./connection.ts";

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

export function logStatus(log: Log, homeserver: string, status: ConnectionStatus): void {
  const row = ROWS[status.status] as (log: Log, homeserver: string, is: ConnectionStatus) => void;
  row(log, homeserver, status);
}
