/**
 * How fast the bridge is: `node bench/bridge/main.ts [ms] [arguments of the bridge's Node]`. Messages a second over one link and over a
 * hundred, what each costs beside a plugin that answers, and the latency with a destination frozen.
 */
import { fork } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { silentLog } from "@seabird-chat/sdk";
import { type BackendHost, backend, startBackend } from "@seabird-chat/sdk/backend";
import { countFor, pause, until } from "../load/stopwatch.ts";
import { startOurCore } from "../systems/our-core.ts";
import type { BridgingOrder } from "./bridging-plugin.ts";

const MS = Number(process.argv[2] ?? 3_000);
const NODE_ARGUMENTS = process.argv.slice(3);
const LINKS = 100;
/** Until compiled code runs, in milliseconds. */
const WARM_UP_MS = 5_000;
/** In each channel: fewer than the SDK queues of one. */
const UNDER_WAY = 4;
/** For latency: a second, over all. */
const RATE = 20;
const TEXT = "a line of the length that people type, or so";

const core = await startOurCore();
const access = { url: core.peer.url.href, token: core.peer.token };

/** A network that takes everything at once, unless it is frozen. */
async function network(id: string) {
  let host: BackendHost | undefined;
  let lastId = 0;
  const own = { isFrozen: false, arrived: (_channel: string, _text: string) => {} };
  const running = startBackend(
    backend("bench", {
      connect: (given) => {
        host = given;
        for (let n = 0; n < LINKS; n++) given.channels.joined({ id: `${id}${n}` });
        return {
          send: async (to, { text }) => {
            if (own.isFrozen) await new Promise(() => {});
            own.arrived(to.id, text);
            return { ids: [`s${++lastId}`] };
          },
          close: () => undefined,
        };
      },
    }),
    { ...access, id, log: silentLog },
  );
  await running.ready();
  const say = (channel: string, text: string) => {
    const user = { id: "ann", displayName: "ann" };
    host?.emit.message({ user, channel, text, id: `p${++lastId}` });
  };
  return { own, say, close: () => running.close() };
}

const [a, b, c] = [await network("a"), await network("b"), await network("c")];

async function measured<T>(
  links: BridgingOrder["links"],
  run: (pid: number | undefined) => Promise<T>,
): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), "seabird-bridge-bench-"));
  const child = fork(new URL("bridging-plugin.ts", import.meta.url), {
    stdio: "inherit",
    execArgv: NODE_ARGUMENTS,
  });
  try {
    const ready = new Promise<void>((resolve) => child.once("message", () => resolve()));
    const order: BridgingOrder = { ...access, links, database: join(folder, "bridge.db") };
    child.send(order);
    await ready;
    return await run(child.pid);
  } finally {
    child.kill();
    await new Promise((resolve) => child.once("exit", resolve));
    rmSync(folder, { recursive: true, force: true });
  }
}

function linksOf(count: number, networks: readonly string[] = ["a", "b"]) {
  const link = (n: number) => networks.map((each) => `bench://${each}/${each}${n}`);
  return Object.fromEntries(Array.from({ length: count }, (_, n) => [`l${n}`, link(n)]));
}

/** As many as it takes, with so many under way in each channel. */
async function speed(channels: number, arriving: typeof b, links: BridgingOrder["links"]) {
  return await measured(links, async (pid) => {
    let count = 0;
    let number = 0;
    let isOver = false;
    const next = (channel: string) => a.say(channel, `${TEXT} ${++number}`);
    arriving.own.arrived = (channel) => {
      count += 1;
      if (!isOver) next(`a${channel.slice(1)}`);
    };
    for (let n = 0; n < channels; n++) for (let i = 0; i < UNDER_WAY; i++) next(`a${n}`);
    await pause(WARM_UP_MS);
    const gain = await countFor({ ms: MS, count: () => count, pid });
    isOver = true;
    await until(60_000, "end of the messages", () => count >= number);
    arriving.own.arrived = () => {};
    return gain;
  });
}

/** From a's message to its copy on b. */
async function latency(isFrozen: boolean) {
  return await measured(linksOf(1, ["a", "b", "c"]), async () => {
    const sentAt = new Map<string, number>();
    const times: number[] = [];
    b.own.arrived = (_channel, text) => {
      const [number = ""] = /\d+$/.exec(text) ?? [];
      times.push(performance.now() - (sentAt.get(number) ?? Number.NaN));
    };
    c.own.isFrozen = isFrozen;
    const count = Math.ceil((MS * RATE) / 1_000);
    for (let n = 0; n < count; n++) {
      sentAt.set(`${n}`, performance.now());
      a.say("a0", `${TEXT} ${n}`);
      await pause(1_000 / RATE);
    }
    await until(60_000, "end of the messages", () => times.length >= count);
    c.own.isFrozen = false;
    const known = times.slice(RATE * 2).sort((one, other) => one - other);
    const at = (part: number) => known[Math.floor(known.length * part)] ?? Number.NaN;
    return { p50: at(0.5), p99: at(0.99) };
  });
}

const ratio = (value: number) => value.toFixed(2);

try {
  const answers = await speed(1, a, undefined);
  const one = await speed(1, b, linksOf(1));
  const many = await speed(LINKS, b, linksOf(LINKS));
  const us = (gain: typeof one) => Math.round(gain.processorUs ?? Number.NaN);
  const row = (what: string, gain: typeof one) =>
    console.log(
      `${what}: ${Math.round(gain.perSecond)} messages/s, ${us(gain)} µs of processor each`,
    );
  row("a plugin that answers", answers);
  row("one link", one);
  row(`${LINKS} links`, many);
  console.log(`a link's work, times an answer's: ${ratio(us(one) / us(answers))}`);
  const parts = { p50: [] as number[], p99: [] as number[] };
  for (let round = 0; round < 3; round++) {
    const without = await latency(false);
    const frozen = await latency(true);
    parts.p50.push(frozen.p50 / without.p50);
    parts.p99.push(frozen.p99 / without.p99);
    console.log(
      `latency: p50 ${ratio(without.p50)} ms, p99 ${ratio(without.p99)} ms; ` +
        `with one frozen: p50 ${ratio(frozen.p50)} ms, p99 ${ratio(frozen.p99)} ms`,
    );
  }
  const median = (values: readonly number[]) => values.toSorted((x, y) => x - y)[1] ?? Number.NaN;
  console.log(
    `frozen, times without: p50 ${ratio(median(parts.p50))}, p99 ${ratio(median(parts.p99))}`,
  );
} finally {
  await Promise.all([a, b, c].map((each) => each.close()));
  await core.close();
}
