/** One run of a project: everything that its seabird.yaml names, until somebody stops it. */
import { join } from "node:path";
import { isatty } from "node:tty";
import { EXIT, type ExitCode } from "@seabird-chat/runtime";
import { type ProjectConfig, problemLine } from "../config/project.ts";
import { LIMITS } from "../limits.ts";
import { coreBin } from "../process/bins.ts";
import { CliError } from "../process/cli-error.ts";
import type { Output } from "../terminal/output.ts";
import { aborted } from "./aborted.ts";
import { Announcer } from "./announcer.ts";
import { type AttendedRun, asFailure } from "./attend.ts";
import type { Component } from "./component.ts";
import { ComponentLogs } from "./component-logs.ts";
import { CORE, ComponentSpecs, isRoom } from "./component-specs.ts";
import { Control } from "./control.ts";
import type { ComponentReport, ComponentStatus } from "./control-protocol.ts";
import { type ControlServer, listenForControl } from "./control-server.ts";
import { CoreAddress } from "./core-address.ts";
import { Crew } from "./crew.ts";
import { complaints } from "./log-words.ts";
import { MergedPrinter, Notices } from "./merged-printer.ts";
import { neverWait } from "./patient-streams.ts";
import { reloadProject } from "./reload.ts";
import { type ComponentExit, describeExit, type Verdict } from "./restart-policy.ts";
import { startProject } from "./start-project.ts";
import { rememberTerminal } from "./terminal-state.ts";
import { Turns } from "./turns.ts";

export interface ProjectRunDeps {
  readonly project: ProjectConfig;
  /** `.seabird` of the project: ours, and locked. */
  readonly folder: string;
  readonly output: Output;
  /** A room gets the terminal. */
  readonly terminal: boolean;
  /** Reads the configuration once more; throws a CliError with all that is wrong. */
  load(): Promise<ProjectConfig>;
}

const STANDARD_FDS = [0, 1, 2];
/** Lines of a crashed component's log that are shown. */
const LAST_WORDS = 3;

export class ProjectRun implements AttendedRun {
  readonly #init: ProjectRunDeps;
  readonly #stopping = new AbortController();
  readonly #turns = new Turns();
  readonly #startedAtMs = performance.now();
  readonly #terminals = STANDARD_FDS.filter((fd) => isatty(fd));
  readonly #address: CoreAddress;
  readonly #logs: ComponentLogs;
  readonly #announcer: Announcer;
  readonly #crew: Crew;
  readonly #components: ComponentSpecs;
  readonly #control: Control;
  readonly #restoreTerminal: () => void;
  #project: ProjectConfig;

