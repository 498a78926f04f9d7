/** A project of ours as a person runs it: in a folder of its own, on a terminal. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import {
  makeCheckout,
  processesIn,
  type RunningProcess,
  SEABIRD,
} from "../../test/support/checkout.ts";
import { PtyProgram } from "../../test/support/pty.ts";
import { Scope } from "./scope.ts";

/** What the chat room shows when it can be typed into. */
const PROMPT = "Welcome to #";

export interface Project {
  /** Until the prompt was there, in milliseconds. */
  readonly promptAfterMs: number;
  /** Its processes, npm's own among them. */
  processes(): readonly (RunningProcess & { readonly isNpm: boolean })[];
  close(): Promise<void>;
}

export interface ProjectOptions {
  readonly npm?: boolean;
  /** Text by the path of the file. */
  readonly files?: Readonly<Record<string, string>>;
}

/** Resolves when the prompt of its chat room is shown. */
export async function startProject({ npm = false, files = {} }: ProjectOptions): Promise<Project> {
  const scope = new Scope("project");
  try {
    const { folder, env } = await makeCheckout(scope);
    for (const [path, text] of Object.entries(files)) await writeFile(join(folder, path), text);
    const command = npm ? ["npm", "start"] : [process.execPath, SEABIRD, "up"];
    const startedAt = performance.now();
    const terminal = new PtyProgram(command, { cwd: folder, env }, scope);
    await terminal.untilShown(PROMPT);
    const promptAfterMs = performance.now() - startedAt;
    return {
      promptAfterMs,
      processes: () =>
        processesIn(folder)
          .filter(({ command }) => !command.includes("on-a-pty.py"))
          .map((each) => ({
            ...each,
            isNpm: /^(npm|sh) |\/npm(-cli\.js)?( |$)/.test(each.command),
          })),
      close: () => scope.close(),
    };
  } catch (error) {
    await scope.close();
    throw error;
  }
}
