/** `seabird bridge status`: the links of the bridge that `seabird up` runs, and how they are. */

import { formatRoughDuration } from "@seabird-chat/runtime";
import type { BridgeDestination } from "@seabird-chat/runtime/bridge-status";
import type { Command } from "commander";
import { askBridge } from "../supervise/ask-bridge.ts";
import { type Context, contextOf, withJson } from "./context.ts";

export function addBridge(program: Command): void {
  const bridge = program.command("bridge").description("look at the links of the bridge");
  withJson(bridge.command("status"))
    .description("the links, what waits, when something was delivered last, and what fails")
    .addHelpText("after", STATUS_HELP)
    .action(async (_options, command: Command) => showStatus(contextOf(command)));
}

const STATUS_HELP = `
One line for each channel that a link leads to. Links that lead to the same channel have one queue
together. WAITING: messages, edits and the like that are not delivered yet. DELIVERED, REFUSED (by the
network) and DROPPED (too many or too old) are counted since the bridge started.`;

async function showStatus({ output }: Context): Promise<void> {
  const status = await askBridge();
  output.result(status, () => {
    output.table({
      columns: [
        "LINK",
        "STATE",
        "TO",
        "WAITING",
        "DELIVERED",
        "REFUSED",
        "DROPPED",
        "LAST",
        "FAILS",
      ],
      rows: status.links.flatMap(({ name, isPaused, to }) =>
        to.map((destination) => [name, isPaused ? "paused" : "open", ...cellsOf(destination)]),
      ),
      empty: "The bridge has no links.",
    });
    if (status.more > 0) output.line(`and ${status.more} more links`);
  });
}

function cellsOf(destination: BridgeDestination): readonly string[] {
  const { channel, waiting, delivered, refused, dropped, lastAtMs, failure } = destination;
  const last =
    lastAtMs === undefined ? "-" : `${formatRoughDuration(Math.max(0, Date.now() - lastAtMs))} ago`;
  return [channel, ...[waiting, delivered, refused, dropped].map(String), last, failure ?? "-"];
}
