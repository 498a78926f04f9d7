/** One run of a project: all its components, until it is stopped. */

import { join } from "node:path";
import { isatty } from "node:tty";
import { aborted } from "node:util";
import { EXIT, type ExitCode } from "@seabird-chat/runtime";
import { isInteractive, type ProjectConfig, problemLine } from "../config/project.ts";
import { coreBin } from "../process/bins.ts";
import { asFailure, CliError } from "../process/cli-error.ts";
import { Mutex } from "../process/mutex.ts";
import type { Output } from "../terminal/output.ts";
import type { Component } from "./component.ts";
import { ComponentLogs } from "./component-logs.ts";
import { CORE, ComponentSpecs } from "./component-specs.ts";
import { absentFrom, Control } from "./control.ts";
import type { ReloadResult } from "./control-protocol.ts";
import { type ControlServer, listenForControl } from "./control-server.ts";
import { CoreAddress } from "./core-address.ts";
import { CoreNetworks } from "./core-networks.ts";
import { complaints } from "./log-lines.ts";
import { MergedPrinter, Notices } from "./merged-printer.ts";
import { reloadProject } from "./reload.ts";
import { Reporter } from "./reporter.ts";
import { type ComponentExit, describeExit, type ExitOutcome } from "./restart-policy.ts";
import { startProject } from "./start-project.ts";
import { RESTART_READY_MS, Supervisor } from "./supervisor.ts";
import { rememberTerminal, setNonBlocking } from "./terminal-modes.ts";

export interface ProjectRunDeps {
  readonly project: ProjectConfig;
  /** `.seabird` of the project: ours, and locked. */
  readonly folder: string;
  readonly output: Output;
  readonly terminal: TerminalUse;
  /** Reads the configuration once more; throws a CliError with all that is wrong. */
  load(): Promise<ProjectConfig>;
}

/** Who uses the interactive component on this process's terminal or standard input. */
export type TerminalUse = "person" | "script" | "none";

const STANDARD_FDS = [0, 1, 2];
/** Lines of a crashed component's log that are shown. */
const TAIL_LINES = 3;

export class ProjectRun {
  readonly #deps: ProjectRunDeps;
  readonly #stopping = new AbortController();
  readonly #mutex = new Mutex();
  readonly #startedAtMs = performance.now();
  readonly #terminals = STANDARD_FDS.filter((fd) => isatty(fd));
  readonly #address: CoreAddress;
  readonly #logs: ComponentLogs;
  readonly #reporter: Reporter;
  readonly #supervisor: Supervisor;
  readonly #components: ComponentSpecs;
  readonly #control: Control;
  readonly #networks: CoreNetworks;
  readonly #restoreTerminal: () => void;
  #project: ProjectConfig;
  #failure: CliError | undefined;

  constructor(deps: ProjectRunDeps) {
    this.#deps = deps;
    this.#project = deps.project;
    this.#logs = new ComponentLogs(join(deps.folder, "logs"));
    const { output } = deps;
    const terminal = this.#hasTerminal();
    const notify = (line: string) => this.#notify(line);
    this.#reporter = new Reporter(output, this.#logs, { terminal, notify });
    const warn = (text: string) => this.#reporter.report({ type: "warning", text });
    this.#address = new CoreAddress(deps.project, deps.folder, warn);
    this.#followLogs();
    this.#supervisor = this.#createSupervisor();
    this.#components = this.#createSpecs();
    this.#networks = this.#createNetworks();
    this.#control = this.#createControl();
    this.#restoreTerminal = terminal ? rememberTerminal() : () => undefined;
  }

