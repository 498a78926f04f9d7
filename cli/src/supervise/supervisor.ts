/**
 * The processes of a project: starts them in order, keeps them running, starts single ones again,
 * adds and removes some while the others run on, and stops them all.
 */
import {
  type BackendNetwork,
  type ComponentMessage,
  MAX_REPORTED_PLUGINS,
  type PluginStatus,
  type SettingsMessage,
} from "@seabird-chat/runtime";
import { Component, type ComponentState } from "./component.ts";
import type { ComponentSpec } from "./component-process.ts";
import { type ComponentExit, type ExitOutcome, exitOutcome } from "./restart-policy.ts";

/** Until a restarted component is ready; after that the answer says that it is not. */
export const RESTART_READY_MS = 15_000;
/** Until a component has taken settings while it runs; after that it is restarted with them. */
const LIVE_SETTINGS_MS = 5_000;
/** Until a component has answered. A command waits a little longer for a status; a scrape waits for metrics. */
const ANSWER_MS = { status: 3_000, metrics: 1_000 } as const;

type Question = keyof typeof ANSWER_MS;
type Answer = readonly PluginStatus[] | undefined;

export type ComponentKind = ComponentSpec["kind"];

/** How long each kind has to end by itself before it is killed; core drains for 8 s at most. */
const STOP_MS = {
  plugin: 5_000,
  backend: 5_000,
  core: 10_000,
} as const satisfies Record<ComponentKind, number>;
const STOP_ORDER = ["plugin", "backend", "core"] as const;

export interface SupervisorEvents {
  started(component: Component): void;
  /** It was asked to end, and has. */
  stopped(component: Component, how: "ended" | "killed"): void;
  crashed(component: Component, exit: ComponentExit, outcome: ExitOutcome): void;
  /** A person left the interactive component. */
  left(): void;
  /** Core listens there. */
  listening(url: string): void;
  /** How core knows a backend's network to be. */
  network(backendId: string, network: BackendNetwork): void;
}

export type IgnoredReport = Omit<Extract<ComponentMessage, { readonly type: "ignored" }>, "type">;

interface Member {
  readonly component: Component;
  lastExit: ComponentExit | undefined;
  /** Resolves when its last start has succeeded or failed. */
  settled: PromiseWithResolvers<void>;
  /** What the process reported last of speakers in loops. */
  ignored: IgnoredReport | undefined;
  /** Waits for the component's answer to new settings. */
  answer: ((error: string | undefined) => void) | undefined;
  /** Wait for the component's answer. */
  readonly waits: Readonly<Record<Question, Set<(plugins: Answer) => void>>>;
}

export class Supervisor {
  readonly #events: SupervisorEvents;
  readonly #members = new Map<string, Member>();
  #stopping = false;

  constructor(events: SupervisorEvents) {
    this.#events = events;
  }

