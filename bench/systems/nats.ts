/** NATS (nats-server), where it is installed or was found by scripts/test-servers. */
import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findProgram } from "../../test/support/servers.ts";
import { until } from "../load/stopwatch.ts";
import type { MeasuredSystem, StartSystem } from "./system.ts";

const START_TIMEOUT_MS = 10_000;
/** What it logs when it listens. */
const LISTENING = /Listening for client connections on 127\.0\.0\.1:(\d+)/;

/** `undefined`: there is no nats-server here. */
export function natsStarter(): StartSystem | undefined {
  const program = findProgram("nats-server");
  return program === undefined ? undefined : () => start(program);
}

async function start(program: string): Promise<MeasuredSystem> {
  const folder = await mkdtemp(join(tmpdir(), "seabird-bench-"));
  const startedAt = performance.now();
  // Port -1: a free one.
  const child = spawn(program, ["--addr", "127.0.0.1", "--port", "-1"], {
    cwd: folder,
    stdio: ["ignore", "ignore", "pipe"],
  });
  let log = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    log = (log + text).slice(-16_384);
  });
  const exited = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const close = async () => {
    child.kill("SIGKILL");
    await exited;
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const port = () => LISTENING.exec(log)?.[1];
    await until(START_TIMEOUT_MS, `start of nats-server: ${log}`, () => port() !== undefined);
    const listeningAfterMs = performance.now() - startedAt;
    const peer = { url: new URL(`nats://127.0.0.1:${port()}`), token: "none", bare: false };
    const { pid } = child;
    return { name: "nats", peer, pid, listeningAfterMs, inspector: () => undefined, close };
  } catch (error) {
    await close();
    throw error;
  }
}
