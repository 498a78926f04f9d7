/** Log lines for the status of a connection and of its rooms. */
import type { Log } from "@seabird-chat/sdk/backend";
import type { ConnectionStatus } from "./connection/hooks.ts";
import type { Departure } from "./state/room.ts";

type Named<Name extends ConnectionStatus["status"]> = Extract<ConnectionStatus, { status: Name }>;

type Rows = {
  readonly [Name in ConnectionStatus["status"]]: (
    log: Log,
    account: string,
    is: Named<Name>,
  ) => void;
};

const ROWS: Rows = {
  connecting: (log, account, { attempt }) => log.info({ account, attempt }, "connecting to XMPP"),
  online: (log, account, { address }) => log.info({ account, address }, "logged in"),
  resumed: (log, account) => log.info({ account }, "the session goes on where it was cut"),
  interrupted: (log, account, { reason }) =>
    log.info({ account, reason }, "the connection was cut: trying to go on"),
  lost: (log, account, { reason, retryInMs }) =>
    log.warn({ account, reason, retryInMs }, "XMPP connection lost"),
  failed: (log, account, { reason, setting }) =>
    log.error({ account, reason, setting }, "the XMPP server does not accept this setting"),
};

export function logStatus(log: Log, account: string, status: ConnectionStatus): void {
  const row = ROWS[status.status] as (log: Log, account: string, is: ConnectionStatus) => void;
  row(log, account, status);
}

const LEFT_TEXTS = {
  part: "left the room",
  kicked: "kicked from the room",
  banned: "banned from the room",
  removed: "removed from the room, which is for members only",
  destroyed: "the room was destroyed",
  lost: "the server put the bot out of the room",
} as const;

export function logLeft(
  log: Log,
  room: string,
  { why, reason, by }: Departure,
  returnsInMs: number | undefined,
): void {
  log.warn({ room, reason, by, returnsInMs }, LEFT_TEXTS[why]);
}

export interface RoomCounts {
  readonly joined: number;
  readonly wanted: number;
}

export function logSettled(log: Log, { joined, wanted }: RoomCounts): void {
  const text = wanted === 0 ? "no rooms to join" : `joined ${joined} of ${wanted} rooms`;
  log[joined < wanted ? "warn" : "info"]({ joined, wanted }, text);
}
