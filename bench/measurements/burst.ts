/**
 * A burst into 20 streams, each read by a process of its own, of which one does not read until
 * it is over: nineteen get every event in order, the twentieth is told that it fell behind.
 */
import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { Backend } from "../load/backend.ts";
import { type Peer, within } from "../load/peer.ts";
import { pause } from "../load/stopwatch.ts";
import type { Measurement, Sample } from "../measurement.ts";
import type { BurstOrder, BurstReport } from "../programs/burst-order.ts";

const READERS = 20;
const BATCH = 50;
const MOST_UNSENT_BYTES = 262_144;
const TIMEOUT_MS = 120_000;
const RESOURCE_EXHAUSTED = 8;
const READER = fileURLToPath(new URL("../programs/burst-reader.ts", import.meta.url));

export const burst: Measurement = {
  name: "burst",
  systems: ["core"],
  shaped: true,
  async measure({ system: { peer } }, plan) {
    const events = plan.burstEvents;
    const backend = await Backend.connect(peer, { shape: plan.shape, answers: true });
    const readers = Array.from({ length: READERS }, () => new Reader());
    try {
      await Promise.all(readers.map((reader, index) => reader.open(peer, events, index === 0)));
      const [stalled, ...others] = readers as [Reader, ...Reader[]];
      const startedAt = performance.now();
      await sendAll(backend, events);
      await within(TIMEOUT_MS, "end of the burst", Promise.all(others.map((each) => each.over)));
      const seconds = (performance.now() - startedAt) / 1000;
      stalled.order({ type: "read" });
      await within(TIMEOUT_MS, "end of the stream that stalled", stalled.over);
      return samples(stalled, others, events, seconds);
    } finally {
      for (const reader of readers) reader.close();
      backend.close();
    }
  },
};

function samples(
  stalled: Reader,
  others: readonly Reader[],
  events: number,
  seconds: number,
): Sample[] {
  const whole = others.filter(({ last }) => last?.type === "all" && last.inOrder);
  const lost = others.filter((reader) => !whole.includes(reader));
  const end = stalled.last;
  const exhausted = end?.type === "ended" && end.code === RESOURCE_EXHAUSTED;
  const row = `burst of ${events}`;
  return [
    {
      row: `${row}: readers of 19 with all in order`,
      unit: "",
      value: whole.length,
      better: "more",
      ...(lost.length === 0 ? {} : { note: JSON.stringify(lost[0]?.last) }),
    },
    {
      row: `${row}: the twentieth ended RESOURCE_EXHAUSTED`,
      unit: "",
      value: exhausted ? 1 : 0,
      better: "more",
      ...(exhausted ? {} : { note: JSON.stringify(end) }),
    },
    {
      row: `${row}: deliveries`,
      unit: "1/s",
      value: (events * whole.length) / seconds,
      better: "more",
    },
  ];
}

async function sendAll(backend: Backend, events: number): Promise<void> {
  for (let first = 0; first < events; first += BATCH) {
    const batch = Array.from({ length: Math.min(BATCH, events - first) }, (_, index) =>
      backend.encode(first + index),
    );
    backend.send(Buffer.concat(batch));
    while (backend.unsentBytes > MOST_UNSENT_BYTES) await pause(1);
  }
}

class Reader {
  last: BurstReport | undefined;
  readonly #process: ChildProcess = fork(READER, { stdio: "inherit" });
  readonly #opened = Promise.withResolvers<void>();
  readonly #over = Promise.withResolvers<void>();
  /** Resolves when it has all events, or its stream has ended. */
  readonly over = this.#over.promise;

  constructor() {
    this.#process.on("message", (report: BurstReport) => {
      this.last = report;
      if (report.type === "open") this.#opened.resolve();
      else this.#over.resolve();
    });
  }

  async open(peer: Peer, events: number, stalls: boolean): Promise<void> {
    this.order({ type: "open", url: peer.url.href, token: peer.token, events, stalls });
    await within(TIMEOUT_MS, "reader of the burst", this.#opened.promise);
  }

  order(order: BurstOrder): void {
    this.#process.send(order);
  }

  close(): void {
    this.#process.kill("SIGKILL");
  }
}
