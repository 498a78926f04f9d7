/** Runs the `seabird` command in a process of its own and reads what it says. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { cleanEnv, SEABIRD } from "./checkout.ts";

export interface CliOptions {
  readonly cwd: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly input?: string;
  /** The Node to run it with. Default: this one. */
  readonly node?: string;
}

export interface CliResult {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** How long a command may take on a loaded machine. */
const PATIENCE_MS = 60_000;

export async function runCli(args: readonly string[], options: CliOptions): Promise<CliResult> {
  const running = startCli(args, options);
  const [code] = await once(running.child, "close", { signal: AbortSignal.timeout(PATIENCE_MS) });
  return { code, out: running.out(), err: running.err() };
}

/** For commands that go on until they are stopped. */
export function startCli(args: readonly string[], { cwd, env, input, node }: CliOptions) {
  const child: ChildProcess = spawn(node ?? process.execPath, [SEABIRD, ...args], {
    cwd,
    env: { ...cleanEnv(), ...env },
    stdio: "pipe",
  });
  const said = { out: "", err: "" };
  child.stdout?.setEncoding("utf8").on("data", (text: string) => {
    said.out += text;
  });
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    said.err += text;
  });
  child.stdin?.on("error", () => undefined).end(input ?? "");
  return { child, out: () => said.out, err: () => said.err };
}