  constructor(init: ProjectRunDeps) {
    this.#init = init;
    this.#project = init.project;
    this.#logs = new ComponentLogs(join(init.folder, "logs"));
    const { output } = init;
    const terminal = this.#hasRoom();
    const notify = (line: string) => this.#notify(line);
    this.#announcer = new Announcer(
      output,
      this.#logs,
      terminal ? { terminal, notify } : { terminal },
    );
    const warn = (text: string) => this.#announcer.say({ type: "warning", text });
    this.#address = new CoreAddress(init.project, init.folder, warn);
    this.#follow(terminal);
    this.#crew = this.#createCrew();
    this.#components = this.#createSpecs();
    this.#control = this.#createControl();
    this.#restoreTerminal = terminal ? rememberTerminal() : () => undefined;
  }

  askToStop(why: string): void {
    if (this.#stopping.signal.aborted) return;
    this.#announcer.say({ type: "stopping", why });
    this.#stopping.abort();
  }

  endAtOnce(): void {
    this.#crew.kill();
    this.#address.forget();
    this.#restoreTerminal();
    process.exit(EXIT.interrupted);
  }

  /** SIGHUP: true if it meant to read the configuration again, not that the terminal is gone. */
  hangUp(): boolean {
    if (!this.#terminals.every((fd) => isatty(fd))) return false;
    this.#reload().catch(() => undefined);
    return true;
  }

  async run(onStopping: () => void): Promise<ExitCode> {
    let failure: CliError | undefined;
    let control: ControlServer | undefined;
    try {
      control = await listenForControl(this.#init.folder, (request, to) =>
        this.#control.answer(request, to),
      );
      const asked = aborted(this.#stopping.signal);
      // Who asks for a change meanwhile waits until the start is over.
      const started = this.#turns.take(() => this.#start());
      await Promise.race([started.then(() => asked), asked]);
    } catch (error) {
      if (!this.#stopping.signal.aborted) failure = asFailure(error);
    }
    onStopping();
    this.#stopping.abort();
    control?.close();
    await this.#crew.stop();
    this.#address.forget();
    if (failure !== undefined) this.#restoreTerminal();
    this.#announcer.say({ type: "stopped" });
    this.#logs.close();
    if (failure !== undefined) throw failure;
    return EXIT.ok;
  }

  async #start(): Promise<void> {
    this.#warn(this.#project);
    await startProject({
      project: this.#project,
      components: this.#components,
      crew: this.#crew,
      logs: this.#logs,
      announcer: this.#announcer,
      hasRoom: this.#hasRoom(),
      signal: this.#stopping.signal,
    });
  }

  #createCrew(): Crew {
    return new Crew({
      started: ({ spec }) => this.#announcer.say({ type: "started", component: spec.name }),
      stopped: ({ spec }, type) => this.#announcer.say({ type, component: spec.name }),
      crashed: (component, exit, verdict) => this.#crashed(component, exit, verdict),
      left: () => this.#stopping.abort(),
      listening: (url) => {
        const configured = this.#address.bind;
        if (!this.#address.listening(url)) return;
        this.#announcer.say({ type: "listening", url, configured, moved: false });
      },
    });
  }

  #createSpecs(): ComponentSpecs {
    return new ComponentSpecs({
      coreBin: coreBin(),
      env: process.env,
      url: () => this.#address.url,
      bind: () => this.#address.bind,
      output: (component) => this.#logs.output(component),
    });
  }

  #createControl(): Control {
    return new Control({
      crew: this.#crew,
      logs: this.#logs,
      status: () => ({
        pid: process.pid,
        config: this.#project.file,
        url: this.#address.url,
        upMs: Math.round(performance.now() - this.#startedAtMs),
      }),
      absent: () => this.#absent(),
      order: () => [CORE, ...this.#project.components.map(({ name }) => name)],
      restart: (component) => this.#turns.take(() => this.#restart(component)),
      reload: () => this.#reload(),
    });
  }

  #absent(): ComponentStatus[] {
    const { core, components } = this.#project;
    const remote: ComponentStatus = { name: CORE, kind: "core", state: "remote", restarts: 0 };
    const rooms = this.#hasRoom() ? [] : components.filter(isRoom);
    return [
      ...(core.kind === "remote" ? [remote] : []),
      ...rooms.map(({ name, kind }) => ({ name, kind, state: "off", restarts: 0 }) as const),
    ];
  }

  #crashed(component: Component, exit: ComponentExit, verdict: Verdict): void {
    const { spec } = component;
    // A start that came to nothing is told by whoever waited for it.
    if (spec.kind === "core" && !component.isReady) return;
    // Who is killed says nothing more, and the room has said it on the terminal.
    const isMute = component.isTerminal || exit.signal === "SIGKILL";
    this.#announcer.say({
      type: "crashed",
      component: spec.name,
      how: describeExit(exit),
      crashes: exit.crashes,
      lastWords: isMute ? [] : complaints(this.#logs.lastWords(spec.name), LAST_WORDS),
      restarts: verdict === "restart",
      verdict,
      ...(component.isTerminal ? {} : { log: this.#logs.path(spec.name) }),
    });
  }

  async #restart(component: Component): Promise<void> {
    this.#refuseIfEnding();
    await this.#crew.restart(component);
    await this.#crew.settled([component], LIMITS.restartReadyMs, this.#stopping.signal);
    this.#announcer.say({ type: "restarted", component: component.spec.name });
  }

  #reload(): Promise<readonly ComponentReport[]> {
    return this.#turns.take(async () => {
      this.#refuseIfEnding();
      const next = await this.#init.load().catch((error: unknown) => {
        const message = error instanceof Error ? error.message : String(error);
        this.#announcer.say({ type: "reload-failed", message });
        throw error;
      });
      this.#refuseIfEnding();
      const init = {
        crew: this.#crew,
        components: this.#components,
        signal: this.#stopping.signal,
      };
      const { project, reports } = await reloadProject(this.#project, next, init);
      this.#project = project;
      this.#warn(next);
      this.#announcer.say({ type: "reloaded", components: reports });
      return reports;
    });
  }

  /** What waited for its turn comes too late then. */
  #refuseIfEnding(): void {
    if (this.#stopping.signal.aborted)
      throw new CliError(EXIT.unreachable, "`seabird up` is ending");
  }

  #warn({ warnings }: ProjectConfig): void {
    for (const problem of warnings) {
      this.#announcer.say({ type: "warning", text: problemLine(problem) });
    }
  }

  #hasRoom(): boolean {
    return this.#init.terminal && this.#project.components.some(isRoom);
  }

  #follow(terminal: boolean): void {
    if (terminal) {
      const notices = new Notices((line) => this.#notify(line));
      this.#logs.merged.follow((line) => notices.show(line));
    } else {
      neverWait();
      const printer = new MergedPrinter(process.stderr, this.#init.output.json);
      this.#logs.merged.follow((line) => printer.show(line));
    }
  }

  /** Only a room that is open can show it. */
  #notify(line: string): boolean {
    const room = this.#crew.components.find(
      (component) => component.isTerminal && component.state === "ready",
    );
    return room?.tell({ type: "notice", line }) === true;
  }
}
