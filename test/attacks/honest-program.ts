/** The honest peers, in a process of their own: a pair from each address. */

import type { HonestOrder, HonestReport } from "./honest-orders.ts";
import { HonestPair } from "./honest-pair.ts";

const pairs = new Map<string, HonestPair>();

const report = (report: HonestReport) => process.send?.(report);

async function obey(order: HonestOrder): Promise<void> {
  if (order.type === "start") {
    const peer = { url: new URL(order.url), token: order.token, bare: false };
    for (const address of order.addresses) {
      const pair = new HonestPair({ peer, address, hasHttp1: order.hasHttp1 });
      pairs.set(address, pair);
      await pair.start();
    }
    report({ type: "ready" });
  } else if (order.type === "phase") {
    for (const { log } of pairs.values()) log.phase = order.phase;
  } else {
    const outcomes = [...pairs].map(async ([address, pair]) => [address, await pair.stop()]);
    report({ type: "done", outcomes: Object.fromEntries(await Promise.all(outcomes)) });
  }
}

process.on("message", (order: HonestOrder) => {
  obey(order).catch((error) => report({ type: "failed", reason: String(error) }));
});
process.on("disconnect", () => process.exit());