  get components(): readonly Component[] {
    return [...this.#members.values()].map(({ component }) => component);
  }

  find(name: string): Component | undefined {
    return this.#members.get(name)?.component;
  }

  lastExit(component: Component): ComponentExit | undefined {
    return this.#members.get(component.spec.name)?.lastExit;
  }

  /** Whom the component's plugins ignore now, and its loops; undefined if it had none. */
  ignored(component: Component): IgnoredReport | undefined {
    const ignored = this.#members.get(component.spec.name)?.ignored;
    const speakers = ignored?.speakers.filter(({ untilMs }) => untilMs > Date.now());
    return ignored && { ...ignored, speakers: speakers ?? [] };
  }

  /** What `ignored` returns changes at once. */
  unignore(component: Component, userId: string): void {
    const member = this.#members.get(component.spec.name);
    if (member?.ignored === undefined) return;
    component.tell({ type: "unignore", userId });
    const speakers = member.ignored.speakers.filter((speaker) => speaker.userId !== userId);
    member.ignored = { ...member.ignored, speakers };
  }

  /** Adds a component, or takes up one that is there by what it is from now on, and starts it. */
  start(spec: ComponentSpec): Component {
    const member = this.#members.get(spec.name) ?? this.#enlist(spec);
    const { component } = member;
    component.update(spec);
    if (this.#stopping) return component;
    member.settled = Promise.withResolvers();
    if (component.pid === undefined) member.ignored = undefined;
    component.start();
    this.#events.started(component);
    return component;
  }

  /** Until each component is ready or has ended; false if `limitMs` passed before. */
  async settled(
    components: readonly Component[],
    limitMs: number,
    signal: AbortSignal,
  ): Promise<boolean> {
    const all = Promise.all(
      components.map((component) => this.#members.get(component.spec.name)?.settled.promise),
    ).then(() => true);
    const limit = AbortSignal.any([signal, AbortSignal.timeout(limitMs)]);
    if (limit.aborted) return false;
    const over = Promise.withResolvers<boolean>();
    limit.addEventListener("abort", () => over.resolve(false), { once: true });
    return await Promise.race([all, over.promise]);
  }

  async restart(component: Component, spec: ComponentSpec = component.spec): Promise<void> {
    await this.#stop(component);
    if (!this.#stopping) component.forgetCrashes();
    this.start(spec);
  }

  /** Until `restart` starts it again. */
  async halt(component: Component): Promise<void> {
    await this.#stop(component);
  }

  async remove(component: Component): Promise<void> {
    await this.#stop(component);
    this.#members.delete(component.spec.name);
  }

  /** Sends new settings; resolves with what was wrong, undefined if they are in force. */
  async tell(component: Component, message: SettingsMessage): Promise<string | undefined> {
    const member = this.#members.get(component.spec.name);
    if (member === undefined || !component.tell(message)) return "it does not run";
    const answer = Promise.withResolvers<string | undefined>();
    member.answer = answer.resolve;
    const late = setTimeout(() => answer.resolve("it did not answer"), LIVE_SETTINGS_MS);
    try {
      return await answer.promise;
    } finally {
      clearTimeout(late);
      member.answer = undefined;
    }
  }

  /** How its plugins are; undefined if it does not answer in time, or does not run. */
  async status(component: Component): Promise<Answer> {
    return await this.#ask(component, "status");
  }

  /** Stops plugins, then backends, then core; what takes too long is killed. */
  async stop(): Promise<void> {
    this.#stopping = true;
    for (const kind of STOP_ORDER) {
      const components = this.components.filter((component) => component.spec.kind === kind);
      await Promise.all(components.map((component) => this.#stop(component)));
    }
  }

  /** Kills everything at once. */
  kill(): void {
    this.#stopping = true;
    for (const component of this.components) component.kill();
  }

  async #ask(component: Component, type: Question): Promise<Answer> {
    const waits = this.#members.get(component.spec.name)?.waits[type];
    if (waits === undefined) return undefined;
    const { promise, resolve } = Promise.withResolvers<Answer>();
    waits.add(resolve);
    const late = setTimeout(resolve, ANSWER_MS[type], undefined);
    if (!component.tell({ type })) resolve(undefined);
    const plugins = await promise;
    clearTimeout(late);
    waits.delete(resolve);
    return plugins;
  }

  /** Somebody reads core's metrics. */
  async #collectMetrics(core: Component): Promise<void> {
    const asked = this.components.filter(
      ({ spec, state }) => spec.kind === "plugin" && state === "ready",
    );
    const answers = await Promise.all(asked.map((each) => this.#ask(each, "metrics")));
    const plugins = answers.flatMap((answer) => answer ?? []).slice(0, MAX_REPORTED_PLUGINS);
    core.tell({ type: "plugin-metrics", plugins });
  }

  async #stop(component: Component): Promise<void> {
    // One that ended by itself a moment ago is reported in its turn.
    const isReported = component.pid !== undefined || this.#stopping;
    const how = await component.stop(STOP_MS[component.spec.kind]);
    if (isReported) this.#events.stopped(component, how);
  }

  #enlist(spec: ComponentSpec): Member {
    const component = new Component(spec, {
      message: (from, message) => this.#receive(from, message),
      ended: (from, exit) => this.#ended(from, exit),
    });
    const settled = Promise.withResolvers<void>();
    const member: Member = {
      component,
      lastExit: undefined,
      settled,
      ignored: undefined,
      answer: undefined,
      waits: { status: new Set(), metrics: new Set() },
    };
    this.#members.set(spec.name, member);
    return member;
  }

  #receive(component: Component, message: ComponentMessage): void {
    const member = this.#members.get(component.spec.name);
    switch (message.type) {
      case "ready":
        member?.settled.resolve();
        return;
      case "listening":
        member?.settled.resolve();
        if (component.spec.kind === "core") this.#events.listening(message.url);
        return;
      case "backend-network":
        if (component.spec.kind === "core") this.#events.network(message.backendId, message);
        return;
      case "leaving":
        // It waits to be stopped in its turn, so that no plugin sees it disconnect.
        if (component.isTerminal) this.#events.left();
        return;
      case "settings":
        member?.answer?.(refusalIn(message));
        return;
      case "ignored":
        if (member !== undefined) member.ignored = message;
        return;
      case "status":
      case "metrics":
        for (const answer of member?.waits[message.type] ?? []) answer(message.plugins);
        return;
      case "plugin-metrics":
        if (component.spec.kind === "core") void this.#collectMetrics(component);
    }
  }

  #ended(component: Component, exit: ComponentExit): ExitOutcome {
    if (this.#stopping) return "failed";
    const member = this.#members.get(component.spec.name);
    if (member !== undefined) Object.assign(member, { lastExit: exit, ignored: undefined });
    member?.answer?.("it ended");
    for (const waits of Object.values(member?.waits ?? {})) {
      for (const answer of waits) answer(undefined);
    }
    if (component.isTerminal && exit.code === 0) {
      this.#events.left();
      return "failed";
    }
    const outcome = outcomeOf(component, exit);
    member?.settled.resolve();
    this.#events.crashed(component, exit, outcome);
    return outcome;
  }
}

/** Without core nothing works: one that has worked before is started for ever. */
function outcomeOf({ spec, isReady }: Component, exit: ComponentExit): ExitOutcome {
  const outcome = exitOutcome(exit);
  if (spec.kind !== "core" || outcome === "misconfigured") return outcome;
  return isReady ? "restart" : "failed";
}

/** Does not run, and is not restarted without a person's help. */
export function hasGivenUp(state: ComponentState): boolean {
  return state === "failed" || state === "misconfigured" || state === "stopped";
}

function refusalIn(message: ComponentMessage): string | undefined {
  if (!("error" in message)) return undefined;
  return message.error === "" ? "it rejected them" : `it reported "${message.error}"`;
}
