/** A program on our SDK as the measured process: it takes orders and reports over IPC. */
import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { within } from "../load/peer.ts";
import type { BackendOrder, PluginOrder, SdkReport } from "../programs/sdk-orders.ts";

const TIMEOUT_MS = 60_000;

type ReportOf<Type extends SdkReport["type"]> = Extract<SdkReport, { type: Type }>;

export class SdkProcess {
  /** Called with each report. */
  onReport: ((report: SdkReport) => void) | undefined;
  readonly #child: ChildProcess;
  readonly #exited: Promise<unknown>;

  private constructor(program: "sdk-plugin" | "sdk-backend", nodeArguments: readonly string[]) {
    const file = fileURLToPath(new URL(`../programs/${program}.ts`, import.meta.url));
    this.#child = fork(file, { stdio: "inherit", execArgv: [...nodeArguments] });
    this.#exited = new Promise((resolve) => this.#child.once("exit", resolve));
    this.#child.on("message", (report: SdkReport) => this.onReport?.(report));
  }

  /** Starts a program with its first order; resolves when it is ready. */
  static async start(
    program: "sdk-plugin" | "sdk-backend",
    first: PluginOrder | BackendOrder,
    nodeArguments: readonly string[] = [],
  ): Promise<SdkProcess> {
    const started = new SdkProcess(program, nodeArguments);
    try {
      await started.ask(first, "ready");
      return started;
    } catch (error) {
      await started.close();
      throw error;
    }
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  order(order: PluginOrder | BackendOrder): void {
    this.#child.send(order);
  }

  /** Gives an order, and waits for the report of that type. */
  async ask<Type extends SdkReport["type"]>(
    order: PluginOrder | BackendOrder,
    type: Type,
  ): Promise<ReportOf<Type>> {
    const answer = new Promise<ReportOf<Type>>((resolve, reject) => {
      const take = (report: SdkReport) => {
        if (report.type !== type && report.type !== "failed") return;
        this.#child.off("message", take);
        if (report.type === "failed") reject(new Error(report.reason));
        else resolve(report as ReportOf<Type>);
      };
      this.#child.on("message", take);
      void this.#exited.then(() => reject(new Error("the program on the SDK has ended")));
    });
    this.order(order);
    return within(TIMEOUT_MS, `report "${type}" of the program on the SDK`, answer);
  }

  /** The program ends by itself when it is let go, so that a profile is written. */
  async close(): Promise<void> {
    if (this.#child.connected) this.#child.disconnect();
    await within(TIMEOUT_MS, "end of the program on the SDK", this.#exited);
  }
}
