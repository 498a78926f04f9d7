/** Starts a project: core, then plugins, then backends, so that no plugin misses a message. */

import { EXIT } from "@seabird-chat/runtime";
import type { LostNetwork } from "../client/lost-networks.ts";
import { type ComponentConfig, isInteractive, type ProjectConfig } from "../config/project.ts";
import { CliError } from "../process/cli-error.ts";
import { shellQuote } from "../process/own-command.ts";
import type { Component } from "./component.ts";
import type { ComponentLogs } from "./component-logs.ts";
import { CORE, type ComponentSpecs } from "./component-specs.ts";
import type { CoreAddress } from "./core-address.ts";
import { complaints } from "./log-lines.ts";
import type { Reporter } from "./reporter.ts";
import type { Supervisor } from "./supervisor.ts";

/** Until the plugins are ready; after that the backends start without them. */
const PLUGIN_WAIT_MS = 10_000;
/** Until the other components are ready; after that the chat room opens without them. */
const ROOM_WAIT_MS = 15_000;
/** With a script, until all components are ready; after that `up` ends with exit code 7. */
const SCRIPT_START_MS = 60_000;
/** Until core listens; after that `up` ends with exit code 7. */
const CORE_START_MS = 60_000;

export interface StartDeps {
  readonly project: ProjectConfig;
  readonly components: ComponentSpecs;
  readonly supervisor: Supervisor;
  readonly logs: ComponentLogs;
  readonly reporter: Reporter;
  readonly address: CoreAddress;
  readonly terminal: "person" | "script" | "none";
  /** Aborted: everything ends. */
  readonly signal: AbortSignal;
  /** The networks that are lost now, by component. */
  lost(): readonly (readonly [component: string, lost: LostNetwork])[];
}

/** Lines of core's log that are shown when it does not start. */
const CORE_TAIL_LINES = 5;

/** Throws a CliError if core does not start, or for a script anything else. */
export async function startProject(deps: StartDeps): Promise<void> {
  const { project, components, supervisor, signal, terminal } = deps;
  const specs = components.specsOf(project);
  const startAll = (isWanted: (component: ComponentConfig) => boolean): Component[] =>
    project.components.filter(isWanted).flatMap(({ name }) => {
      const spec = specs.get(name);
      return spec === undefined ? [] : [supervisor.start(spec)];
    });
  await startCore(deps);
  if (signal.aborted) return;
  reportLeftOut(deps);
  using _notice = deps.reporter.waiting(() => starting(supervisor.components));
  if (terminal === "script")
    return await letScriptGo(
      startAll(() => true),
      deps,
    );
  const plugins = startAll(({ kind }) => kind === "plugin");
  await supervisor.settled(plugins, PLUGIN_WAIT_MS, signal);
  if (signal.aborted) return;
  const backends = startAll((each) => each.kind === "backend" && !isInteractive(each));
  await supervisor.settled([...plugins, ...backends], ROOM_WAIT_MS, signal);
  if (signal.aborted) return;
  reportLate([...plugins, ...backends], deps.reporter);
  if (terminal === "person") {
    for (const room of startAll(isInteractive)) void showLost(room, deps);
    return;
  }
  const ready = supervisor.components.filter(({ state }) => state === "ready").length;
  deps.reporter.report({ type: "up", ready, components: supervisor.components.length });
}

/** Its first line is read when everything that may answer it is ready. */
async function letScriptGo(
  components: readonly Component[],
  { supervisor, logs, signal }: StartDeps,
): Promise<void> {
  const settled = await supervisor.settled(components, SCRIPT_START_MS, signal);
  if (signal.aborted) return;
  if (!settled) {
    throw new CliError(
      EXIT.component,
      `not ready after ${SCRIPT_START_MS / 1000} s: ${starting(components).join(", ")}`,
      `check or show ${logs.folder}`,
    );
  }
  for (const component of components) if (component.isTerminal) component.tell({ type: "go" });
}

/** The room learns of later changes from core itself, of those before it opened only from here. */
async function showLost(room: Component, { lost, reporter, supervisor }: StartDeps): Promise<void> {
  await room.ready;
  // Those that are not ready are reported as that.
  const wereReady = lost().filter(([name]) => supervisor.find(name)?.state === "ready");
  const networks = Object.fromEntries(wereReady.map(([name, { why }]) => [name, why]));
  if (Object.keys(networks).length > 0) reporter.report({ type: "lost-networks", networks });
}

function reportLeftOut({ project, terminal, reporter }: StartDeps): void {
  const left = terminal === "none" ? project.components.find(isInteractive) : undefined;
  if (left === undefined) return;
  reporter.report({ type: "warning", text: leftOutText(left) });
}

/** A room in a process of its own takes any input, but nothing of this run's configuration. */
function leftOutText({ name, id = "" }: ComponentConfig): string {
  const token = `seabird token create ${shellQuote(id)} --scope ${shellQuote(`backend:${name}`)}`;
  const room = `seabird backend --token-file .seabird/room.token terminal --id ${shellQuote(id)}`;
  return (
    `${name} is left out: it needs a terminal, and standard input is not read here. While this ` +
    `runs, \`${token} >.seabird/room.token\` and then \`${room}\` open it elsewhere, with any input`
  );
}

function reportLate(components: readonly Component[], reporter: Reporter): void {
  const names = starting(components);
  if (names.length === 0) return;
  const networks = components.flatMap(({ spec, network }) =>
    network?.state === "away" ? [[spec.name, network.why] as const] : [],
  );
  reporter.report({ type: "late", components: names, networks: Object.fromEntries(networks) });
}

function starting(components: readonly Component[]): string[] {
  return components.filter(({ state }) => state === "starting").map(({ spec }) => spec.name);
}

async function startCore(deps: StartDeps): Promise<void> {
  const { project, components, supervisor, logs, signal, address } = deps;
  const spec = components.coreOf(project);
  if (spec === undefined) return;
  const start = async () => {
    const core = supervisor.start(spec);
    return { core, settled: await supervisor.settled([core], CORE_START_MS, signal) };
  };
  await address.avoidTaken();
  let { core, settled } = await start();
  // Somebody may have taken the port between the look and core's start.
  if (core.state === "failed" && (await address.avoidTaken())) ({ core, settled } = await start());
  if (core.state === "ready" || signal.aborted) return;
  const lines = complaints(logs.logTail(CORE), CORE_TAIL_LINES);
  const shown = lines.length === 0 ? "" : `:\n${lines.map((line) => `  ${line}`).join("\n")}`;
  const what = settled
    ? "ended before it listened"
    : `does not listen after ${CORE_START_MS / 1000} s`;
  throw new CliError(EXIT.component, `core ${what}${shown}`, `check or show ${logs.path(CORE)}`);
}
