/** Turns a running project into another one: what can go on goes on. */
import type { ProjectConfig } from "../config/project.ts";
import { LIMITS } from "../limits.ts";
import type { PartSpec } from "./component.ts";
import {
  CORE,
  type ComponentSpecs,
  isRoom,
  levelOf,
  type SettingsMessage,
} from "./component-specs.ts";
import { reportOn } from "./control.ts";
import type { PartReport } from "./control-protocol.ts";
import type { Crew } from "./crew.ts";
import { type Change, compareProjects, reachable } from "./project-changes.ts";

export interface ReloadInit {
  readonly crew: Crew;
  readonly parts: ComponentSpecs;
  /** Aborted: everything ends. */
  readonly signal: AbortSignal;
}

export interface Reloaded {
  /** What runs now. */
  readonly project: ProjectConfig;
  readonly reports: readonly PartReport[];
}

/** `next` has been checked. */
export async function reloadProject(
  old: ProjectConfig,
  next: ProjectConfig,
  init: ReloadInit,
): Promise<Reloaded> {
  const project = reachable(old, next);
  return { project, reports: await new Reload(project, init).run(compareProjects(old, next)) };
}

class Reload {
  readonly #project: ProjectConfig;
  readonly #init: ReloadInit;
  readonly #specs: ReadonlyMap<string, PartSpec>;
  readonly #core: PartSpec | undefined;
  readonly #tokensChanged: boolean;

  constructor(project: ProjectConfig, init: ReloadInit) {
    this.#project = project;
    this.#init = init;
    const before = init.parts.extraTokens();
    this.#specs = init.parts.specsOf(project);
    this.#core = init.parts.coreOf(project);
    this.#tokensChanged = before !== init.parts.extraTokens();
  }

  async run(changes: readonly Change[]): Promise<PartReport[]> {
    const removed = changes.filter(({ kind }) => kind === "stop");
    const others = changes.filter(({ part, kind }) => part !== CORE && kind !== "stop");
    const stopped = await Promise.all(removed.map((change) => this.#remove(change)));
    // Core before those whose tokens it has to know.
    const core = await this.#reloadCore(changes.filter(({ part }) => part === CORE));
    const rest = await Promise.all(others.map((change) => this.#apply(change)));
    return [...core, ...rest, ...stopped];
  }

  async #remove({ part: name }: Change): Promise<PartReport> {
    const part = this.#init.crew.find(name);
    if (part !== undefined) await this.#init.crew.remove(part);
    return { part: name, did: "stopped", words: "stopped" };
  }

  async #reloadCore(changes: readonly Change[]): Promise<PartReport[]> {
    const refused = changes.filter(({ kind }) => kind === "refuse").map(refusal);
    const change = changes.find(({ kind }) => kind !== "refuse");
    const { core } = this.#project;
    if (this.#core === undefined || core.kind === "remote") return refused;
    const wanted =
      change ?? (this.#tokensChanged ? { part: CORE, kind: "live", keys: [] } : undefined);
    if (wanted === undefined) return refused;
    const report = await this.#change(wanted, this.#core, {
      type: "settings",
      logLevel: core.logLevel,
      extraTokens: this.#init.parts.extraTokens(),
    });
    // That core was told of a token is of no interest to anybody.
    return change === undefined && report.did === "changed" ? refused : [...refused, report];
  }

  async #apply(change: Change): Promise<PartReport> {
    const spec = this.#specs.get(change.part);
    const part = this.#project.parts.find(({ name }) => name === change.part);
    if (change.kind === "refuse" || spec === undefined || part === undefined)
      return refusal(change);
    // A room without a terminal is not there.
    if (isRoom(part) && this.#init.crew.find(part.name) === undefined) {
      return { part: part.name, did: "changed", words: "noted; it does not run here" };
    }
    const { settings } = part;
    return await this.#change(change, spec, {
      type: "settings",
      settings,
      logLevel: levelOf(part),
    });
  }

  async #change(change: Change, spec: PartSpec, message: SettingsMessage): Promise<PartReport> {
    const { crew, signal } = this.#init;
    const part = crew.find(spec.name);
    const keys = change.keys.join(", ");
    if (part === undefined) {
      const started = crew.start(spec);
      await crew.settled([started], LIMITS.restartReadyMs, signal);
      return reportOn(started, "started", "started");
    }
    let why = "";
    if (change.kind === "live" && part.state === "ready") {
      const problem = await crew.tell(part, message);
      part.become(spec);
      if (problem === undefined) {
        return { part: spec.name, did: "changed", words: `took ${keys} while it runs` };
      }
      why = `, since ${problem}`;
    }
    await crew.restart(part, spec);
    await crew.settled([part], LIMITS.restartReadyMs, signal);
    return reportOn(part, "restarted", `restarted for ${keys}${why}`);
  }
}

function refusal({ part, keys }: Change): PartReport {
  const what = keys.length === 0 ? "the room" : keys.join(", ");
  const words = `${what} is not changed by a reload; stop \`seabird up\` and start it again`;
  return { part, did: "refused", words };
}
