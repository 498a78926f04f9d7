/** `seabird ps`: the components that `seabird up` runs, and how they are. */

import { formatRoughDuration, type NetworkStatus } from "@seabird-chat/runtime";
import type { Command } from "commander";
import { askRun } from "../supervise/control-client.ts";
import type { ComponentStatus, ProjectStatus } from "../supervise/control-protocol.ts";
import { formatLogLine, readLogLine } from "../supervise/log-lines.ts";
import { type Context, contextOf, withJson } from "./context.ts";
import { ignoredLines } from "./unignore.ts";

export function addPs(program: Command): void {
  withJson(program.command("ps"))
    .description("the components of the running `seabird up`, and their states")
    .addHelpText("after", PS_HELP)
    .action(async (_options, command: Command) => showComponents(contextOf(command)));
}

const PS_HELP = `
States: starting, ready, waiting (crashed; started again after a pause), failed (crashed five
times within a minute), misconfigured (wrong settings), stopped; remote (a core that runs
elsewhere), off (a room without a terminal). NETWORK: whether a backend is on its network. The last
lines of failed components are shown below, and users whom plugins ignore because they are in a loop
with them.`;

async function showComponents({ output }: Context): Promise<void> {
  const status = (await askRun({ do: "ps" })) as ProjectStatus;
  output.result(status, () => {
    output.table({
      columns: ["COMPONENT", "KIND", "STATE", "PID", "UP", "RESTARTS", "LAST END", "NETWORK"],
      rows: status.components.map(rowOf),
      empty: "No component runs.",
    });
    const ignored = status.components.flatMap((component) => ignoredLines(component, Date.now()));
    if (ignored.length > 0) output.line("");
    for (const line of ignored) output.line(line);
    if (ignored.length > 0) output.line("  `seabird unignore USER` ends it.");
    for (const component of status.components) {
      if (component.lastLines === undefined) continue;
      output.line("");
      output.line(
        output.style("bold", `${component.name}, last lines (all in ${component.log ?? "-"}):`),
      );
      if (component.lastLines.length === 0) output.line("  (it wrote nothing)");
      for (const line of component.lastLines) {
        output.line(`  ${formatLogLine(readLogLine(line))}`);
      }
    }
  });
}

function rowOf(component: ComponentStatus): string[] {
  const { name, kind, state, pid, upMs, restarts, lastExit, network } = component;
  const up = upMs === undefined ? "-" : formatRoughDuration(upMs);
  const end = lastExit ?? "-";
  return [name, kind, state, String(pid ?? "-"), up, String(restarts), end, networkText(network)];
}

function networkText(status: NetworkStatus | undefined): string {
  if (status?.state !== "away") return status?.state ?? "-";
  const { sinceMs, why } = status;
  return `away for ${formatRoughDuration(Math.max(0, Date.now() - sinceMs))}: ${why}`;
}
