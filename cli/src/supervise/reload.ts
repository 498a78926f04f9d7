/** Turns a running project into another one: what can go on goes on. */
import type { SettingsMessage } from "@seabird-chat/runtime";
import { isInteractive, type ProjectConfig } from "../config/project.ts";
import type { ComponentSpec } from "./component-process.ts";
import { CORE, type ComponentSpecs, levelOf } from "./component-specs.ts";
import { reportOn } from "./control.ts";
import type { ComponentReport } from "./control-protocol.ts";
import { type Change, compareProjects, reachable, SCOPES } from "./project-changes.ts";
import { RESTART_READY_MS, type Supervisor } from "./supervisor.ts";

export interface ReloadDeps {
  readonly supervisor: Supervisor;
  readonly components: ComponentSpecs;
  /** The last lines that a component wrote. */
  readonly logTail: (name: string) => readonly string[];
  /** Aborted: everything ends. */
  readonly signal: AbortSignal;
}

export interface Reloaded {
  /** What runs now. */
  readonly project: ProjectConfig;
  readonly reports: readonly ComponentReport[];
}

/** `next` has been checked. */
export async function reloadProject(
  old: ProjectConfig,
  next: ProjectConfig,
  deps: ReloadDeps,
): Promise<Reloaded> {
  const project = reachable(old, next);
  return { project, reports: await new Reload(project, deps).run(compareProjects(old, next)) };
}

class Reload {
  readonly #project: ProjectConfig;
  readonly #deps: ReloadDeps;
  readonly #specs: ReadonlyMap<string, ComponentSpec>;
  readonly #core: ComponentSpec | undefined;
  readonly #tokensChanged: boolean;

  constructor(project: ProjectConfig, deps: ReloadDeps) {
    this.#project = project;
    this.#deps = deps;
    const before = deps.components.extraTokens();
    this.#specs = deps.components.specsOf(project);
    this.#core = deps.components.coreOf(project);
    this.#tokensChanged = before !== deps.components.extraTokens();
  }

  async run(changes: readonly Change[]): Promise<ComponentReport[]> {
    const removed = changes.filter(({ kind }) => kind === "stop");
    const others = changes.filter(({ component, kind }) => component !== CORE && kind !== "stop");
    const stopped = await Promise.all(removed.map((change) => this.#remove(change)));
    await Promise.all(others.map((change) => this.#haltIfCutOff(change)));
    // Core before those whose tokens it has to know.
    const core = await this.#reloadCore(changes.filter(({ component }) => component === CORE));
    const rest = await Promise.all(others.map((change) => this.#apply(change)));
    return [...core, ...rest, ...stopped];
  }

  /** With other rights it has another token, and core ends the streams of the old one. */
  async #haltIfCutOff({ component: name, keys }: Change): Promise<void> {
    const component = this.#deps.supervisor.find(name);
    const hasCore = this.#core !== undefined;
    if (hasCore && component !== undefined && keys.includes(SCOPES)) {
      await this.#deps.supervisor.halt(component);
    }
  }

  async #remove({ component: name }: Change): Promise<ComponentReport> {
    const component = this.#deps.supervisor.find(name);
    if (component !== undefined) await this.#deps.supervisor.remove(component);
    return { component: name, did: "stopped", text: "stopped" };
  }

  async #reloadCore(changes: readonly Change[]): Promise<ComponentReport[]> {
    const refused = changes.filter(({ kind }) => kind === "refuse").map(refusal);
    const change = changes.find(({ kind }) => kind !== "refuse");
    const { core } = this.#project;
    if (this.#core === undefined || core.kind === "remote") return refused;
    const wanted =
      change ?? (this.#tokensChanged ? { component: CORE, kind: "live", keys: [] } : undefined);
    if (wanted === undefined) return refused;
    const report = await this.#change(wanted, this.#core, {
      type: "settings",
      logLevel: core.logLevel,
      extraTokens: this.#deps.components.extraTokens(),
    });
    // New tokens for core are not worth a line.
    return change === undefined && report.did === "changed" ? refused : [...refused, report];
  }

  async #apply(change: Change): Promise<ComponentReport> {
    const spec = this.#specs.get(change.component);
    const component = this.#project.components.find(({ name }) => name === change.component);
    if (change.kind === "refuse" || spec === undefined || component === undefined)
      return refusal(change);
    // Without a terminal it does not run.
    if (isInteractive(component) && this.#deps.supervisor.find(component.name) === undefined) {
      return { component: component.name, did: "changed", text: "noted; it does not run here" };
    }
    const { settings } = component;
    return await this.#change(change, spec, {
      type: "settings",
      settings,
      logLevel: levelOf(component),
    });
  }

  async #change(
    change: Change,
    spec: ComponentSpec,
    message: SettingsMessage,
  ): Promise<ComponentReport> {
    const { supervisor, signal, logTail } = this.#deps;
    const component = supervisor.find(spec.name);
    const keys = change.keys.join(", ");
    if (component === undefined) {
      const started = supervisor.start(spec);
      await supervisor.settled([started], RESTART_READY_MS, signal);
      return reportOn(started, "started", "started", logTail);
    }
    let why = "";
    if (change.kind === "live" && component.state === "ready") {
      const problem = await supervisor.tell(component, message);
      component.update(spec);
      if (problem === undefined) {
        return { component: spec.name, did: "changed", text: `applied ${keys} without a restart` };
      }
      why = `, since ${problem}`;
    }
    await supervisor.restart(component, spec);
    await supervisor.settled([component], RESTART_READY_MS, signal);
    return reportOn(component, "restarted", `restarted to apply ${keys}${why}`, logTail);
  }
}

function refusal({ component, keys }: Change): ComponentReport {
  const what = keys.length === 0 ? "the chat room" : keys.join(", ");
  const text = `${what} is not changed by a reload; stop \`seabird up\` and start it again`;
  return { component, did: "refused", text };
}
