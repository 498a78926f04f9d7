/** Asks the run of this folder for the state of its bridge. */
import { EXIT } from "@seabird-chat/runtime";
import { type BridgeStatus, readBridgeStatus } from "@seabird-chat/runtime/bridge-status";
import { CliError } from "../process/cli-error.ts";
import { type AskOptions, askRun } from "./control-client.ts";
import type { ProjectStatus, StatusResult } from "./control-protocol.ts";

/** The plugin's name, and that of its component. */
export const BRIDGE = "bridge";

/** Throws a CliError if no bridge runs here, or it does not answer. */
export async function askBridge(options: AskOptions = {}): Promise<BridgeStatus> {
  const { components } = (await askRun({ do: "ps" }, options)) as ProjectStatus;
  if (!components.some(({ name, kind }) => name === BRIDGE && kind === "plugin")) {
    const next = "name its links in seabird.yaml, then `seabird reload`: see docs/bridge.md";
    throw new CliError(EXIT.usage, "no bridge runs here", next);
  }
  const { plugins } = (await askRun({ do: "status", component: BRIDGE }, options)) as StatusResult;
  const found = plugins.find(({ plugin }) => plugin === BRIDGE);
  const status =
    found !== undefined && "json" in found ? readBridgeStatus(JSON.parse(found.json)) : undefined;
  if (status !== undefined) return status;
  const why = found !== undefined && "error" in found ? found.error : "it reports something else";
  const next = `\`seabird logs ${BRIDGE}\` may show why; after an update, \`seabird restart ${BRIDGE}\``;
  throw new CliError(EXIT.failed, `the bridge does not say how it is: ${why}`, next);
}
