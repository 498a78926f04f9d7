/**
 * Has a process of ours collect its garbage, over Node's inspector, which it opens at a signal.
 * Without it a process that has just served many callers holds memory that nothing needs.
 */
import { pause, until } from "../load/stopwatch.ts";
import type { MeasuredSystem } from "./system.ts";

/** For Node, so that the inspector takes a free port when it is asked for. */
export const INSPECTABLE: readonly string[] = ["--inspect-port=127.0.0.1:0"];

/** What Node says of it, as lines of the process's own: `up` shows those of others within longer ones. */
const LISTENING = /^Debugger listening on (ws:\S+)$/gm;

const OPEN_TIMEOUT_MS = 10_000;
const COLLECT_TIMEOUT_MS = 30_000;
/** Between two collections: what finalizers and streams let go of is garbage only after that. */
const SETTLE_MS = 200;
const CALLS = [
  ...Array<string>(3).fill("HeapProfiler.collectGarbage"),
  "Runtime.getHeapUsage",
] as const;

/** Its inspector's address, from what a process has written; undefined before it has said it. */
export function inspectorIn(output: string): string | undefined {
  return [...output.matchAll(LISTENING)].at(-1)?.[1];
}

/**
 * The system must have been started with INSPECTABLE. Resolves with the bytes of its heap that are
 * in use then; NaN without a process.
 */
export async function collectGarbage(
  system: Pick<MeasuredSystem, "pid" | "inspector">,
): Promise<number> {
  if (system.pid === undefined) return Number.NaN;
  if (system.inspector() === undefined) process.kill(system.pid, "SIGUSR1");
  await until(OPEN_TIMEOUT_MS, "inspector", () => system.inspector() !== undefined);
  const socket = new WebSocket(system.inspector() ?? "");
  const answers = new Map<number, { readonly usedSize?: number }>();
  socket.addEventListener("message", ({ data }) => {
    const { id, result } = JSON.parse(String(data));
    if (id !== undefined) answers.set(id, result ?? {});
  });
  await until(OPEN_TIMEOUT_MS, "connection", () => socket.readyState === WebSocket.OPEN);
  for (const [id, method] of CALLS.entries()) {
    if (id > 0) await pause(SETTLE_MS);
    socket.send(JSON.stringify({ id, method }));
    await until(COLLECT_TIMEOUT_MS, "collection of garbage", () => answers.has(id));
  }
  socket.close();
  return answers.get(CALLS.length - 1)?.usedSize ?? Number.NaN;
}
