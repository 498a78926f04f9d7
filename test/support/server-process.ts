/** A foreign server as a process that is started and stopped; its output is in its folder. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { waitFor } from "./irc-wait.ts";

export interface ServerProcessOptions {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  /** Where it runs. */
  readonly folder: string;
  /** Whether it can be used; asked until it can. */
  readonly answers: () => Promise<boolean | undefined>;
  readonly startMs: number;
}

const MAX_LOG_CHARACTERS = 20_000;

export class ServerProcess {
  readonly #options: ServerProcessOptions;
  #child: ChildProcess | undefined;
  #gone: Promise<unknown> = Promise.resolve();

  constructor(options: ServerProcessOptions) {
    this.#options = options;
  }

  /** Resolves when it answers; rejects with the end of its output if it ends before. */
  async start(): Promise<void> {
    const { name, command, args, folder, startMs } = this.#options;
    const output = createWriteStream(this.#output, { flags: "a" });
    await once(output, "open");
    const child = spawn(command, args, { cwd: folder, stdio: ["ignore", output, output] });
    output.close();
    this.#child = child;
    this.#gone = once(child, "exit");
    const answers = async () => {
      if (child.exitCode !== null) throw new Error(`${name} ended:\n${await this.log()}`);
      return await this.#options.answers();
    };
    await waitFor(name, answers, startMs);
  }

  /** Resolves when it is gone. */
  async stop(signal: NodeJS.Signals): Promise<void> {
    if (this.#child?.exitCode === null && this.#child.signalCode === null) this.signal(signal);
    await this.#gone;
  }

  signal(signal: NodeJS.Signals): void {
    this.#child?.kill(signal);
  }

  /** The end of its output. */
  async log(): Promise<string> {
    return (await readFile(this.#output, "utf8")).slice(-MAX_LOG_CHARACTERS);
  }

  get #output(): string {
    return join(this.#options.folder, "output");
  }
}
