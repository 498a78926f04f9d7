/** The components of a project as processes: what each is given, and how. */
import { createHash, randomBytes } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import type { ComponentLogLevel } from "@seabird-chat/runtime";
import { pickVariables } from "../config/component-env.ts";
import { type ComponentConfig, isInteractive, type ProjectConfig } from "../config/project.ts";
import { bootstrapFd, type ComponentOutput, type ComponentSpec } from "./component-process.ts";

/** A component's longest pause between attempts to reach a core of the same run. */
const COMPONENT_RETRY_MAX_MS = 3_000;

/** 256 bits, as core's own tokens have. */
const SECRET_BYTES = 32;

/** The narrow token of one component, for this run: core gets its hash only, and keeps it in memory. */
interface RunToken {
  readonly name: string;
  readonly secret: string;
  readonly scopes: readonly string[];
}

export const CORE = "core";

export interface ComponentSpecsDeps {
  readonly coreBin: string;
  readonly env: NodeJS.ProcessEnv;
  /** Standard input is a script: an interactive component waits for `go` before it reads. */
  readonly script: boolean;
  /** Core's address, asked at each start of a component. */
  url(): string;
  /** `host:port` for core, asked at each of its starts. */
  bind(): string;
  output(component: string): ComponentOutput;
}

export class ComponentSpecs {
  readonly #deps: ComponentSpecsDeps;
  readonly #tokens = new Map<string, RunToken>();

  constructor(deps: ComponentSpecsDeps) {
    this.#deps = deps;
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
    const deps = this.#deps;
    return {
      name: CORE,
      kind: "core",
      script: deps.coreBin,
      args: [],
      cwd: project.folder,
      output: deps.output(CORE),
      env: () => ({
        ...pickVariables(deps.env, (name) => !PRIVATE_ENV.test(name) && !CORE_ENV.test(name)),
        ...core.env,
        SEABIRD_LOG_LEVEL: core.logLevel,
        SEABIRD_BIND_HOST: deps.bind(),
        SEABIRD_EXTRA_TOKENS: this.extraTokens(),
      }),
    };
  }

  /** The value of SEABIRD_EXTRA_TOKENS that makes core accept the tokens. Holds no secret. */
  extraTokens(): string {
    const tokens = [...this.#tokens.values()].map(({ name, secret, scopes }) => ({
      name,
      hash: createHash("sha256").update(secret).digest("hex"),
      scopes,
    }));
    return JSON.stringify(tokens);
  }

  #specOf(component: ComponentConfig, project: ProjectConfig): ComponentSpec {
    const deps = this.#deps;
    const output: ComponentOutput = isInteractive(component)
      ? { to: "terminal" }
      : deps.output(component.name);
    const token = this.#tokenOf(component, project);
    const local = project.core.kind === "own" ? { retryMaxMs: COMPONENT_RETRY_MAX_MS } : {};
    const flags = isInteractive(component) ? ["--await-stop"] : [];
    if (isInteractive(component) && deps.script) flags.push("--await-start");
    return {
      name: component.name,
      kind: component.kind,
      script: component.script,
      args: [
        ...component.args,
        "--bootstrap-fd",
        String(bootstrapFd(isInteractive(component))),
        ...flags,
      ],
      cwd: project.folder,
      output,
      env: () => ({
        ...component.env.variables,
        ...pickVariables(
          deps.env,
          (name) => !PRIVATE_ENV.test(name) && !component.env.withheld.includes(name),
        ),
      }),
      bootstrap: () => ({
        url: deps.url(),
        token,
        id: component.id,
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
    if (known !== undefined && haveSameScopes(known.scopes, scopes)) return known.secret;
    const secret = `sbd_${randomBytes(SECRET_BYTES).toString("base64url")}`;
    this.#tokens.set(name, { name, scopes, secret });
    return secret;
  }
}

/** Their order means nothing. */
export function haveSameScopes(some: readonly string[], others: readonly string[]): boolean {
  return isDeepStrictEqual(new Set(some), new Set(others));
}

/** Logs of the interactive component appear above its prompt: only warnings and errors are wanted there. */
export function levelOf(component: ComponentConfig): ComponentLogLevel {
  return isInteractive(component) && component.logLevel !== "error" ? "warn" : component.logLevel;
}

/** What components must not inherit: the starter's own token and core, and secrets of networks. */
const PRIVATE_ENV =
  /^(SEABIRD_(TOKEN|HOST|EXTRA_TOKENS|BIND_HOST|LAUNCHED|TLS_|METRICS_|CORS_)|BIND_HOST|DATABASE_URL|IRC_)/;
/** Core's settings are those of the project, and no others. */
const CORE_ENV = /^(SEABIRD_|LOG_)/;
