/**
 * Tells the supervisor of the plugins of a process: whom they ignore, which it may end, and how they are
 * and their metrics, when it asks.
 */
import {
  errorMessage,
  MAX_REPORTED_PLUGINS,
  MAX_REPORTED_SPEAKERS,
  MAX_STATUS_CHARACTERS,
  type PluginStatus,
  sendToSupervisor,
} from "@seabird-chat/runtime";
import type { ProcessLifecycle } from "../link/process-lifecycle.ts";
import type { RunningPlugin } from "../plugin/running-plugin.ts";

/** More of why a plugin does not say how it is is left out. */
const MAX_ERROR_CHARACTERS = 1_000;

type Reporting = Pick<RunningPlugin, "name" | "ignored" | "status" | "metrics">;

/** Returns its undo. */
export function reportPlugins(
  running: readonly Reporting[],
  life: Pick<ProcessLifecycle, "onMessage">,
): () => void {
  const undos = running.map(({ ignored }) => ignored.onChange(() => reportIgnored(running)));
  const forget = life.onMessage((message) => {
    const { type } = message;
    if (type === "status" || type === "metrics") void report(running, type);
    if (message.type !== "unignore") return;
    for (const { ignored } of running) ignored.unignore(message.userId);
  });
  return () => {
    for (const undo of [...undos, forget]) undo();
  };
}

function reportIgnored(running: readonly Reporting[]): void {
  const loops = running.reduce((sum, { ignored }) => sum + ignored.loops, 0);
  const speakers = running.flatMap(({ name: plugin, ignored }) =>
    ignored.list().map((speaker) => ({ plugin, ...speaker })),
  );
  sendToSupervisor({ type: "ignored", loops, speakers: speakers.slice(-MAX_REPORTED_SPEAKERS) });
}

type Report = "status" | "metrics";

async function report(running: readonly Reporting[], type: Report): Promise<void> {
  const first = running.slice(0, MAX_REPORTED_PLUGINS);
  const all = await Promise.all(first.map((each) => reportOf(each, type)));
  sendToSupervisor({ type, plugins: all.filter((each) => each !== undefined) });
}

/** Undefined: it reports nothing. */
async function reportOf(running: Reporting, type: Report): Promise<PluginStatus | undefined> {
  const { name: plugin } = running;
  try {
    const json = JSON.stringify(await running[type]());
    if (json === undefined) return undefined;
    if (json.length <= MAX_STATUS_CHARACTERS) return { plugin, json };
    return { plugin, error: `its ${type} has more than ${MAX_STATUS_CHARACTERS} characters` };
  } catch (reason) {
    return { plugin, error: errorMessage(reason).slice(0, MAX_ERROR_CHARACTERS) };
  }
}
