/**
 * The processes of a project: starts them in order, keeps them running, starts single ones again,
 * adds and removes some while the others run on, and stops them all.
 */
import { LIMITS } from "../limits.ts";
import { Part, type PartSpec, type PartState } from "./component.ts";
import { judge, type PartExit, type Verdict } from "./restart-policy.ts";
import { messageType } from "./spawning.ts";

export type PartKind = PartSpec["kind"];

/** The order of stopping, and what each kind has to end by itself before it is killed. */
const STOP_MS = {
  plugin: LIMITS.pluginStopMs,
  backend: LIMITS.backendStopMs,
  core: LIMITS.coreStopMs,
} as const satisfies Record<PartKind, number>;
const STOP_ORDER = ["plugin", "backend", "core"] as const;

export interface CrewEvents {
  started(part: Part): void;
  /** It was asked to end, and has. */
  stopped(part: Part, how: "ended" | "killed"): void;
  crashed(part: Part, exit: PartExit, verdict: Verdict): void;
  /** The room was left by whoever sat in it. */
  left(): void;
  /** Core has told its address. */
  listening(url: string): void;
}

interface Member {
  readonly part: Part;
  lastExit: PartExit | undefined;
  /** Resolves when it is clear how its last start went. */
  settled: PromiseWithResolvers<void>;
  /** Waits for the part's word on new settings. */
  answer: ((error: string | undefined) => void) | undefined;
}

export class Crew {
  readonly #events: CrewEvents;
  readonly #members = new Map<string, Member>();
  #stopping = false;

  constructor(events: CrewEvents) {
    this.#events = events;
  }

  get parts(): readonly Part[] {
    return [...this.#members.values()].map(({ part }) => part);
  }

  find(name: string): Part | undefined {
    return this.#members.get(name)?.part;
  }

  lastExit(part: Part): PartExit | undefined {
    return this.#members.get(part.spec.name)?.lastExit;
  }

  /** Adds a part, or takes up one that is there by what it is from now on, and starts it. */
  start(spec: PartSpec): Part {
    const member = this.#members.get(spec.name) ?? this.#enlist(spec);
    const { part } = member;
    part.become(spec);
    if (this.#stopping) return part;
    member.settled = Promise.withResolvers();
    part.start();
    this.#events.started(part);
    return part;
  }

  /** Until each part is ready or has ended; false if `limitMs` passed before. */
  async settled(parts: readonly Part[], limitMs: number, signal: AbortSignal): Promise<boolean> {
    const all = Promise.all(
      parts.map((part) => this.#members.get(part.spec.name)?.settled.promise),
    ).then(() => true);
    const limit = AbortSignal.any([signal, AbortSignal.timeout(limitMs)]);
    if (limit.aborted) return false;
    const over = Promise.withResolvers<boolean>();
    limit.addEventListener("abort", () => over.resolve(false), { once: true });
    return await Promise.race([all, over.promise]);
  }

  async restart(part: Part, spec: PartSpec = part.spec): Promise<void> {
    await this.#stop(part);
    if (!this.#stopping) part.forgetCrashes();
    this.start(spec);
  }

  async remove(part: Part): Promise<void> {
    await this.#stop(part);
    this.#members.delete(part.spec.name);
  }

  /** Tells a part new settings; resolves with what was wrong, undefined if it has taken them. */
  async tell(part: Part, message: { readonly type: "settings" }): Promise<string | undefined> {
    const member = this.#members.get(part.spec.name);
    if (member === undefined || !part.tell(message)) return "it does not run";
    const answer = Promise.withResolvers<string | undefined>();
    member.answer = answer.resolve;
    const late = setTimeout(() => answer.resolve("it did not answer"), LIMITS.liveSettingsMs);
    try {
      return await answer.promise;
    } finally {
      clearTimeout(late);
      member.answer = undefined;
    }
  }

  /** Stops plugins, then backends, then core; what takes too long is killed. */
  async stop(): Promise<void> {
    this.#stopping = true;
    for (const kind of STOP_ORDER) {
      const parts = this.parts.filter((part) => part.spec.kind === kind);
      await Promise.all(parts.map((part) => this.#stop(part)));
    }
  }

  /** Kills everything at once. */
  kill(): void {
    this.#stopping = true;
    for (const part of this.parts) part.kill();
  }

  async #stop(part: Part): Promise<void> {
    const ran = part.pid !== undefined;
    const how = await part.stop(STOP_MS[part.spec.kind]);
    if (ran) this.#events.stopped(part, how);
  }

  #enlist(spec: PartSpec): Member {
    const part = new Part(spec, {
      message: (from, message) => this.#receive(from, message),
      ended: (from, exit) => this.#ended(from, exit),
    });
    const settled = Promise.withResolvers<void>();
    const member: Member = { part, lastExit: undefined, settled, answer: undefined };
    this.#members.set(spec.name, member);
    return member;
  }

  #receive(part: Part, message: unknown): void {
    const member = this.#members.get(part.spec.name);
    switch (messageType(message)) {
      case "ready":
        member?.settled.resolve();
        return;
      case "listening":
        member?.settled.resolve();
        this.#receiveAddress(part, message);
        return;
      case "leaving":
        // The room waits to be stopped in its turn, so that no plugin sees it go.
        if (part.isTerminal) this.#events.left();
        return;
      case "settings":
        member?.answer?.(errorIn(message));
    }
  }

  #receiveAddress(part: Part, message: unknown): void {
    if (part.spec.kind !== "core") return;
    const url = typeof message === "object" && message !== null && "url" in message && message.url;
    if (typeof url === "string" && URL.canParse(url)) this.#events.listening(url);
  }

  #ended(part: Part, exit: PartExit): Verdict {
    if (this.#stopping) return "failed";
    const member = this.#members.get(part.spec.name);
    if (member !== undefined) member.lastExit = exit;
    member?.answer?.("it ended");
    if (part.isTerminal && exit.code === 0) {
      this.#events.left();
      return "failed";
    }
    const verdict = verdictOn(part, exit);
    member?.settled.resolve();
    this.#events.crashed(part, exit, verdict);
    return verdict;
  }
}

/** Without core nothing works: one that has worked before is started for ever. */
function verdictOn({ spec, isReady }: Part, exit: PartExit): Verdict {
  const verdict = judge(exit);
  if (spec.kind !== "core" || verdict === "misconfigured") return verdict;
  return isReady ? "restart" : "failed";
}

/** What is not running, and will not without somebody's help. */
export function hasGivenUp(state: PartState): boolean {
  return state === "failed" || state === "misconfigured" || state === "stopped";
}

function errorIn(message: unknown): string | undefined {
  if (typeof message !== "object" || message === null || !("error" in message)) return undefined;
  return typeof message.error === "string" ? `it said "${message.error}"` : "it refused them";
}
