/**
 * One supervised child process: started, watched over an IPC channel, started again with
 * growing pauses when it ends by itself, and stopped.
 *
 * The channel is also the child's lifeline: it ends when the supervisor is gone.
 */

import { type ChildProcess, spawn } from "node:child_process";
import {
  type ComponentMessage,
  type NetworkStatus,
  onComponentMessage,
  type SupervisorMessage,
  sendToComponent,
} from "@seabird-chat/runtime";
import { type ComponentSpec, closeOf, connectPipes, stdioOf } from "./component-process.ts";
import { endWithUs } from "./orphans.ts";
import {
  type ComponentExit,
  CrashCount,
  type ExitOutcome,
  restartPauseMs,
} from "./restart-policy.ts";

export interface ComponentEvents {
  /** A message over the child's channel. */
  message(component: Component, message: ComponentMessage): void;
  /** It ended without being asked. The answer: what becomes of it. */
  ended(component: Component, exit: ComponentExit): ExitOutcome;
}

/** `waiting`: for its next start. `ready`: it reported so since this start. */
export type ComponentState =
  | "stopped"
  | "starting"
  | "ready"
  | "waiting"
  | "stopping"
  | Exclude<ExitOutcome, "restart">;

export class Component {
  readonly #events: ComponentEvents;
  readonly #ready = Promise.withResolvers<void>();
  readonly #crashes = new CrashCount();
  #spec: ComponentSpec;
  #child: ChildProcess | undefined;
  #exited: Promise<void> = Promise.resolve();
  #state: ComponentState = "stopped";
  #startedAtMs = 0;
  #starts = 0;
  #again: NodeJS.Timeout | undefined;
  #wanted = false;
  #wasReady = false;
  #network: NetworkStatus | undefined;

  constructor(spec: ComponentSpec, events: ComponentEvents) {
    this.#spec = spec;
    this.#events = events;
  }

  get spec(): ComponentSpec {
    return this.#spec;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  get state(): ComponentState {
    return this.#state;
  }

  /** Starts after the first one. */
  get restarts(): number {
    return Math.max(0, this.#starts - 1);
  }

  /** How long this process has run; 0 if none runs. */
  get upMs(): number {
    return this.#child === undefined ? 0 : performance.now() - this.#startedAtMs;
  }

  /** Resolves when the component was ready for the first time; never, if it never is. */
  get ready(): Promise<void> {
    return this.#ready.promise;
  }

  /** It has been ready once. */
  get isReady(): boolean {
    return this.#wasReady;
  }

  /** Of a backend: how its process last reported its network to be. Core may know better. */
  get network(): NetworkStatus | undefined {
    return this.#network;
  }

  get isTerminal(): boolean {
    return this.#spec.output.to === "terminal";
  }

  /** Takes effect at the next start. */
  update(spec: ComponentSpec): void {
    this.#spec = spec;
  }

  start(): void {
    this.#wanted = true;
    clearTimeout(this.#again);
    if (this.#child !== undefined) return;
    const spec = this.#spec;
    const child = spawn(process.execPath, [spec.script, ...spec.args], {
      stdio: stdioOf(spec),
      detached: !this.isTerminal,
      env: spec.env(),
      ...(spec.cwd === undefined ? {} : { cwd: spec.cwd }),
    });
    endWithUs(child);
    if (spec.output.to === "lines") spec.output.begin();
    this.#child = child;
    this.#state = "starting";
    this.#starts += 1;
    this.#startedAtMs = performance.now();
    connectPipes(child, spec);
    onComponentMessage(child, (message) => this.#receive(child, message));
    this.#exited = closeOf(child).then(({ code, signal }) => this.#over(code, signal));
  }

  /** Sends a message to the child; false if it does not run. */
  tell(message: SupervisorMessage): boolean {
    return this.#child !== undefined && sendToComponent(this.#child, message);
  }

  /** Asks the child to end, kills it when it takes too long, and resolves when it is gone. */
  async stop(maxMs: number): Promise<"ended" | "killed"> {
    this.#wanted = false;
    clearTimeout(this.#again);
    const child = this.#child;
    if (child === undefined) {
      this.#state = "stopped";
      return "ended";
    }
    this.#state = "stopping";
    let killed = false;
    const timer = setTimeout(() => {
      killed = true;
      child.kill("SIGKILL");
    }, maxMs);
    child.kill("SIGTERM");
    // A suspended component (Ctrl-Z) has to continue to receive it.
    child.kill("SIGCONT");
    await this.#exited;
    clearTimeout(timer);
    return killed ? "killed" : "ended";
  }

  /** Its next crash is the first one. */
  forgetCrashes(): void {
    this.#crashes.forget();
  }

  kill(): void {
    this.#wanted = false;
    clearTimeout(this.#again);
    this.#child?.kill("SIGKILL");
  }

  #receive(child: ChildProcess, message: ComponentMessage): void {
    const { type } = message;
    if ((type === "ready" || type === "listening") && this.#child === child) {
      if (this.#state === "starting") this.#state = "ready";
      this.#wasReady = true;
      this.#ready.resolve();
    }
    if (message.type === "network" && this.#child === child) {
      const { type: _, ...network } = message;
      this.#network = network;
    }
    this.#events.message(this, message);
  }

  #over(code: number | null, signal: NodeJS.Signals | null): void {
    this.#child = undefined;
    this.#network = undefined;
    this.#state = "stopped";
    if (this.#spec.output.to === "lines") this.#spec.output.end();
    if (!this.#wanted) return;
    const counts = this.#crashes.add(this.#startedAtMs, performance.now());
    const outcome = this.#events.ended(this, { code, signal, ...counts });
    this.#state = outcome === "restart" ? "waiting" : outcome;
    if (outcome !== "restart") return;
    this.#again = setTimeout(() => this.start(), restartPauseMs(counts.crashes, Math.random()));
  }
}
