/** `seabird up` with a project from `project.json`, whose components are fixtures and core is the real one. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { ComponentConfig, ProjectConfig } from "../../cli/src/config/project.ts";
import { CliError } from "../../cli/src/process/cli-error.ts";
import { runProject } from "../../cli/src/supervise/run-project.ts";
import { Output } from "../../cli/src/terminal/output.ts";

const FIXTURE = join(import.meta.dirname, "component-fixture.mjs");

/** What a test writes down of a project. */
export interface ProjectFile {
  readonly listen?: string;
  readonly logLevel?: ProjectConfig["logLevel"];
  readonly coreEnv?: Readonly<Record<string, string>>;
  /** A core that runs elsewhere. */
  readonly remote?: { readonly url: string; readonly token: string };
  readonly components: readonly (Pick<ComponentConfig, "name" | "kind" | "settings"> &
    Partial<Pick<ComponentConfig, "logLevel" | "scopes">>)[];
}

async function load(): Promise<ProjectConfig> {
  const folder = process.cwd();
  const file = join(folder, "project.json");
  const text = readFileSync(file, "utf8");
  if (!text.startsWith("{")) throw new CliError(78, "project.json:1:1: it is no project");
  const {
    listen = "127.0.0.1:0",
    logLevel = "info",
    coreEnv = {},
    remote,
    components,
  }: ProjectFile = JSON.parse(text);
  return {
    file,
    folder,
    core: remote
      ? { kind: "remote", ...remote }
      : { kind: "own", listen, logLevel, settings: coreEnv, env: coreEnv },
    logLevel,
    warnings: [],
    origins: [],
    components: components.map((component) => ({
      path: `components.${component.name}`,
      script: FIXTURE,
      args: [],
      scopes: ["plugin"],
      logLevel,
      env: { variables: {}, withheld: [], used: [] },
      liveKeys: ["live", "refuse"],
      description: { name: component.name, commands: {}, settings: null },
      ...component,
    })),
  };
}

try {
  process.exitCode = await runProject({ load, output: new Output(true), terminal: false });
} catch (error) {
  if (!(error instanceof CliError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = error.exitCode;
}
