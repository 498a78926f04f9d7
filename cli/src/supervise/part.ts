/**
 * One supervised child process: started, watched over an IPC channel, started again with
 * growing pauses when it ends by itself, and stopped.
 *
 * The channel is also the child's lifeline: it ends when the supervisor is gone.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { LIMITS } from "../limits.ts";

export interface PartSpec {
  readonly name: string;
  readonly kind: "core" | "backend" | "plugin";
  readonly script: string;
  readonly args: readonly string[];
  /** Asked at each start. */
  env(): NodeJS.ProcessEnv;
  /** The room owns the terminal and stays in its foreground group; the others write to a log. */
  readonly terminal: boolean;
  /** Where output goes, as a file descriptor of this process. Asked at each start. */
  logFd(): number;
}

export interface PartExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** Ends in a row without a stable run between them, this one included. */
  readonly crashes: number;
}

export interface PartEvents {
  /** What the child says over its channel; anything may be in it. */
  message(part: Part, message: unknown): void;
  /** It ended without being asked. The answer: whether to start it again. */
  ended(part: Part, exit: PartExit): boolean;
}

export class Part {
  readonly spec: PartSpec;
  readonly #events: PartEvents;
  readonly #ready = Promise.withResolvers<void>();
  #child: ChildProcess | undefined;
  #exited: Promise<void> = Promise.resolve();
  #startedAtMs = 0;
  #crashes = 0;
  #again: NodeJS.Timeout | undefined;
  #stopping = false;
  #isReady = false;

  constructor(spec: PartSpec, events: PartEvents) {
    this.spec = spec;
    this.#events = events;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** Resolves when the part was ready for the first time; never, if it never is. */
  get ready(): Promise<void> {
    return this.#ready.promise;
  }

  get isReady(): boolean {
    return this.#isReady;
  }

  start(): void {
    if (this.#stopping) return;
    const { spec } = this;
    const child = spawn(process.execPath, [spec.script, ...spec.args], {
      stdio: [...stdioOf(spec), "ipc"],
      detached: !spec.terminal,
      env: spec.env(),
    });
    this.#child = child;
    this.#startedAtMs = performance.now();
    child.on("message", (message) => this.#receive(message));
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#exited = promise;
    const over = (code: number | null, signal: NodeJS.Signals | null) => {
      if (this.#child !== child) return;
      this.#child = undefined;
      this.#over(code, signal);
      resolve();
    };
    child.on("error", () => child.pid === undefined && over(1, null));
    child.on("exit", over);
  }

  /** Says something to the child; lost if it is not there. */
  tell(message: { readonly type: string }): void {
    if (this.#child?.connected) this.#child.send(message, () => undefined);
  }

  /** Asks the child to end, kills it when it takes too long, and resolves when it is gone. */
  async stop(maxMs: number): Promise<"ended" | "killed"> {
    this.#stopping = true;
    clearTimeout(this.#again);
    const child = this.#child;
    if (child === undefined) return "ended";
    let killed = false;
    const timer = setTimeout(() => {
      killed = true;
      child.kill("SIGKILL");
    }, maxMs);
    child.kill("SIGTERM");
    // A part that was suspended (Ctrl-Z) has to wake up to hear it.
    child.kill("SIGCONT");
    await this.#exited;
    clearTimeout(timer);
    return killed ? "killed" : "ended";
  }

  kill(): void {
    this.#stopping = true;
    clearTimeout(this.#again);
    this.#child?.kill("SIGKILL");
  }

  #receive(message: unknown): void {
    if (messageType(message) === "ready" || messageType(message) === "listening") {
      this.#isReady = true;
      this.#ready.resolve();
    }
    this.#events.message(this, message);
  }

  #over(code: number | null, signal: NodeJS.Signals | null): void {
    if (this.#stopping) return;
    const stable = performance.now() - this.#startedAtMs >= LIMITS.stableAfterMs;
    this.#crashes = stable ? 1 : this.#crashes + 1;
    if (!this.#events.ended(this, { code, signal, crashes: this.#crashes })) return;
    this.#again = setTimeout(() => this.start(), restartPauseMs(this.#crashes, Math.random()));
  }
}

function stdioOf(spec: PartSpec): ("inherit" | "ignore" | number)[] {
  if (spec.terminal) return ["inherit", "inherit", "inherit"];
  const fd = spec.logFd();
  return ["ignore", fd, fd];
}

/** The pause before the n-th start in a row, doubling, with up to a quarter of jitter. */
export function restartPauseMs(crashes: number, random: number): number {
  const pause = Math.min(LIMITS.restartMaxMs, LIMITS.restartMinMs * 2 ** Math.min(crashes - 1, 16));
  return Math.round(pause * (1 - random / 4));
}

/** A child's word is checked like anybody's: an object with a type, or nothing. */
export function messageType(message: unknown): string | undefined {
  if (typeof message !== "object" || message === null || !("type" in message)) return undefined;
  return typeof message.type === "string" ? message.type : undefined;
}
