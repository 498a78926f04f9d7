/** The parts of a project as processes: what each is given, and how. */
import type { ComponentConfig, ProjectConfig } from "../config/project.ts";
import { LIMITS } from "../limits.ts";
import type { PartOutput, PartSpec } from "./component.ts";
import { CORE_ENV, cleanEnv } from "./plan.ts";
import { createRunToken, extraTokens, type RunToken } from "./run-tokens.ts";
import { handoverFd } from "./spawning.ts";

export const CORE = "core";
const ROOM_TYPE = "terminal";

/** A part that talks to a person, and needs a terminal for it. */
export function isRoom(part: ComponentConfig): boolean {
  return part.kind === "backend" && part.type === ROOM_TYPE;
}

export interface ComponentSpecsDeps {
  readonly coreBin: string;
  readonly env: NodeJS.ProcessEnv;
  /** Core's address, asked at each start of a part. */
  url(): string;
  /** `host:port` for core, asked at each of its starts. */
  bind(): string;
  output(part: string): PartOutput;
}

/** What parts are told while they run; core understands `extraTokens` too. */
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

  /** The processes of a project's parts; tokens of those that are no more are forgotten. */
  specsOf(project: ProjectConfig): ReadonlyMap<string, PartSpec> {
    const names = new Set(project.parts.map(({ name }) => name));
    for (const name of this.#tokens.keys()) if (!names.has(name)) this.#tokens.delete(name);
    return new Map(project.parts.map((part) => [part.name, this.#specOf(part, project)]));
  }

  /** Undefined if core runs elsewhere. */
  coreOf(project: ProjectConfig): PartSpec | undefined {
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

  #specOf(part: ComponentConfig, project: ProjectConfig): PartSpec {
    const around = this.#around;
    const output: PartOutput = isRoom(part) ? { to: "terminal" } : around.output(part.name);
    const token = this.#tokenOf(part, project);
    const local = project.core.kind === "own" ? { retryMaxMs: LIMITS.partRetryMaxMs } : {};
    const room = isRoom(part) ? ["--leave-in-turn"] : [];
    return {
      name: part.name,
      kind: part.kind,
      script: part.script,
      args: [...part.args, "--handover", String(handoverFd(isRoom(part))), ...room],
      cwd: project.folder,
      output,
      env: () => cleanEnv(around.env),
      handover: () =>
        JSON.stringify({
          url: around.url(),
          token,
          ...(part.id === undefined ? {} : { id: part.id }),
          settings: part.settings,
          logLevel: levelOf(part),
          ...local,
        }),
    };
  }

  /** The same for as long as the part has the same rights: what core calls its `sender`. */
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
export function levelOf(part: ComponentConfig): string {
  return isRoom(part) && part.logLevel !== "error" ? "warn" : part.logLevel;
}

/** With a project, core's settings are those that were read with it, and no others. */
function withoutCoreEnv(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const foreign = ([name]: [string, unknown]) =>
    !/^(SEABIRD_|LOG_)/.test(name) && !CORE_ENV.test(name);
  return Object.fromEntries(Object.entries(env).filter(foreign));
}
