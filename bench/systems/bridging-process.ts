/** The bridge, or a plugin that answers, as the measured process, with a database of its own. */
import { fork } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Peer, within } from "../load/peer.ts";
import type { BridgingOrder } from "../programs/bridging-plugin.ts";

const PROGRAM = fileURLToPath(new URL("../programs/bridging-plugin.ts", import.meta.url));
const TIMEOUT_MS = 60_000;

export interface BridgingProcess {
  readonly pid: number | undefined;
  close(): Promise<void>;
}

export interface BridgingProcessOptions {
  /** Undefined: a plugin that answers. */
  readonly links: BridgingOrder["links"];
  readonly nodeArguments: readonly string[];
}

/** Resolves when it hears what is said. */
export async function startBridgingProcess(
  { url, token }: Peer,
  { links, nodeArguments }: BridgingProcessOptions,
): Promise<BridgingProcess> {
  const folder = await mkdtemp(join(tmpdir(), "seabird-bench-"));
  const child = fork(PROGRAM, { stdio: "inherit", execArgv: [...nodeArguments] });
  const exited = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const close = async () => {
    if (child.connected) child.disconnect();
    await within(TIMEOUT_MS, "end of the bridging process", exited);
    await rm(folder, { recursive: true, force: true });
  };
  const ready = new Promise<void>((resolve, reject) => {
    child.once("message", () => resolve());
    child.once("exit", () => reject(new Error("the bridging process has ended")));
  });
  const order: BridgingOrder = { url: url.href, token, links, database: join(folder, "bridge.db") };
  child.send(order);
  try {
    await within(TIMEOUT_MS, "start of the bridging process", ready);
  } catch (error) {
    await close();
    throw error;
  }
  return { pid: child.pid, close };
}
