/** Checks the bridge of this folder's run: what it cannot deliver to, what is paused, what core does not know. */
import { Code, ConnectError } from "@connectrpc/connect";
import type { BridgeDestination, BridgeStatus } from "@seabird-chat/runtime/bridge-status";
import type { Clients } from "../client/clients.ts";
import { inGroups } from "../client/collect-channels.ts";
import { asFailure, CliError } from "../process/cli-error.ts";
import { askBridge, BRIDGE } from "../supervise/ask-bridge.ts";
import type { ComponentStatus } from "../supervise/control-protocol.ts";
import { type Finding, good, WITHIN, warning } from "./finding.ts";

/** Failing channels that are listed; and channels that core is asked about. */
const MAX_DESTINATIONS = 20;
const MAX_ASKED = 200;

/** Finds nothing if none runs. */
export async function checkBridge(
  components: readonly ComponentStatus[],
  clients: Clients,
): Promise<readonly Finding[]> {
  const isReady = components.some(({ name, state }) => name === BRIDGE && state === "ready");
  if (!isReady) return [];
  const status = await askBridge().catch((error: unknown) => asFailure(error));
  if (status instanceof CliError) return [warning("bridge", status.message, status.next)];
  return bridgeProblems(status, await unknownChannels(status, clients));
}

/** Those of its links in which the bot is not. */
async function unknownChannels(
  { links }: BridgeStatus,
  { seabird }: Clients,
): Promise<readonly string[]> {
  const all = new Set(
    links.flatMap(({ from, to }) => [...from, ...to.map((each) => each.channel)]),
  );
  const asked = [...all].slice(0, MAX_ASKED);
  const isUnknown = await inGroups(asked, (channelId) =>
    seabird.getChannelInfo({ channelId }, WITHIN).then(
      () => false,
      (error: unknown) => ConnectError.from(error).code === Code.NotFound,
    ),
  );
  return asked.filter((_, index) => isUnknown[index]);
}

/** Channels that cannot be delivered to, and links that are paused; if there are none: one line. */
export function bridgeProblems(
  { links, more }: BridgeStatus,
  unknown: readonly string[] = [],
): readonly Finding[] {
  const paused = links.filter(({ isPaused }) => isPaused);
  const failing = new Map(
    links
      .flatMap(({ to }) => to)
      .filter(({ failure }) => failure !== undefined)
      .map((each): readonly [string, BridgeDestination] => [each.channel, each]),
  );
  const found = [
    ...paused.map(({ name }) =>
      warning(`bridge ${name}`, "is paused", `\`!bridge resume ${name}\` in the chat ends it`),
    ),
    ...[...failing.values()]
      .slice(0, MAX_DESTINATIONS)
      .map(({ channel, waiting, failure }) =>
        warning(
          "bridge",
          `cannot deliver to ${channel}: ${failure}; ${waiting} waiting`,
          "it tries again by itself; if the reason lasts, see whether the bot is in that channel and may write there",
        ),
      ),
  ];
  for (const channel of unknown.slice(0, MAX_DESTINATIONS)) {
    const next =
      "`seabird channels` lists those in which the bot is; name it in its backend's settings";
    found.push(warning("bridge", `core knows no channel ${channel}`, next));
  }
  const rest = failing.size - MAX_DESTINATIONS;
  if (rest > 0) {
    const next = "`seabird bridge status` shows all";
    found.push(warning("bridge", `cannot deliver to ${rest} more channels`, next));
  }
  const all = links.length + more;
  const well = `${all} ${all === 1 ? "link" : "links"}, all deliver`;
  return found.length > 0 ? found : [good("bridge", well)];
}
