/** Core in a process of its own, which tells its parent what it holds after a garbage collection. */
import { startCore } from "./core.ts";

export interface ChildStart {
  readonly type: "started";
  readonly url: string;
  readonly port: number;
  readonly token: string;
  readonly metricsToken: string;
}

export interface ChildMeasure {
  readonly type: "measure";
  readonly heapBytes: number;
  readonly rssBytes: number;
  /** Kinds of what keeps the process alive, sorted. */
  readonly resources: readonly string[];
}

if (process.send !== undefined) await run();

async function run(): Promise<void> {
  const core = await startCore({ maxLines: 0 });
  const started: ChildStart = {
    type: "started",
    url: core.url,
    port: core.port,
    token: await core.token(),
    metricsToken: await core.token(["metrics"]),
  };
  process.send?.(started);
  process.on("message", () => measure());
  process.on("disconnect", () => void core.close().then(() => process.exit()));
}

/** Two rounds, since what the first one frees may free more. */
async function measure(): Promise<void> {
  for (let round = 0; round < 2; round += 1) {
    globalThis.gc?.();
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const { heapUsed, rss } = process.memoryUsage();
  const message: ChildMeasure = {
    type: "measure",
    heapBytes: heapUsed,
    rssBytes: rss,
    resources: process.getActiveResourcesInfo().sort(),
  };
  process.send?.(message);
}
