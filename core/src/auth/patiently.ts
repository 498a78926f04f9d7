/** Waiting for a database that another program holds locked, without stopping the event loop. */
import { setTimeout as sleep } from "node:timers/promises";
import { isBusy } from "./token-database.ts";

/** How long to wait before trying a locked database again. */
const BUSY_RETRY_MS = 20;

/** Does `work`, again and again while another program holds the lock, up to `timeoutMs`. */
export async function patiently<T>(timeoutMs: number, work: () => T | Promise<T>): Promise<T> {
  const until = performance.now() + timeoutMs;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!isBusy(error) || performance.now() >= until) throw error;
    }
    await sleep(BUSY_RETRY_MS);
  }
}
