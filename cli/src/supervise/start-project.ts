/** Starts a project: core, then plugins, then backends, so that no plugin misses anything. */

import { EXIT } from "@seabird-chat/runtime";
import type { ProjectConfig } from "../config/project.ts";
import { LIMITS } from "../limits.ts";
import { CliError } from "../process/cli-error.ts";
import type { Announcer } from "./announcer.ts";
import type { Component } from "./component.ts";
import type { ComponentLogs } from "./component-logs.ts";
import { CORE, type ComponentSpecs, isRoom } from "./component-specs.ts";
import type { Crew } from "./crew.ts";
import { complaints } from "./log-words.ts";

export interface StartInit {
  readonly project: ProjectConfig;
  readonly components: ComponentSpecs;
  readonly crew: Crew;
  readonly logs: ComponentLogs;
  readonly announcer: Announcer;
  /** A room has its terminal. */
  readonly hasRoom: boolean;
  /** Aborted: everything ends. */
  readonly signal: AbortSignal;
}

/** Lines of core's log that are shown when it does not start. */
const CORE_LAST_WORDS = 5;

/** Throws a CliError if core does not start; what else does not start is only said. */
export async function startProject(init: StartInit): Promise<void> {
  const { project, components, crew, signal } = init;
  const specs = components.specsOf(project);
  const startAll = (
    isWanted: (component: ProjectConfig["components"][number]) => boolean,
  ): Component[] =>
    project.components.filter(isWanted).flatMap(({ name }) => {
      const spec = specs.get(name);
      return spec === undefined ? [] : [crew.start(spec)];
    });
  await startCore(init);
  if (signal.aborted) return;
  sayLeftOut(init);
  using _notice = init.announcer.waiting(() => starting(crew.components));
  const plugins = startAll(({ kind }) => kind === "plugin");
  await crew.settled(plugins, LIMITS.pluginWaitMs, signal);
  if (signal.aborted) return;
  const backends = startAll((component) => component.kind === "backend" && !isRoom(component));
  await crew.settled([...plugins, ...backends], LIMITS.roomWaitMs, signal);
  if (signal.aborted) return;
  const names = starting([...plugins, ...backends]);
  if (names.length > 0) init.announcer.say({ type: "late", components: names });
  if (init.hasRoom) {
    startAll(isRoom);
    return;
  }
  const ready = crew.components.filter(({ state }) => state === "ready").length;
  init.announcer.say({ type: "up", ready, components: crew.components.length });
}

/** Whoever hands a script to a run with a seabird.yaml would wait for ever. */
function sayLeftOut({ project, hasRoom, announcer }: StartInit): void {
  const room = hasRoom ? undefined : project.components.find(isRoom);
  if (room === undefined) return;
  announcer.say({ type: "warning", text: `${room.name} is left out: there is no terminal for it` });
}

function starting(components: readonly Component[]): string[] {
  return components.filter(({ state }) => state === "starting").map(({ spec }) => spec.name);
}

async function startCore({ project, components, crew, logs, signal }: StartInit): Promise<void> {
  const spec = components.coreOf(project);
  if (spec === undefined) return;
  const component = crew.start(spec);
  const isClear = await crew.settled([component], LIMITS.coreStartMs, signal);
  if (component.state === "ready" || signal.aborted) return;
  const words = complaints(logs.lastWords(CORE), CORE_LAST_WORDS);
  const said = words.length === 0 ? "" : `:\n${words.map((line) => `  ${line}`).join("\n")}`;
  const what = isClear
    ? "ended before it listened"
    : `does not listen after ${LIMITS.coreStartMs / 1000} s`;
  throw new CliError(EXIT.component, `core ${what}${said}`, `look into ${logs.path(CORE)}`);
}
