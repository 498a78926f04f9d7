/** `seabird up` without a seabird.yaml: everything together, until a person leaves the room or stops it. */
import { join } from "node:path";
import { EXIT, type ExitCode } from "@seabird-chat/runtime";
import { LIMITS } from "../limits.ts";
import { backendBin, coreBin, pluginBin } from "../process/bins.ts";
import { CliError } from "../process/cli-error.ts";
import type { Output } from "../terminal/output.ts";
import { Announcer } from "./announcer.ts";
import { type AttendedRun, asFailure, attend } from "./attend.ts";
import { type BindAddress, configuredBind, formatBind, isTaken } from "./bind-address.ts";
import { Logs } from "./logs.ts";
import { createPlan, type UpOptions } from "./plan.ts";
import { type ComponentExit, describeExit } from "./restart-policy.ts";
import { writeRunFile } from "./run-file.ts";
import { type Outcome, Supervisor } from "./supervisor.ts";
import { rememberTerminal } from "./terminal-state.ts";

/** Standard error of this process: where the components write when there is no room. */
const STDERR_FD = 2;
/** Lines of core's log that are shown when it does not start. */
const CORE_LAST_WORDS = 5;

/** Resolves with the exit code when everything has ended. */
export async function up(options: UpOptions, output: Output): Promise<ExitCode> {
  return await attend(new PlainRun(options, output));
}

/** One run of `up`: its addresses, its folder, and the supervisor. */
class PlainRun implements AttendedRun {
  readonly #folder = join(process.cwd(), ".seabird");
  readonly #stopping = new AbortController();
  readonly #logs = new Logs(join(this.#folder, "logs"));
  readonly #configured: BindAddress;
  readonly #announcer: Announcer;
  readonly #supervisor: Supervisor;
  readonly #restoreTerminal: () => void;
  #bind: BindAddress;
  #url = "";
  #removeRunFile: () => void = () => undefined;

  constructor(options: UpOptions, output: Output) {
    const script = options.terminal && !process.stdin.isTTY;
    this.#configured = configuredBind(options.bind, process.env, process.cwd());
    this.#bind = this.#configured;
    this.#announcer = new Announcer(output, this.#logs, { terminal: options.terminal });
    const plan = createPlan(options, {
      bins: { core: coreBin(), plugin: pluginBin(), backend: backendBin },
      env: process.env,
      script,
      bind: () => formatBind(this.#bind),
      url: () => this.#url,
      logFd: (name) => (options.terminal ? this.#logs.fd(name) : STDERR_FD),
    });
    this.#supervisor = new Supervisor({
      plan,
      script,
      logs: this.#logs,
      announcer: this.#announcer,
      onListening: (url) => this.#listening(url),
    });
    this.#restoreTerminal = options.terminal ? rememberTerminal() : () => undefined;
  }

  askToStop(why: string): void {
    if (this.#stopping.signal.aborted) return;
    this.#announcer.say({ type: "stopping", why });
    this.#stopping.abort();
  }

  endAtOnce(): void {
    this.#supervisor.kill();
    this.#removeRunFile();
    this.#restoreTerminal();
    process.exit(EXIT.interrupted);
  }

  async run(onStopping: () => void): Promise<ExitCode> {
    let failure: CliError | undefined;
    try {
      const outcome = await this.#live();
      if ("failed" in outcome) failure = outcome.failed;
    } catch (error) {
      if (!this.#stopping.signal.aborted) failure = asFailure(error);
    }
    onStopping();
    await this.#supervisor.stop();
    this.#removeRunFile();
    if (failure !== undefined) this.#restoreTerminal();
    this.#announcer.say({ type: "stopped" });
    this.#logs.close();
    if (failure !== undefined) throw failure;
    return EXIT.ok;
  }

  /** Starts everything and waits for its end; a wish to stop ends it as if it had been left. */
  async #live(): Promise<Outcome> {
    const { signal } = this.#stopping;
    const asked = Promise.withResolvers<Outcome>();
    signal.addEventListener("abort", () => asked.resolve({ left: true }), { once: true });
    const started = this.#start(signal).then(() => this.#supervisor.outcome);
    return await Promise.race([started, this.#supervisor.outcome, asked.promise]);
  }

  async #start(signal: AbortSignal): Promise<void> {
    if (await isTaken(this.#bind)) this.#takeFreePort();
    let first = await this.#supervisor.startCore(signal);
    // Somebody may have taken the port between the look and core's start.
    if (typeof first !== "string" && this.#bind.port !== 0 && (await isTaken(this.#bind))) {
      this.#takeFreePort();
      first = await this.#supervisor.startCore(signal);
    }
    if (first !== "listening") throw this.#coreFailed(first);
    await this.#supervisor.startRest(signal);
  }

  #takeFreePort(): void {
    this.#bind = { host: this.#bind.host, port: 0 };
  }

  #listening(url: string): void {
    const moved = this.#configured.port !== 0 && this.#bind.port === 0;
    // From now on core comes back where the others look for it.
    this.#bind = { host: this.#bind.host, port: portOf(url) };
    if (this.#url === url) return;
    this.#url = url;
    const warn = (text: string) => this.#announcer.say({ type: "warning", text });
    this.#removeRunFile = writeRunFile(this.#folder, { pid: process.pid, url }, warn);
    const configured = formatBind(this.#configured);
    this.#announcer.say({ type: "listening", url, configured, moved });
  }

  #coreFailed(exit: ComponentExit | "late"): CliError {
    const words = this.#logs.lastWords("core", CORE_LAST_WORDS);
    const said = words.length === 0 ? "" : `:\n${words.map((line) => `  ${line}`).join("\n")}`;
    return new CliError(
      EXIT.component,
      exit === "late"
        ? `core does not listen after ${LIMITS.coreStartMs / 1000} s${said}`
        : `core ${describeExit(exit)} before it listened${said}`,
      `look into ${this.#logs.path("core")}`,
    );
  }
}

function portOf(url: string): number {
  const { port, protocol } = new URL(url);
  return port === "" ? (protocol === "https:" ? 443 : 80) : Number(port);
}
