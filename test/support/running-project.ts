/** A `seabird up` with a project, in a folder of its own, and what it says. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { fileURLToPath } from "node:url";
import { askBridge } from "../../cli/src/supervise/ask-bridge.ts";
import { askRun } from "../../cli/src/supervise/control-client.ts";
import type { ComponentStatus, ProjectStatus } from "../../cli/src/supervise/control-protocol.ts";
import { type Checkout, makeCheckout, SEABIRD } from "./checkout.ts";
import { type CliResult, runCli } from "./run-cli.ts";
import { until } from "./until.ts";
import type { ProjectFile } from "./up-fixture.ts";

const PATIENCE_MS = 60_000;

interface UpEvent {
  readonly type: string;
  readonly component?: string;
  readonly state?: string;
  /** Of `up`: how many are ready, and of how many. */
  readonly ready?: number;
  readonly components?: number;
}

/** A checkout, and the runs in it, which are stopped before it is looked through. */
export interface ProjectCheckout extends Checkout {
  readonly projects: RunningProject[];
}

export async function makeProjectCheckout(t: TestContext): Promise<ProjectCheckout> {
  const projects: RunningProject[] = [];
  // Before the checkout's own hook.
  t.after(() => Promise.all(projects.map((project) => project.stop())));
  return { ...(await makeCheckout(t)), projects };
}

/** The program that runs a `project.json` of fixtures. */
export const FIXTURE_UP = fileURLToPath(new URL("up-fixture.ts", import.meta.url));

export class RunningProject {
  readonly folder: string;
  readonly child: ChildProcess;
  readonly closed: Promise<unknown>;
  readonly #env: NodeJS.ProcessEnv;
  #out = "";
  #err = "";

  /** Default of `args`: the real `seabird up --json`. */
  constructor(checkout: ProjectCheckout, args: readonly string[] = [SEABIRD, "up", "--json"]) {
    const { folder, env, projects } = checkout;
    this.folder = folder;
    this.#env = env;
    const child = spawn(process.execPath, args, { cwd: folder, env, stdio: "pipe" });
    this.child = child;
    child.stdin.end();
    child.stdout.setEncoding("utf8").on("data", (text: string) => (this.#out += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (this.#err += text));
    this.closed = once(child, "close");
    projects.push(this);
  }

  /** A project of fixtures, with the real core. */
  static async ofFixtures(t: TestContext, project: ProjectFile): Promise<RunningProject> {
    const checkout = await makeProjectCheckout(t);
    writeFileSync(join(checkout.folder, "project.json"), JSON.stringify(project));
    return new RunningProject(checkout, [FIXTURE_UP]);
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  get errors(): string {
    return this.#err;
  }

  get events(): readonly UpEvent[] {
    const lines = this.#out.split("\n").slice(0, -1);
    return lines.map((line) => JSON.parse(line));
  }

  happened(type: string, component?: string): readonly UpEvent[] {
    return this.events.filter(
      (event) => event.type === type && (component === undefined || event.component === component),
    );
  }

  async until(what: string, isSo: () => boolean | Promise<boolean>): Promise<void> {
    const over = () => this.child.exitCode !== null || this.child.signalCode !== null;
    const either = async () => over() || (await isSo());
    await until(what, either, PATIENCE_MS).catch(() => undefined);
    if (await isSo()) return;
    throw new Error(`waited for ${what}\n${this.#out}\n${this.#err}`);
  }

  /** The command of the same folder. */
  cli(args: readonly string[], cwd = this.folder): Promise<CliResult> {
    return runCli(args, { cwd, env: this.#env });
  }

  async status(): Promise<ProjectStatus> {
    return (await askRun({ do: "ps" }, { from: this.folder })) as ProjectStatus;
  }

  async component(name: string): Promise<ComponentStatus> {
    const component = (await this.status()).components.find((each) => each.name === name);
    if (component === undefined) throw new Error(`there is no ${name}`);
    return component;
  }

  /**
   * Waits until the bridge knows of everything that it has delivered: somebody sees a copy a moment
   * before the bridge knows its id.
   */
  async untilBridgeIsIdle(): Promise<void> {
    await this.until("the bridge to wait for nothing", async () => {
      const { links } = await askBridge({ from: this.folder });
      return links.every(({ to }) => to.every(({ waiting }) => waiting === 0));
    });
  }

  /** Waits until `ps` shows these components in that state. */
  async untilState(state: ComponentStatus["state"], ...names: readonly string[]): Promise<void> {
    await this.until(`${names.join(", ")} to be ${state}`, async () => {
      const { components } = await this.status().catch(() => ({ components: [] }));
      return names.every(
        (name) => components.find((component) => component.name === name)?.state === state,
      );
    });
  }

  log(file: string): string {
    try {
      return readFileSync(join(this.folder, ".seabird/logs", file), "utf8");
    } catch {
      return "";
    }
  }

  async stop(): Promise<void> {
    if (this.child.exitCode === null && this.child.signalCode === null) this.child.kill("SIGTERM");
    await this.closed;
  }
}
