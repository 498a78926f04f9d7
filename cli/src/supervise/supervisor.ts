/**
 * Runs the components of a plan: core first, then plugins and backends, then the room; stops them in
 * the opposite order. What it does is said to the announcer.
 */
import { setTimeout as wait } from "node:timers/promises";
import { EXIT } from "@seabird-chat/runtime";
import { LIMITS } from "../limits.ts";
import { CliError } from "../process/cli-error.ts";
import type { Announcer } from "./announcer.ts";
import { Component, type ComponentSpec } from "./component.ts";
import type { Logs } from "./logs.ts";
import type { Plan } from "./plan.ts";
import { type ComponentExit, describeExit, type Verdict } from "./restart-policy.ts";
import { messageType } from "./spawning.ts";

/** The order of stopping, and what each kind has to end by itself before it is killed. */
const STOP_ORDER = [
  { kind: "plugin", stopMs: LIMITS.pluginStopMs },
  { kind: "backend", stopMs: LIMITS.backendStopMs },
  { kind: "core", stopMs: LIMITS.coreStopMs },
] as const;
/** Lines of a crashed component's log that are shown. */
const LAST_WORDS = 3;

export interface SupervisorInit {
  readonly plan: Plan;
  readonly script: boolean;
  readonly logs: Logs;
  readonly announcer: Announcer;
  /** Core has told its address. */
  onListening(url: string): void;
}

/** Why everything ends: the room was left, or something cannot go on. */
export type Outcome = { readonly left: true } | { readonly failed: CliError };

export class Supervisor {
  readonly #init: SupervisorInit;
  readonly #components: Component[] = [];
  readonly #outcome = Promise.withResolvers<Outcome>();
  #coreEnded = Promise.withResolvers<ComponentExit>();
  #coreListened = false;
  #stopping = false;

  constructor(init: SupervisorInit) {
    this.#init = init;
  }

  /** Resolves when it is over without anybody asking. */
  get outcome(): Promise<Outcome> {
    return this.#outcome.promise;
  }

  /** Starts core; how it went, if it went before it listened. */
  async startCore(signal: AbortSignal): Promise<"listening" | "late" | ComponentExit> {
    this.#coreEnded = Promise.withResolvers<ComponentExit>();
    const core = this.#start(this.#init.plan.core);
    return await Promise.race([
      core.ready.then(() => "listening" as const),
      this.#coreEnded.promise,
      wait(LIMITS.coreStartMs, "late" as const, { signal, ref: false }),
    ]);
  }

  /** Starts everything else and opens the room when it can answer. */
  async startRest(signal: AbortSignal): Promise<void> {
    const { plan, script } = this.#init;
    const others = [...plan.plugins, ...plan.backends].map((spec) => this.#start(spec));
    if (script) return await this.#startScript(others, signal);
    using _notice = this.#init.announcer.waiting(() => unready(others));
    const limit = AbortSignal.timeout(LIMITS.roomWaitMs);
    await allReady(others, AbortSignal.any([signal, limit])).catch(() => undefined);
    if (signal.aborted) return;
    this.#sayLate(others);
    if (plan.room !== undefined) this.#start(plan.room);
  }

  /** The room waits with its first line until it is told to go. */
  async #startScript(others: readonly Component[], signal: AbortSignal): Promise<void> {
    const { room } = this.#init.plan;
    if (room === undefined) return;
    const component = this.#start(room);
    const limit = AbortSignal.timeout(LIMITS.scriptStartMs);
    try {
      await allReady([...others, component], AbortSignal.any([signal, limit]));
      component.tell({ type: "go" });
    } catch (error) {
      if (signal.aborted) throw error;
      const names = unready([...others, component]);
      throw new CliError(
        EXIT.component,
        `not ready after ${LIMITS.scriptStartMs / 1000} s: ${names.join(", ")}`,
        `look into ${this.#init.logs.folder}`,
      );
    }
  }

