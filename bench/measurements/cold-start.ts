/**
 * How soon our programs are of use, and what processor time that takes: from the process's start,
 * with what earlier starts have compiled.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { cleanEnv, SEABIRD } from "../../test/support/checkout.ts";
import { Backend } from "../load/backend.ts";
import { type Peer, within } from "../load/peer.ts";
import type { Measurement, Sample } from "../measurement.ts";
import { endedChildrenMs, processorMs } from "../systems/proc.ts";
import { startProject } from "../systems/project.ts";

const TIMEOUT_MS = 60_000;
const pathOf = (from: string) => fileURLToPath(new URL(`../../${from}`, import.meta.url));
const PLUGIN = pathOf("plugins/bin/seabird-plugin.js");
const HELLO = pathOf("examples/hello.ts");

interface Start {
  readonly wallMs: number;
  readonly processorMs: number;
}

export const coldStart: Measurement = {
  name: "cold-start",
  systems: ["core"],
  shaped: false,
  async measure({ system: { peer } }, { shape, starts }) {
    const backend = await Backend.connect(peer, { shape, answers: true });
    const send = [SEABIRD, "send", shape.channelOf(backend.id), "hello"];
    const subjects: [what: string, start: () => Promise<Start>][] = [
      ["an empty Node, to its end", () => toItsEnd(["--eval", ""], peer)],
      ["seabird --help", () => toItsEnd([SEABIRD, "--help"], peer)],
      ["seabird send", () => toItsEnd(send, peer)],
      ["first bot, to its registration", () => firstBot(peer)],
    ];
    const samples: Sample[] = [];
    // Only Linux shows the processes of a folder.
    if (process.platform === "linux") subjects.push(["npm start, to the prompt", npmStart]);
    try {
      for (const [what, start] of subjects) {
        // What the first one compiles is kept for the others.
        await start();
        for (let number = 0; number < starts; number++) samples.push(...rows(what, await start()));
      }
    } finally {
      backend.close();
    }
    return samples;
  },
};

function rows(what: string, { wallMs, processorMs }: Start): Sample[] {
  const row = (row: string, value: number) => ({ row, unit: "ms", value, better: "less" }) as const;
  return [
    row(what, wallMs),
    ...(Number.isNaN(processorMs) ? [] : [row(`processor, ${what}`, processorMs)]),
  ];
}

function environment(peer: Peer): NodeJS.ProcessEnv {
  return { ...cleanEnv(), SEABIRD_HOST: peer.url.href, SEABIRD_TOKEN: peer.token };
}

/** A command that ends by itself. */
async function toItsEnd(args: readonly string[], peer: Peer): Promise<Start> {
  const before = endedChildrenMs(process.pid);
  const startedAt = performance.now();
  const child = spawn(process.execPath, args, { env: environment(peer), stdio: "ignore" });
  const [code] = await within(TIMEOUT_MS, `end of ${args.join(" ")}`, once(child, "exit"));
  const wallMs = performance.now() - startedAt;
  if (code !== 0) throw new Error(`${args.join(" ")} has ended with ${code}`);
  return { wallMs, processorMs: endedChildrenMs(process.pid) - before };
}

/** Of the manual's first page: it is ready when core knows its command. */
async function firstBot(peer: Peer): Promise<Start> {
  const startedAt = performance.now();
  const child = spawn(process.execPath, [PLUGIN, HELLO], {
    env: environment(peer),
    stdio: ["ignore", "ignore", "ignore", "ipc"],
  });
  const exited = once(child, "exit");
  try {
    const ready = new Promise<void>((resolve, reject) => {
      child.on("message", ({ type }: { type?: string }) => {
        if (type === "ready") resolve();
      });
      child.once("exit", () => reject(new Error("the first bot has ended")));
    });
    await within(TIMEOUT_MS, "registration of the first bot", ready);
    return { wallMs: performance.now() - startedAt, processorMs: processorMs(child.pid) };
  } finally {
    child.kill("SIGTERM");
    await exited;
  }
}

/** All processes together, npm's too. */
async function npmStart(): Promise<Start> {
  const project = await startProject({ npm: true });
  try {
    const all = project.processes().map(({ pid }) => processorMs(pid) + endedChildrenMs(pid));
    return { wallMs: project.promptAfterMs, processorMs: all.reduce((sum, ms) => sum + ms, 0) };
  } finally {
    await project.close();
  }
}
