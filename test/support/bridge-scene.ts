/** A short talk over the bridge: what each person's client shows of it. */
import { waitFor } from "./irc-wait.ts";
import type { HeardMessage, LocalNetwork } from "./local-network.ts";
import { channelIdOf } from "./networks-project.ts";
import type { Scene, SceneRow } from "./poll-scene.ts";

/** In the repository; `npm run pictures` draws it. */
export const BRIDGE_PICTURE = "docs/bridge.svg";
export const BRIDGE_TITLE = "One talk on three networks";

/** The section `bridge` of `seabird.yaml`. */
export function bridgeOf(networks: readonly LocalNetwork[]) {
  return { links: { tea: networks.map(channelIdOf) } };
}

interface Step {
  readonly on: LocalNetwork["type"];
  readonly does: "says" | "edits";
  readonly text: string;
}

const STEPS: readonly Step[] = [
  { on: "irc", does: "says", text: "anybody for tea?" },
  { on: "matrix", does: "says", text: "yes pleese" },
  { on: "matrix", does: "edits", text: "yes please" },
  { on: "xmpp", does: "says", text: "and cake" },
];

/** Each step is heard everywhere before the next. */
export async function playBridge(networks: readonly LocalNetwork[]): Promise<readonly Scene[]> {
  const rows = new Map(networks.map(({ type }) => [type, [] as SceneRow[]]));
  const read = new Map(networks.map((network) => [network.type, network.heard(0).length]));
  const next = async (network: LocalNetwork, end: string): Promise<HeardMessage> => {
    const from = read.get(network.type) ?? 0;
    const message = await waitFor(
      () => `${network.type}: ${end}; heard ${JSON.stringify(network.heard(0).slice(-3))}`,
      () => network.heard(from)[0],
    );
    read.set(network.type, from + 1);
    if (message.text.endsWith(end)) return message;
    throw new Error(`${network.type}: ${JSON.stringify(message)}, expected … ${end}`);
  };
  for (const { on, does, text } of STEPS) {
    const network = networks.find(({ type }) => type === on);
    await (does === "says" ? network?.say(text) : network?.edit?.(text));
    for (const each of networks) {
      const shown = rows.get(each.type);
      if (each === network) shown?.push({ who: "ann", does, text });
      else {
        const message = await next(each, text);
        const isEdit = message.edits !== undefined;
        shown?.push({ who: "seabird", does: isEdit ? "edits" : "says", text: message.text });
      }
    }
  }
  return networks.map(({ type }) => ({ type, rows: rows.get(type) ?? [] }));
}