  /** Stops plugins, then backends, then core; what takes too long is killed. */
  async stop(): Promise<void> {
    this.#stopping = true;
    for (const { kind, stopMs } of STOP_ORDER) {
      const components = this.#components.filter((component) => component.spec.kind === kind);
      await Promise.all(
        components.map(async (component) => {
          const type = await component.stop(stopMs);
          this.#init.announcer.say({ type, component: component.spec.name });
        }),
      );
    }
  }

  /** Kills everything at once. */
  kill(): void {
    for (const component of this.#components) component.kill();
  }

  #start(spec: ComponentSpec): Component {
    const known = this.#components.find((component) => component.spec === spec);
    const component =
      known ??
      new Component(spec, {
        message: (from, message) => this.#receive(from, message),
        ended: (from, exit) => this.#ended(from, exit),
      });
    if (known === undefined) this.#components.push(component);
    component.start();
    this.#init.announcer.say({ type: "started", component: spec.name });
    return component;
  }

  #receive(component: Component, message: unknown): void {
    // The room waits to be stopped in its turn, so that no plugin sees it go.
    if (component.isTerminal && messageType(message) === "leaving")
      this.#outcome.resolve({ left: true });
    if (component.spec.kind !== "core" || messageType(message) !== "listening") return;
    const url = typeof message === "object" && message !== null && "url" in message && message.url;
    if (typeof url !== "string" || !URL.canParse(url)) return;
    this.#coreListened = true;
    this.#init.onListening(url);
  }

  #ended(component: Component, exit: ComponentExit): Verdict {
    const { spec } = component;
    // It went before its turn: a terminal that hangs up takes the room with it.
    if (this.#stopping) return "failed";
    if (spec.kind === "core" && !this.#coreListened) {
      this.#coreEnded.resolve(exit);
      return "failed";
    }
    if (component.isTerminal && exit.code === 0) {
      this.#outcome.resolve({ left: true });
      return "failed";
    }
    const restarts = this.#isWorthAnother(component, exit);
    const { logs } = this.#init;
    // Who is killed says nothing more, and the room has said it on the terminal.
    const isMute = component.isTerminal || exit.signal === "SIGKILL";
    const lastWords = isMute ? [] : logs.lastWords(spec.name, LAST_WORDS);
    const how = describeExit(exit);
    const { crashes } = exit;
    this.#init.announcer.say({
      type: "crashed",
      component: spec.name,
      how,
      crashes,
      lastWords,
      restarts,
      ...(component.isTerminal ? {} : { log: logs.path(spec.name) }),
    });
    // People can do without one plugin; a script cannot know which of its answers is missing.
    if (!restarts && (component.isTerminal || this.#init.script)) {
      const next = `look into ${this.#init.logs.folder}`;
      this.#outcome.resolve({ failed: new CliError(EXIT.component, `${spec.name} ${how}`, next) });
    }
    return restarts ? "restart" : "failed";
  }

  #isWorthAnother({ isTerminal, isReady }: Component, { crashes }: ComponentExit): boolean {
    if (isTerminal) return !this.#init.script && crashes < LIMITS.maxRoomCrashes;
    return isReady || crashes < LIMITS.maxStartCrashes;
  }

  #sayLate(others: readonly Component[]): void {
    const components = unready(others);
    if (components.length > 0) this.#init.announcer.say({ type: "late", components });
  }
}

function unready(components: readonly Component[]): string[] {
  return components
    .filter((component) => !component.isReady)
    .map((component) => component.spec.name);
}

async function allReady(components: readonly Component[], signal: AbortSignal): Promise<void> {
  const { promise, reject } = Promise.withResolvers<never>();
  const abort = () => reject(signal.reason);
  if (signal.aborted) abort();
  signal.addEventListener("abort", abort, { once: true });
  try {
    await Promise.race([Promise.all(components.map((component) => component.ready)), promise]);
  } finally {
    signal.removeEventListener("abort", abort);
  }
}
