/**
 * Has a process of ours collect its garbage, over Node's inspector, which it opens at a signal.
 * Without it a process that has just served many callers holds memory that nothing needs.
 */
import { until } from "../load/stopwatch.ts";
import type { MeasuredSystem } from "./system.ts";

/** For Node, so that the inspector takes a free port when it is asked for. */
export const INSPECTABLE: readonly string[] = ["--inspect-port=127.0.0.1:0"];

const OPEN_TIMEOUT_MS = 10_000;
const COLLECT_TIMEOUT_MS = 30_000;

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
  const calls = [
    "HeapProfiler.collectGarbage",
    "HeapProfiler.collectGarbage",
    "Runtime.getHeapUsage",
  ];
  const answers = new Map<number, { readonly usedSize?: number }>();
  socket.addEventListener("open", () => {
    for (const [id, method] of calls.entries()) socket.send(JSON.stringify({ id, method }));
  });
  socket.addEventListener("message", ({ data }) => {
    const { id, result } = JSON.parse(String(data));
    if (id !== undefined) answers.set(id, result ?? {});
  });
  await until(COLLECT_TIMEOUT_MS, "collection of garbage", () => answers.size >= calls.length);
  socket.close();
  return answers.get(calls.length - 1)?.usedSize ?? Number.NaN;
}
