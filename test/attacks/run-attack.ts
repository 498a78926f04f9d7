/** One attack on one server, with honest peers on the attacker's address and on another. */
import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { within } from "../../bench/load/peer.ts";
import { pause } from "../../bench/load/stopwatch.ts";
import { forgetPeak, peakMib, processorMs, residentMib } from "../../bench/systems/proc.ts";
import type { Counts } from "./attack.ts";
import type { AttackedSystem } from "./attacked-system.ts";
import type { AttackOrder, AttackReport } from "./attacker-program.ts";
import { HANG_MS, type HonestOrder, type HonestReport, type Outcomes } from "./honest-orders.ts";

/** Where attackers come from, and honest peers that share it. */
export const SAME_ADDRESS = "127.0.0.1";
/** Where honest peers come from that share it with nobody. */
export const OTHER_ADDRESS = "127.0.0.2";

const PROGRAMS = {
  attacker: fileURLToPath(new URL("attacker-program.ts", import.meta.url)),
  honest: fileURLToPath(new URL("honest-program.ts", import.meta.url)),
} as const;

/** The most that honest peers need: to come in, and to hear what became of everything. */
const HONEST_TIMEOUT_MS = 3 * HANG_MS;

export interface AttackPlan {
  /** Of the table. */
  readonly attack: string;
  /** Milliseconds of the attack. */
  readonly ms: number;
  /** Milliseconds for which it may go on, for what its row must see. Default: `ms`. */
  readonly mostMs?: number;
  /** Milliseconds for which honest peers are watched before it. */
  readonly beforeMs: number;
  /** Milliseconds after it that are apart from those which must be as before. */
  readonly recoveryMs: number;
  /** Milliseconds for which they are watched from then on. */
  readonly afterMs: number;
  /** Where the attacker comes from, and honest peers that share it. Default: `SAME_ADDRESS`. */
  readonly address?: string;
  /** The part of each amount that is done. Default: all of it. */
  readonly part?: number;
  /** Milliseconds for which it stays behind that, at most. Default: the time of the attack. */
  readonly stayMs?: number;
}

export interface AttackResult {
  /** Of the honest peers, by their address. */
  readonly outcomes: Readonly<Record<string, Outcomes>>;
  /** What the attacker says that it did. */
  readonly counts: Counts;
  /** The server's processor time in the attack, in milliseconds, and as a part of its time. */
  readonly processorMs: number;
  readonly processorPart: number;
  /** MiB that the server had resident before the attack, and at most from then on. */
  readonly beforeMib: number;
  readonly peakMib: number;
  /** Lines of its log, from the attack's beginning on. */
  readonly lines: number;
}

/** Throws where the honest peers cannot begin, the server has ended, or the attack has a mistake. */
export async function runAttack(system: AttackedSystem, plan: AttackPlan): Promise<AttackResult> {
  const { attack, ms, mostMs = ms, stayMs = ms, address = SAME_ADDRESS, part = 1 } = plan;
  const honest = new HonestProcess();
  const attacker = fork(PROGRAMS.attacker, { stdio: "inherit" });
  try {
    await honest.start(system, [address, OTHER_ADDRESS]);
    await pause(plan.beforeMs / 2);
    honest.order({ type: "phase", phase: "before" });
    await pause(plan.beforeMs);
    forgetPeak(system.pid);
    const from = {
      mib: residentMib(system.pid),
      ms: processorMs(system.pid),
      at: performance.now(),
    };
    const lines = system.lines();
    honest.order({ type: "phase", phase: "attack" });
    const { url, tokens } = system;
    const order = { attack, url, tokens, ms, mostMs, stayMs, address, part };
    const report = await attackOnce(attacker, order);
    if (report.error !== undefined) throw new Error(`the attacker failed: ${report.error}`);
    const usedMs = processorMs(system.pid) - from.ms;
    const processorPart = usedMs / (performance.now() - from.at);
    honest.order({ type: "phase", phase: "recovery" });
    await pause(plan.recoveryMs);
    honest.order({ type: "phase", phase: "after" });
    await pause(plan.afterMs);
    const outcomes = await honest.finish();
    if (!system.isRunning()) throw new Error(`${system.name} ended: ${system.output()}`);
    return {
      outcomes,
      counts: report.counts,
      processorMs: usedMs,
      processorPart,
      beforeMib: from.mib,
      peakMib: peakMib(system.pid),
      lines: system.lines() - lines,
    };
  } finally {
    attacker.kill("SIGKILL");
    honest.close();
  }
}

async function attackOnce(child: ChildProcess, order: AttackOrder): Promise<AttackReport> {
  const report = new Promise<AttackReport>((resolve, reject) => {
    child.once("message", (message: AttackReport) => resolve(message));
    child.once("exit", () => reject(new Error("the attacker's process has ended")));
  });
  child.send(order);
  return within(order.mostMs + HANG_MS, "end of the attack", report);
}

class HonestProcess {
  readonly #child = fork(PROGRAMS.honest, { stdio: "inherit" });

  order(order: HonestOrder): void {
    this.#child.send(order);
  }

  async start({ url, tokens, isCore }: AttackedSystem, addresses: string[]): Promise<void> {
    const answer = this.#answer("ready");
    this.order({ type: "start", url, token: tokens.honest, addresses, hasHttp1: isCore });
    await answer;
  }

  async finish(): Promise<Readonly<Record<string, Outcomes>>> {
    const answer = this.#answer("done");
    this.order({ type: "finish" });
    return (await answer).outcomes;
  }

  close(): void {
    this.#child.kill("SIGKILL");
  }

  #answer<Type extends HonestReport["type"]>(
    type: Type,
  ): Promise<Extract<HonestReport, { type: Type }>> {
    const answer = new Promise<Extract<HonestReport, { type: Type }>>((resolve, reject) => {
      this.#child.once("message", (message: HonestReport) => {
        if (message.type === type) resolve(message as Extract<HonestReport, { type: Type }>);
        else reject(new Error(`the honest peers: ${JSON.stringify(message)}`));
      });
      this.#child.once("exit", () => reject(new Error("the honest peers' process has ended")));
    });
    return within(HONEST_TIMEOUT_MS, `"${type}" of the honest peers`, answer);
  }
}
