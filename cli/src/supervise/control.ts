/** Answers what is asked on the control socket: `ps`, `logs`, `restart`, `reload`, `status`, `unignore`. */
import { aborted } from "node:util";
import { EXIT, type NetworkStatus } from "@seabird-chat/runtime";
import { isInteractive, type ProjectConfig } from "../config/project.ts";
import { CliError } from "../process/cli-error.ts";
import type { Component } from "./component.ts";
import type { ComponentLogs } from "./component-logs.ts";
import { CORE } from "./component-specs.ts";
import {
  type ComponentReport,
  type ComponentStatus,
  type ControlRequest,
  MAX_TAIL_LINES,
  type ProjectStatus,
  type ReloadResult,
  type StatusResult,
} from "./control-protocol.ts";
import type { ReplyLine, ReplyTo } from "./control-server.ts";
import { complaints } from "./log-lines.ts";
import { describeExit } from "./restart-policy.ts";
import type { IgnoredReport, Supervisor } from "./supervisor.ts";
import { hasGivenUp, RESTART_READY_MS } from "./supervisor.ts";
import { unignore } from "./unignore.ts";

export interface ControlDeps {
  readonly supervisor: Supervisor;
  readonly logs: ComponentLogs;
  /** All but the components. */
  status(): Omit<ProjectStatus, "components">;
  /** What core says of a backend's network; undefined: it is not lost, or core does not tell. */
  lostNetwork(component: Component): NetworkStatus | undefined;
  /** Components of the configuration that do not run, and why. */
  absent(): readonly ComponentStatus[];
  /** The components' names in the order to show them in. */
  order(): readonly string[];
  restart(component: Component): Promise<void>;
  reload(): Promise<ReloadResult>;
}

export class Control {
  readonly #deps: ControlDeps;

  constructor(deps: ControlDeps) {
    this.#deps = deps;
  }

  /** Throws a CliError, which is the asker's. */
  async answer(request: ControlRequest, to: ReplyTo): Promise<unknown> {
    switch (request.do) {
      case "ps":
        return this.status();
      case "logs":
        return await this.#logs(request, to);
      case "restart":
        return { components: await this.#restart(request.components) };
      case "reload":
        return await this.#deps.reload();
      case "status":
        return await this.#status(request.component);
      case "unignore":
        return unignore(this.#deps.supervisor, request.user);
    }
  }

  status(): ProjectStatus {
    const running = this.#deps.supervisor.components.map((component) => this.#statusOf(component));
    const order = this.#deps.order();
    const components = [...this.#deps.absent(), ...running].sort(
      (one, other) => order.indexOf(one.name) - order.indexOf(other.name),
    );
    return { ...this.#deps.status(), components };
  }

  #statusOf(component: Component): ComponentStatus {
    const { supervisor, logs } = this.#deps;
    const { spec, state, pid, upMs, restarts } = component;
    const network = this.#deps.lostNetwork(component) ?? component.network;
    const exit = supervisor.lastExit(component);
    return {
      name: spec.name,
      kind: spec.kind,
      state,
      restarts,
      ...(pid === undefined ? {} : { pid, upMs: Math.round(upMs) }),
      ...(network === undefined ? {} : { network }),
      ...ignoredOf(supervisor.ignored(component)),
      ...(exit === undefined ? {} : { lastExit: describeExit(exit) }),
      ...(exit !== undefined && hasGivenUp(state) ? { lastLines: logs.latest(spec.name) } : {}),
      ...(component.isTerminal ? {} : { log: logs.path(spec.name) }),
    };
  }

  async #restart(names: readonly string[]): Promise<ComponentReport[]> {
    const components = names.map((name) => this.#find(name));
    const reports: ComponentReport[] = [];
    for (const component of new Set(components)) {
      await this.#deps.restart(component);
      const logTail = (name: string) => this.#deps.logs.logTail(name);
      reports.push(reportOn(component, "restarted", "restarted", logTail));
    }
    return reports;
  }

  async #status(name: string): Promise<StatusResult> {
    const component = this.#find(name);
    const plugins = await this.#deps.supervisor.status(component);
    if (plugins !== undefined) return { plugins };
    const { state } = component;
    const why = state === "ready" ? "does not answer" : `is ${state}`;
    throw new CliError(EXIT.unreachable, `${name} ${why}`, `\`seabird logs ${name}\` shows why`);
  }

  #find(name: string): Component {
    const component = this.#deps.supervisor.find(name);
    if (component !== undefined) return component;
    const absent = this.#deps.absent().find((each) => each.name === name);
    if (absent !== undefined) {
      const why = absent.state === "remote" ? "runs elsewhere" : "has no terminal here";
      throw new CliError(EXIT.usage, `${name} ${why}`);
    }
    const known = this.#deps.supervisor.components.map(({ spec }) => spec.name).join(", ");
    throw new CliError(
      EXIT.usage,
      `there is no component ${JSON.stringify(name)}`,
      `choose one of: ${known}`,
    );
  }

