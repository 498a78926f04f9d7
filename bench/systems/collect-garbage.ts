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

/** The system must have been started with INSPECTABLE. */
export async function collectGarbage(system: MeasuredSystem): Promise<void> {
  if (system.pid === undefined) return;
  process.kill(system.pid, "SIGUSR1");
  await until(OPEN_TIMEOUT_MS, "inspector", () => system.inspector() !== undefined);
  const socket = new WebSocket(system.inspector() ?? "");
  const collections = ["HeapProfiler.collectGarbage", "HeapProfiler.collectGarbage"];
  let done = 0;
  socket.addEventListener("open", () => {
    for (const [id, method] of collections.entries()) socket.send(JSON.stringify({ id, method }));
  });
  socket.addEventListener("message", () => {
    done++;
  });
  await until(COLLECT_TIMEOUT_MS, "collection of garbage", () => done >= collections.length);
  socket.close();
}
