/** The components of a project as processes: what each is given, and how. */
import type { ComponentConfig, ProjectConfig } from "../config/project.ts";
import { LIMITS } from "../limits.ts";
import type { ComponentOutput, ComponentSpec } from "./component.ts";
import { CORE_ENV, cleanEnv } from "./plan.ts";
import { createRunToken, extraTokens, type RunToken } from "./run-tokens.ts";
import { handoverFd } from "./spawning.ts";

export const CORE = "core";
const ROOM_TYPE = "terminal";

/** A component that talks to a person, and needs a terminal for it. */
export function isRoom(component: ComponentConfig): boolean {
  return component.kind === "backend" && component.type === ROOM_TYPE;
}

export interface ComponentSpecsDeps {
  readonly coreBin: string;
  readonly env: NodeJS.ProcessEnv;
  /** Core's address, asked at each start of a component. */
  url(): string;
  /** `host:port` for core, asked at each of its starts. */
  bind(): string;
  output(component: string): ComponentOutput;
}

/** What components are told while they run; core understands `extraTokens` too. */
export interface SettingsMessage {
  readonly type: "settings";
  readonly settings?: ComponentConfig["settings"];
  readonly logLevel: string;
  readonly extraTokens?: string;
}

export class ComponentSpecs {
  readonly #around: ComponentSpecsDeps;
  readonly #tokens = new Map<string, RunToken>();

  constructor(around: ComponentSpecsDeps) {
    this.#around = around;
  }

  /** The processes of a project's components; tokens of those that are no more are forgotten. */
  specsOf(project: ProjectConfig): ReadonlyMap<string, ComponentSpec> {
    const names = new Set(project.components.map(({ name }) => name));
    for (const name of this.#tokens.keys()) if (!names.has(name)) this.#tokens.delete(name);
    return new Map(
      project.components.map((component) => [component.name, this.#specOf(component, project)]),
    );
  }

  /** Undefined if core runs elsewhere. */
  coreOf(project: ProjectConfig): ComponentSpec | undefined {
    const { core } = project;
    if (core.kind === "remote") return undefined;
    const around = this.#around;
    return {
      name: CORE,
      kind: "core",
      script: around.coreBin,
      args: [],
      cwd: project.folder,
      output: around.output(CORE),
      env: () => ({
        ...withoutCoreEnv(cleanEnv(around.env)),
        ...core.env,
        SEABIRD_LOG_LEVEL: core.logLevel,
        SEABIRD_BIND_HOST: around.bind(),
        SEABIRD_EXTRA_TOKENS: this.extraTokens(),
      }),
    };
  }

  /** The hashes of all tokens, for core. */
  extraTokens(): string {
    return extraTokens([...this.#tokens.values()]);
  }

  #specOf(component: ComponentConfig, project: ProjectConfig): ComponentSpec {
    const around = this.#around;
    const output: ComponentOutput = isRoom(component)
      ? { to: "terminal" }
      : around.output(component.name);
    const token = this.#tokenOf(component, project);
    const local = project.core.kind === "own" ? { retryMaxMs: LIMITS.componentRetryMaxMs } : {};
    const room = isRoom(component) ? ["--await-stop"] : [];
    return {
      name: component.name,
      kind: component.kind,
      script: component.script,
      args: [...component.args, "--bootstrap-fd", String(handoverFd(isRoom(component))), ...room],
      cwd: project.folder,
      output,
      env: () => cleanEnv(around.env),
      handover: () =>
        JSON.stringify({
          url: around.url(),
          token,
          ...(component.id === undefined ? {} : { id: component.id }),
          settings: component.settings,
          logLevel: levelOf(component),
          ...local,
        }),
    };
  }

  /** The same for as long as the component has the same rights: what core calls its `sender`. */
  #tokenOf({ name, scopes }: ComponentConfig, { core }: ProjectConfig): string {
    if (core.kind === "remote") return core.token;
    const known = this.#tokens.get(name);
    if (known !== undefined && known.scopes.join() === scopes.join()) return known.secret;
    const token = createRunToken(name, scopes);
    this.#tokens.set(name, token);
    return token.secret;
  }
}

/** What the room logs stands above its prompt: of that a person wants what is serious only. */
export function levelOf(component: ComponentConfig): string {
  return isRoom(component) && component.logLevel !== "error" ? "warn" : component.logLevel;
}

/** With a project, core's settings are those that were read with it, and no others. */
function withoutCoreEnv(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const foreign = ([name]: [string, unknown]) =>
    !/^(SEABIRD_|LOG_)/.test(name) && !CORE_ENV.test(name);
  return Object.fromEntries(Object.entries(env).filter(foreign));
}