  async #logs(request: Extract<ControlRequest, { do: "logs" }>, to: ReplyTo): Promise<null> {
    const { component, lines, follow } = request;
    const { logs } = this.#deps;
    if (component !== undefined && component !== "up" && this.#find(component).isTerminal) {
      throw new CliError(
        EXIT.usage,
        `${component} is the chat room: it writes to its terminal and has no log`,
        "`seabird tail` shows what is said",
      );
    }
    // What comes while the old lines are read waits behind them; no turn of the loop is between.
    const old =
      component === undefined
        ? logs.merged.latest(lines)
        : logs.tail(component, lines).map((line) => ({ component, line }));
    if (!follow) {
      await to.lines(old);
      return null;
    }
    const following = new Following(to);
    const unfollow = logs.merged.follow((line) => {
      if (component === undefined || line.component === component) following.show(line);
    });
    if (await to.lines(old)) {
      following.catchUp();
      await aborted(to.signal, to);
    }
    unfollow();
    return null;
  }
}

/** Components of a project that do not run here, and why. */
export function absentFrom(
  { core, components }: ProjectConfig,
  hasTerminal: boolean,
): readonly ComponentStatus[] {
  const remote: ComponentStatus = { name: CORE, kind: "core", state: "remote", restarts: 0 };
  const left = hasTerminal ? [] : components.filter(isInteractive);
  return [
    ...(core.kind === "remote" ? [remote] : []),
    ...left.map(({ name, kind }) => ({ name, kind, state: "off", restarts: 0 }) as const),
  ];
}

function ignoredOf(report: IgnoredReport | undefined): Partial<ComponentStatus> {
  if (report === undefined || report.loops === 0) return {};
  const { loops, speakers } = report;
  return { loops, ...(speakers.length === 0 ? {} : { ignored: speakers }) };
}

/** The lines that come, behind the old ones: no more than `maxTailLines` wait for those. */
class Following {
  readonly #to: ReplyTo;
  #waiting: ReplyLine[] | undefined = [];
  #leftOut = 0;

  constructor(to: ReplyTo) {
    this.#to = to;
  }

  show(line: ReplyLine): void {
    if (this.#waiting === undefined) this.#to.line(line);
    else if (this.#waiting.length < MAX_TAIL_LINES) this.#waiting.push(line);
    else this.#leftOut += 1;
  }

  catchUp(): void {
    const waiting = this.#waiting ?? [];
    this.#waiting = undefined;
    for (const line of waiting) this.#to.line(line);
    if (this.#leftOut === 0) return;
    this.#to.line({ component: "up", line: `${this.#leftOut} lines were left out here` });
  }
}

/** What became of a start that was waited for. `logTail`: where the reason of a failure is. */
export function reportOn(
  component: Component,
  did: ComponentReport["did"],
  text: string,
  logTail: (name: string) => readonly string[],
): ComponentReport {
  const { name } = component.spec;
  if (component.state === "ready") return { component: name, did, text };
  const why = whyNotReady(component, logTail);
  return {
    component: name,
    did: "failed",
    text: `${text}, but ${outcomeOf(component)}${why === undefined ? "" : `: ${why}`}`,
  };
}

function outcomeOf({ state }: Component): string {
  if (state === "misconfigured") return "its settings are wrong";
  return state === "starting" ? `not ready after ${RESTART_READY_MS / 1000} s` : "crashed";
}

function whyNotReady(
  { spec, network }: Component,
  logTail: (name: string) => readonly string[],
): string | undefined {
  if (network?.state === "away") return `its network is away: ${network.why}`;
  return complaints(logTail(spec.name), 1)[0];
}
