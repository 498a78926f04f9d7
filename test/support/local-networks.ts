/** Every chat network that can be run on this machine, by its type. */
import { startLocalIrc } from "./local-irc.ts";
import { startLocalMatrix } from "./local-matrix.ts";
import type { LocalNetwork } from "./local-network.ts";
import { startLocalXmpp } from "./local-xmpp.ts";
import type { TestScope } from "./servers.ts";

export const LOCAL_NETWORKS: Readonly<
  Record<LocalNetwork["type"], (t: TestScope) => Promise<LocalNetwork | undefined>>
> = {
  irc: startLocalIrc,
  matrix: startLocalMatrix,
  xmpp: startLocalXmpp,
};

export const LOCAL_TYPES = Object.keys(LOCAL_NETWORKS) as LocalNetwork["type"][];

/** Undefined after telling the test to skip: a program is missing. */
export async function startLocalNetworks(
  t: TestScope,
  types: readonly LocalNetwork["type"][] = LOCAL_TYPES,
): Promise<readonly LocalNetwork[] | undefined> {
  const started = await Promise.all(types.map((type) => LOCAL_NETWORKS[type](t)));
  const networks = started.filter((network) => network !== undefined);
  return networks.length === types.length ? networks : undefined;
}
