/** `--watch`: runs a program, and again after each change of the files that it has read. */

import { type ChildProcess, spawn } from "node:child_process";
import { relative, resolve } from "node:path";
import { onComponentMessage } from "@seabird-chat/runtime";
import { watchCommandSignals } from "./stop-signals.ts";
import { WatchedFiles } from "./watch-files.ts";

/** How long the program may take to stop before it is killed. */
const STOP_MS = 10_000;

export interface WatchedProgram {
  readonly script: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  /** Watched from the start; the program tells of those that it imports. */
  readonly files: readonly string[];
}

/** Until it is stopped; resolves with the exit code. */
export async function runWatched(program: WatchedProgram): Promise<number> {
  const run = new Watched(program);
  const watch = watchCommandSignals(
    () => run.stop(),
    () => run.kill(),
  );
  try {
    return await run.untilStopped();
  } finally {
    watch.end();
  }
}

class Watched {
  readonly #program: WatchedProgram;
  readonly #files = new WatchedFiles((path) => this.#changed(path));
  readonly #over = Promise.withResolvers<number>();
  #child: ChildProcess | undefined;
  #isStopping = false;
  #isStale = false;

  constructor(program: WatchedProgram) {
    this.#program = program;
    for (const file of program.files) this.#files.add(resolve(file));
  }

  async untilStopped(): Promise<number> {
    this.#start();
    try {
      return await this.#over.promise;
    } finally {
      this.#files.end();
    }
  }

  stop(): void {
    this.#isStopping = true;
    if (this.#child === undefined) this.#over.resolve(0);
    else this.#end(this.#child);
  }

  kill(): void {
    this.#child?.kill("SIGKILL");
  }

  #start(): void {
    const { script, args, env } = this.#program;
    this.#isStale = false;
    const child = spawn(process.execPath, [script, ...args], {
      // When this process is gone, the channel's end tells the program to end too.
      stdio: ["inherit", "inherit", "inherit", "ipc"],
      env: { ...env, SEABIRD_TELL_FILES: "1" },
    });
    this.#child = child;
    onComponentMessage(child, (message) => {
      if (message.type === "file") this.#files.add(message.path);
    });
    child.on("error", (error) => this.#over.reject(error));
    child.on("exit", (code) => this.#exited(code));
  }

  #changed(path: string): void {
    if (this.#isStopping) return;
    say(`${relative(process.cwd(), path)} has changed; starting again`);
    if (this.#child === undefined) {
      this.#start();
      return;
    }
    this.#isStale = true;
    this.#end(this.#child);
  }

  #exited(code: number | null): void {
    this.#child = undefined;
    if (this.#isStopping) this.#over.resolve(code ?? 1);
    else if (this.#isStale) this.#start();
    else say("it has ended; waiting for a change");
  }

  #end(child: ChildProcess): void {
    child.kill("SIGTERM");
    const timer = setTimeout(() => child.kill("SIGKILL"), STOP_MS);
    child.once("exit", () => clearTimeout(timer));
  }
}

function say(line: string): void {
  process.stderr.write(`seabird: ${line}\n`);
}