  /** Idempotent. */
  askToStop(why: string): void {
    if (this.#stopping.signal.aborted) return;
    this.#reporter.report({ type: "stopping", why });
    this.#stopping.abort();
  }

  /** Stops at once, without draining. */
  endAtOnce(): void {
    this.#supervisor.kill();
    this.#address.forget();
    this.#restoreTerminal();
    process.exit(EXIT.interrupted);
  }

  /** SIGHUP: true if it asks for a reload, not for an end. Without a file it ends the run. */
  hangUp(): boolean {
    if (this.#project.file === undefined) return false;
    if (!this.#terminals.every((fd) => isatty(fd))) return false;
    this.#reload().catch(() => undefined);
    return true;
  }

  /** Resolves when everything has ended. `onStopping`: everything begins to stop, for whatever reason. */
  async run(onStopping: () => void): Promise<ExitCode> {
    let control: ControlServer | undefined;
    try {
      control = await listenForControl(this.#deps.folder, (request, to) =>
        this.#control.answer(request, to),
      );
      const asked = aborted(this.#stopping.signal, this);
      // Who asks for a change meanwhile waits until the start is over.
      const started = this.#mutex.run(() => this.#start());
      await Promise.race([started.then(() => asked), asked]);
    } catch (error) {
      if (!this.#stopping.signal.aborted) this.#failure = asFailure(error);
    }
    onStopping();
    this.#stopping.abort();
    control?.close();
    await this.#supervisor.stop();
    this.#address.forget();
    if (this.#failure !== undefined) this.#restoreTerminal();
    this.#reporter.report({ type: "stopped" });
    this.#logs.close();
    if (this.#failure !== undefined) throw this.#failure;
    return EXIT.ok;
  }

  async #start(): Promise<void> {
    this.#warn(this.#project);
    await startProject({
      project: this.#project,
      components: this.#components,
      supervisor: this.#supervisor,
      logs: this.#logs,
      reporter: this.#reporter,
      terminal: this.#hasTerminal() ? this.#deps.terminal : "none",
      address: this.#address,
      signal: this.#stopping.signal,
      lost: () => this.#networks.allLost(),
    });
    this.#networks.follow(this.#stopping.signal);
  }

  #createNetworks(): CoreNetworks {
    return new CoreNetworks({
      project: () => this.#project,
      changed: (component, status) =>
        this.#reporter.report({ ...status, type: "network", component }),
    });
  }

  #createSupervisor(): Supervisor {
    return new Supervisor({
      started: ({ spec }) => this.#reporter.report({ type: "started", component: spec.name }),
      stopped: ({ spec }, type) => {
        if (spec.kind === "core") this.#networks.forget();
        this.#reporter.report({ type, component: spec.name });
      },
      crashed: (component, exit, outcome) => this.#crashed(component, exit, outcome),
      network: (backendId, network) => this.#networks.note(backendId, network),
      left: () => this.#stopping.abort(),
      listening: (url) => {
        if (!this.#address.listening(url)) return;
        const { configured, moved } = this.#address;
        this.#reporter.report({ type: "listening", url, configured, moved });
      },
    });
  }

  #createSpecs(): ComponentSpecs {
    return new ComponentSpecs({
      coreBin: coreBin(),
      env: process.env,
      script: this.#deps.terminal === "script",
      url: () => this.#address.url,
      bind: () => this.#address.bind,
      output: (component) => this.#logs.output(component),
    });
  }

  #createControl(): Control {
    return new Control({
      supervisor: this.#supervisor,
      logs: this.#logs,
      status: () => ({
        pid: process.pid,
        config: this.#project.file ?? null,
        url: this.#address.url,
        upMs: Math.round(performance.now() - this.#startedAtMs),
      }),
      lostNetwork: ({ spec, pid }) => (pid ? this.#networks.lost(spec.name) : undefined),
      absent: () => absentFrom(this.#project, this.#hasTerminal()),
      order: () => [CORE, ...this.#project.components.map(({ name }) => name)],
      restart: (component) => this.#mutex.run(() => this.#restart(component)),
      reload: () => this.#reload(),
    });
  }

  #crashed(component: Component, exit: ComponentExit, outcome: ExitOutcome): void {
    const { spec } = component;
    if (spec.kind === "core") this.#networks.forget();
    // Whoever waits for core's start reports its failure.
    if (spec.kind === "core" && !component.isReady) return;
    const isFatal = this.#isFatal(component, outcome);
    // A killed process writes nothing more, and an interactive one has written to the terminal.
    const isMute = component.isTerminal || exit.signal === "SIGKILL";
    this.#reporter.report({
      type: "crashed",
      component: spec.name,
      how: describeExit(exit),
      crashes: exit.crashes,
      logTail: isMute ? [] : complaints(this.#logs.logTail(spec.name), TAIL_LINES),
      restarts: outcome === "restart" && !isFatal,
      outcome,
      ...(component.isTerminal ? {} : { log: this.#logs.path(spec.name) }),
    });
    if (!isFatal) return;
    const message = `${spec.name} ${describeExit(exit)}`;
    this.#failure = new CliError(EXIT.component, message, `check or show ${this.#logs.folder}`);
    this.#stopping.abort();
  }

  /** A script cannot know which answer is missing; without a file a person has nothing else. */
  #isFatal(component: Component, outcome: ExitOutcome): boolean {
    const failed = outcome !== "restart";
    if (this.#deps.terminal === "script")
      return failed || component.isTerminal || !component.isReady;
    return failed && component.isTerminal && this.#project.file === undefined;
  }

  async #restart(component: Component): Promise<void> {
    this.#refuseIfEnding();
    await this.#supervisor.restart(component);
    await this.#supervisor.settled([component], RESTART_READY_MS, this.#stopping.signal);
    this.#reporter.report({ type: "restarted", component: component.spec.name });
  }

  #reload(): Promise<ReloadResult> {
    return this.#mutex.run(async () => {
      this.#refuseIfEnding();
      const next = await this.#deps.load().catch((error: unknown) => {
        const { message } = asFailure(error);
        this.#reporter.report({ type: "reload-failed", message });
        throw error;
      });
      this.#refuseIfEnding();
      const deps = {
        supervisor: this.#supervisor,
        components: this.#components,
        logTail: (name: string) => this.#logs.logTail(name),
        signal: this.#stopping.signal,
      };
      const { project, reports } = await reloadProject(this.#project, next, deps);
      this.#project = project;
      this.#networks.follow(this.#stopping.signal);
      this.#warn(next);
      this.#reporter.report({ type: "reloaded", components: reports });
      return { components: reports, warnings: next.warnings.map(problemLine) };
    });
  }

  /** What waited for its turn comes too late then. */
  #refuseIfEnding(): void {
    if (this.#stopping.signal.aborted)
      throw new CliError(EXIT.unreachable, "`seabird up` is ending");
  }

  #warn({ warnings }: ProjectConfig): void {
    for (const problem of warnings) {
      this.#reporter.report({ type: "warning", text: problemLine(problem) });
    }
  }

  #hasTerminal(): boolean {
    return this.#deps.terminal !== "none" && this.#project.components.some(isInteractive);
  }

  #followLogs(): void {
    if (this.#hasTerminal()) {
      if (this.#deps.terminal === "script") return;
      const notices = new Notices((line) => this.#notify(line));
      this.#logs.merged.follow((line) => notices.show(line));
    } else {
      setNonBlocking();
      const printer = new MergedPrinter(process.stderr, this.#deps.output.json);
      this.#logs.merged.follow((line) => printer.show(line));
    }
  }

  /** Shows a line above the prompt of a person; false if there is none. */
  #notify(line: string): boolean {
    if (this.#deps.terminal !== "person") return false;
    const interactive = this.#supervisor.components.find(
      (component) => component.isTerminal && component.state === "ready",
    );
    return interactive?.tell({ type: "notice", line }) === true;
  }
}
