/** Log lines for the status of a connection. */
import type { Log } from "@seabird-chat/sdk/backend";
import type { ConnectionStatus } from "./connection/hooks.ts";
import type { ChannelCounts } from "./connection/wanted-channel.ts";

type Named<Name extends ConnectionStatus["status"]> = Extract<ConnectionStatus, { status: Name }>;

type Rows = {
  readonly [Name in ConnectionStatus["status"]]: (log: Log, host: string, is: Named<Name>) => void;
};

const ROWS: Rows = {
  connecting: (log, host, { port, tls, attempt }) =>
    log.info({ host, port, tls, attempt }, "connecting to IRC"),
  upgrading: (log, host, { port }) => log.info({ host, port }, "the network requires TLS"),
  logged_in: (log, host, { account }) => log.info({ host, account }, "logged in"),
  login_failed: (log, host, { reason }) =>
    log.warn({ host, reason }, "login failed, connected without it"),
  welcomed: (log, host, { nick }) => log.info({ host, nick }, "registered with the server"),
  settled: (log, host, counts) => {
    const level = counts.joined < counts.wanted ? "warn" : "info";
    log[level]({ host, ...countsOf(counts) }, joinedText(counts));
  },
  joined_late: (log, host, { channel, ...counts }) =>
    log.info({ host, channel, ...countsOf(counts) }, joinedText(counts)),
  identify_refused: (log, host, { reason }) =>
    log.warn({ host, reason }, "NickServ refused the password"),
  join_refused: (log, host, { channel, reason, retryInMs }) =>
    log.warn({ host, channel, reason, retryInMs }, "cannot join"),
  problem: (log, host, { reason }) => log.warn({ host, reason }, "problem with the IRC connection"),
  failed: (log, host, { reason, setting }) =>
    log.error({ host, reason, setting }, "the IRC network does not accept this setting"),
  lost: (log, host, { reason, retryInMs }) =>
    log.warn({ host, reason, retryInMs }, "IRC connection lost"),
};

function countsOf({ joined, wanted, waiting, untried }: ChannelCounts): ChannelCounts {
  return { joined, wanted, waiting, untried };
}

/** `joined 10 of 25 channels; 12 wait until the bot leaves one; 3 not tried yet`. */
function joinedText({ joined, wanted, waiting, untried }: ChannelCounts): string {
  if (wanted === 0) return "no channels to join";
  const wait = waiting === 0 ? "" : `; ${waiting} wait until the bot leaves one`;
  const next = untried === 0 ? "" : `; ${untried} not tried yet`;
  return `joined ${joined} of ${wanted} channel${wanted === 1 ? "" : "s"}${wait}${next}`;
}

export function logStatus(log: Log, host: string, status: ConnectionStatus): void {
  const row = ROWS[status.status] as (log: Log, host: string, is: ConnectionStatus) => void;
  row(log, host, status);
}
