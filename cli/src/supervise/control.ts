/** Answers what is asked on the control socket: `ps`, `logs`, `restart`, `reload`. */

import { LIMITS } from "../limits.ts";
import { CliError } from "../process/cli-error.ts";
import { EXIT } from "../process/exit-codes.ts";
import { aborted } from "./aborted.ts";
import type { Part } from "./component.ts";
import type { ComponentLogs } from "./component-logs.ts";
import type { ControlRequest, PartReport, PartStatus, ProjectStatus } from "./control-protocol.ts";
import type { ReplyLine, ReplyTo } from "./control-server.ts";
import type { Crew } from "./crew.ts";
import { hasGivenUp } from "./crew.ts";
import { describeExit } from "./restart-policy.ts";

export interface ControlInit {
  readonly crew: Crew;
  readonly logs: ComponentLogs;
  /** All but the parts. */
  status(): Omit<ProjectStatus, "parts">;
  /** What stands in the configuration and does not run: name and why. */
  absent(): readonly PartStatus[];
  /** The parts' names in the order to show them in. */
  order(): readonly string[];
  restart(part: Part): Promise<void>;
  reload(): Promise<readonly PartReport[]>;
}

export class Control {
  readonly #init: ControlInit;

  constructor(init: ControlInit) {
    this.#init = init;
  }

  /** Throws a CliError, which is the asker's. */
  async answer(request: ControlRequest, to: ReplyTo): Promise<unknown> {
    switch (request.do) {
      case "ps":
        return this.status();
      case "logs":
        return await this.#logs(request, to);
      case "restart":
        return { parts: await this.#restart(request.parts) };
      case "reload":
        return { parts: await this.#init.reload() };
    }
  }

  status(): ProjectStatus {
    const running = this.#init.crew.parts.map((part) => this.#statusOf(part));
    const order = this.#init.order();
    const parts = [...this.#init.absent(), ...running].sort(
      (one, other) => order.indexOf(one.name) - order.indexOf(other.name),
    );
    return { ...this.#init.status(), parts };
  }

  #statusOf(part: Part): PartStatus {
    const { crew, logs } = this.#init;
    const { spec, state, pid, upMs, restarts } = part;
    const exit = crew.lastExit(part);
    return {
      name: spec.name,
      kind: spec.kind,
      state,
      restarts,
      ...(pid === undefined ? {} : { pid, upMs: Math.round(upMs) }),
      ...(exit === undefined ? {} : { lastExit: describeExit(exit) }),
      ...(exit !== undefined && hasGivenUp(state) ? { lastLines: logs.latest(spec.name) } : {}),
      ...(part.isTerminal ? {} : { log: logs.path(spec.name) }),
    };
  }

  async #restart(names: readonly string[]): Promise<PartReport[]> {
    const parts = names.map((name) => this.#find(name));
    const reports: PartReport[] = [];
    for (const part of new Set(parts)) {
      await this.#init.restart(part);
      reports.push(reportOn(part, "restarted", "restarted"));
    }
    return reports;
  }

  #find(name: string): Part {
    const part = this.#init.crew.find(name);
    if (part !== undefined) return part;
    const absent = this.#init.absent().find((each) => each.name === name);
    if (absent !== undefined) {
      const why = absent.state === "remote" ? "runs elsewhere" : "has no terminal here";
      throw new CliError(EXIT.usage, `${name} ${why}`);
    }
    const known = this.#init.crew.parts.map(({ spec }) => spec.name).join(", ");
    throw new CliError(
      EXIT.usage,
      `there is no part ${JSON.stringify(name)}`,
      `choose one of: ${known}`,
    );
  }

  async #logs(request: Extract<ControlRequest, { do: "logs" }>, to: ReplyTo): Promise<null> {
    const { part, lines, follow } = request;
    const { logs } = this.#init;
    if (part !== undefined && part !== "up") this.#find(part);
    // What comes while the old lines are read waits behind them; no turn of the loop is between.
    const old =
      part === undefined
        ? logs.merged.latest(lines)
        : logs.tail(part, lines).map((line) => ({ part, line }));
    if (!follow) {
      await to.lines(old);
      return null;
    }
    const following = new Following(to);
    const unfollow = logs.merged.follow((line) => {
      if (part === undefined || line.part === part) following.show(line);
    });
    if (await to.lines(old)) {
      following.catchUp();
      await aborted(to.signal);
    }
    unfollow();
    return null;
  }
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
    else if (this.#waiting.length < LIMITS.maxTailLines) this.#waiting.push(line);
    else this.#leftOut += 1;
  }

  catchUp(): void {
    const waiting = this.#waiting ?? [];
    this.#waiting = undefined;
    for (const line of waiting) this.#to.line(line);
    if (this.#leftOut === 0) return;
    this.#to.line({ part: "up", line: `${this.#leftOut} lines were left out here` });
  }
}

/** What became of a start that was waited for. */
export function reportOn(part: Part, did: PartReport["did"], words: string): PartReport {
  const { name } = part.spec;
  if (part.state === "ready") return { part: name, did, words };
  if (part.state === "misconfigured") {
    return { part: name, did: "failed", words: `${words}, but its settings are wrong` };
  }
  if (part.state !== "starting") {
    return { part: name, did: "failed", words: `${words}, but crashed` };
  }
  const seconds = LIMITS.restartReadyMs / 1000;
  return { part: name, did: "failed", words: `${words}, but not ready after ${seconds} s` };
}
