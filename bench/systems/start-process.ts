/** Starts a program that says over IPC when it listens, as core does. */
import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { within } from "../load/peer.ts";
import { inspectorIn } from "./collect-garbage.ts";
import type { MeasuredSystem, SystemName } from "./system.ts";

const START_TIMEOUT_MS = 30_000;
const MAX_OUTPUT = 16_384;

export interface ProcessOptions {
  readonly name: SystemName;
  readonly file: URL;
  /** What the load says that its token is. */
  readonly token: string;
  readonly bare: boolean;
  readonly env?: Readonly<Record<string, string>>;
  readonly nodeArguments?: readonly string[];
}

/** Starts it in a new folder, which goes when it is closed. */
export async function startProcess(options: ProcessOptions): Promise<MeasuredSystem> {
  const folder = await mkdtemp(join(tmpdir(), "seabird-bench-"));
  const startedAt = performance.now();
  const child = spawn(
    process.execPath,
    [...(options.nodeArguments ?? []), fileURLToPath(options.file)],
    {
      cwd: folder,
      env: { ...process.env, ...options.env },
      stdio: ["ignore", "pipe", "pipe", "ipc"],
    },
  );
  let output = "";
  let inspectorUrl: string | undefined;
  const inspector = () => inspectorUrl;
  const keep = (bytes: Buffer) => {
    output = (output + bytes).slice(-MAX_OUTPUT);
    inspectorUrl = inspectorIn(output) ?? inspectorUrl;
  };
  child.stdout?.on("data", keep);
  child.stderr?.on("data", keep);
  const exited = new Promise<void>((resolve) => child.once("close", () => resolve()));
  const listening = new Promise<{ url: string; afterMs: number }>((resolve, reject) => {
    child.on("message", (message: { type?: string; url?: string }) => {
      if (message.type !== "listening" || message.url === undefined) return;
      resolve({ url: message.url, afterMs: performance.now() - startedAt });
    });
    child.once("close", () => reject(new Error(`${options.name} ended at its start: ${output}`)));
  });
  const close = async () => {
    child.kill("SIGTERM");
    const kill = setTimeout(() => child.kill("SIGKILL"), 10_000);
    await exited;
    clearTimeout(kill);
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const { url, afterMs } = await within(START_TIMEOUT_MS, `start of ${options.name}`, listening);
    const peer = { url: new URL(url), token: options.token, bare: options.bare };
    const { name } = options;
    return { name, peer, pid: child.pid, listeningAfterMs: afterMs, inspector, close };
  } catch (error) {
    await close();
    throw error;
  }
}
