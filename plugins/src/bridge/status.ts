/** The state of the links, for `!bridge status` and for `seabird bridge status`. */
import type {
  BridgeDestination,
  BridgeLinkStatus,
  BridgeStatus,
} from "@seabird-chat/runtime/bridge-status";
import type { Bridge } from "./bridge.ts";

type Parts = Pick<Bridge, "links" | "guards" | "queues">;

/** Destinations in a status, each of which takes some hundred characters; the other links are counted. */
const MAX_DESTINATIONS = 1_000;
const MAX_FAILURE_CHARACTERS = 300;

export function statusOf({ links, guards, queues }: Parts): BridgeStatus {
  let destinations = 0;
  const fitting = links.all.filter(({ from, to }) => {
    destinations += from.length + to.length;
    return destinations <= MAX_DESTINATIONS;
  });
  const shown = fitting.map((link): BridgeLinkStatus => {
    const { isPaused, crossed, heldBack } = guards.of(link);
    const to = link.to.map((channel) => destination(channel, queues.of(channel)));
    return { name: link.name, isPaused, crossed, heldBack, from: link.from, to };
  });
  return { links: shown, more: links.all.length - shown.length };
}

function destination(channel: string, queue: ReturnType<Parts["queues"]["of"]>): BridgeDestination {
  const failure = queue?.failure?.slice(0, MAX_FAILURE_CHARACTERS);
  return {
    channel,
    waiting: queue?.waiting ?? 0,
    ...(queue?.counts ?? NONE),
    failures: queue?.failures ?? 0,
    ...(queue?.lastAt !== undefined && { lastAtMs: queue.lastAt }),
    ...(failure !== undefined && { failure }),
  };
}

const NONE = { delivered: 0, refused: 0, dropped: 0, unknown: 0 };
