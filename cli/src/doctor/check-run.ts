/** Checks the `seabird up` of this folder: its components, their connections to core, and loops. */
import { EXIT } from "@seabird-chat/runtime";
import type { Clients } from "../client/clients.ts";
import { ignoredLines } from "../commands/unignore.ts";
import { asFailure, CliError } from "../process/cli-error.ts";
import { askRun } from "../supervise/control-client.ts";
import type { ComponentStatus, ProjectStatus } from "../supervise/control-protocol.ts";
import { checkBridge } from "./check-bridge.ts";
import { type Finding, good, type Patient, problem, WITHIN, warning } from "./finding.ts";

/** Finds nothing if this folder has no run, or one of another core. */
export async function checkRun({ settings, clients }: Patient): Promise<readonly Finding[]> {
  const answer = await askRun({ do: "ps" }).catch((error: unknown) => asFailure(error));
  if (answer instanceof CliError) {
    const { message: text, next, exitCode } = answer;
    if (exitCode !== EXIT.timeout) return [];
    return [problem("run", text, next)];
  }
  const { url, components } = answer as ProjectStatus;
  if (url !== settings.url) return [];
  const connected = await connectedNames(clients);
  const found = components.flatMap((component) => checkComponent(component, connected));
  const fine = good("components", readyText(components));
  const loops = components.flatMap(loopsOf);
  return [
    ...(found.length === 0 ? [fine] : found),
    ...loops,
    ...(await checkBridge(components, clients)),
  ];
}

/** Of components of which none has a problem of its own. */
export function readyText(components: readonly Pick<ComponentStatus, "state">[]): string {
  const wanted = components.filter(({ state }) => state !== "off" && state !== "remote");
  const ready = wanted.filter(({ state }) => state === "ready");
  if (ready.length === wanted.length) return `all ${wanted.length} are ready`;
  return `${ready.length} of ${wanted.length} are ready, the others wait for their networks`;
}

/** The names of the tokens by which core has connections; undefined if core does not tell. */
async function connectedNames({ admin }: Clients): Promise<ReadonlySet<string> | undefined> {
  try {
    const [{ streams }, { backends }] = await Promise.all([
      admin.listStreams({}, WITHIN),
      admin.listConnections({}, WITHIN),
    ]);
    return new Set([...streams, ...backends].map(({ tokenName }) => tokenName));
  } catch {
    return undefined;
  }
}

function checkComponent(
  component: ComponentStatus,
  connected: ReadonlySet<string> | undefined,
): readonly Finding[] {
  const { name, kind, state, pid, lastExit, network } = component;
  const ended = lastExit ?? "ended";
  const about = `component ${name}`;
  const seeLog = `\`seabird logs ${name}\` shows why`;
  switch (state) {
    case "failed":
      return [
        problem(
          about,
          `${ended}, too often; it is not restarted`,
          `\`seabird logs ${name}\` shows why, \`seabird restart ${name}\` tries again`,
        ),
      ];
    case "misconfigured":
      return [
        problem(
          about,
          `${ended}: its settings are wrong; it is not restarted`,
          `\`seabird logs ${name}\` shows which; change them, then \`seabird reload\``,
        ),
      ];
    case "waiting":
      return [problem(about, `${ended}; it is restarted`, seeLog)];
    case "starting":
      // A backend whose network is away starts until it is there; that has a line of its own.
      if (network?.state === "away") return [];
      if (lastExit !== undefined) return [problem(about, `${ended}; it starts again`, seeLog)];
      return [warning(about, "is starting", `if it lasts, look at \`seabird logs ${name}\``)];
    case "ready":
      // A process that is suspended cannot report that it is not connected any more.
      if (kind === "core" || connected === undefined || connected.has(name)) return [];
      return [
        problem(
          about,
          "runs, but core has no connection from it",
          "it connects again by itself within seconds; if not, it may be suspended " +
            `(\`kill -CONT ${pid ?? "PID"}\` wakes it) or stuck (\`seabird restart ${name}\`)`,
        ),
      ];
    default:
      return [];
  }
}

function loopsOf(component: ComponentStatus): readonly Finding[] {
  const next = "tell the other bot's operator; `seabird unignore USER` ends it";
  return ignoredLines(component, Date.now()).map((text) => warning("loop", text, next));
}
