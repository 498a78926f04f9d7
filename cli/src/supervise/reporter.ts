/** Reports what happens in a run: on standard error, as JSON lines with --json, and in up.log. */
import { stripVTControlCharacters } from "node:util";
import type { NetworkStatus } from "@seabird-chat/runtime";
import { withOwnCommand } from "../process/own-command.ts";
import { type Output, styleError } from "../terminal/output.ts";
import { safeJson, safeLines, safeText } from "../terminal/safe-text.ts";
import type { ComponentReport } from "./control-protocol.ts";
import type { ExitOutcome } from "./restart-policy.ts";

/** Silence while components start; after that it is reported which ones are waited for. */
const WAIT_NOTICE_MS = 3_000;

export type UpEvent =
  | {
      readonly type: "listening";
      readonly url: string;
      readonly configured: string;
      readonly moved: boolean;
    }
  | { readonly type: "started"; readonly component: string }
  /** A backend's network was lost, or is there again, as core reports it. */
  | ({ readonly type: "network"; readonly component: string } & NetworkStatus)
  /** Networks that were lost before the room opened, and why. */
  | { readonly type: "lost-networks"; readonly networks: Readonly<Record<string, string>> }
  | {
      readonly type: "crashed";
      readonly component: string;
      readonly how: string;
      /** In a row, this one included. */
      readonly crashes: number;
      readonly logTail: readonly string[];
      readonly restarts: boolean;
      /** With seabird.yaml: why it is not started again. */
      readonly outcome?: ExitOutcome;
      /** Its log file; an interactive component has none. */
      readonly log?: string;
    }
  | { readonly type: "ended" | "killed"; readonly component: string }
  /** The start takes a while, for the sake of these. */
  | { readonly type: "waiting"; readonly components: readonly string[] }
  /** The start goes on without these; with the reason of a backend whose network is away. */
  | {
      readonly type: "late";
      readonly components: readonly string[];
      readonly networks: Readonly<Record<string, string>>;
    }
  | { readonly type: "stopping"; readonly why: string }
  | { readonly type: "warning"; readonly text: string }
  /** The start is over; how many of how many components are ready. */
  | { readonly type: "up"; readonly ready: number; readonly components: number }
  | { readonly type: "restarted"; readonly component: string }
  | { readonly type: "reloaded"; readonly components: readonly ComponentReport[] }
  /** Nothing was changed. */
  | { readonly type: "reload-failed"; readonly message: string }
  | { readonly type: "stopped" };

/** Where what happens is written too. */
export interface UpLog {
  readonly folder: string;
  write(name: "up", text: string): void;
}

export interface ReporterOptions {
  /** A component has the terminal, or standard input and output. */
  readonly terminal: boolean;
  /** Shows a line above the prompt; false if it cannot: then it goes to standard error. */
  notify(line: string): boolean;
}

export class Reporter {
  readonly #output: Output;
  readonly #logs: UpLog;
  readonly #terminal: boolean;
  readonly #notify: (line: string) => boolean;

  constructor(output: Output, logs: UpLog, { terminal, notify }: ReporterOptions) {
    this.#output = output;
    this.#logs = logs;
    this.#terminal = terminal;
    this.#notify = notify;
  }

  report(event: UpEvent): void {
    this.#logs.write("up", JSON.stringify(event));
    const described = this.#describe(event);
    const text = described === undefined ? undefined : withOwnCommand(described);
    if (this.#output.json) this.#writeJson(event);
    else if (text !== undefined) this.#write(text);
  }

  /** Says who is waited for if that takes a while; not any more once it is disposed of. */
  waiting(components: () => readonly string[]): Disposable {
    const say = () => this.report({ type: "waiting", components: components() });
    const timer = setTimeout(say, WAIT_NOTICE_MS);
    return { [Symbol.dispose]: () => clearTimeout(timer) };
  }

  /** An interactive component owns standard output: then the lines go to standard error. */
  #writeJson(event: UpEvent): void {
    const line = `${safeJson(event)}\n`;
    (this.#terminal ? process.stderr : process.stdout).write(line);
  }

  /** Replaces the prompt's line, where a person may be typing. */
  #write(text: string): void {
    const [first = "", ...others] = stripVTControlCharacters(text).split("\n");
    if (this.#notify(first)) {
      for (const line of others) this.#notify(line);
      return;
    }
    const clear = this.#terminal && process.stderr.isTTY ? "\r\x1b[2K" : "";
    process.stderr.write(`${clear}${text}\n`);
  }

  #describe(event: UpEvent): string | undefined {
    switch (event.type) {
      case "listening": {
        const why = event.moved ? ` (${event.configured} is taken)` : "";
        const logs = this.#terminal ? `; logs in ${this.#logs.folder}` : "";
        return styleError("dim", `seabird: core listens on ${event.url}${why}${logs}`);
      }
      case "crashed":
        // The first one and the last; what comes between is in up.log.
        return event.crashes === 1 || !event.restarts ? this.#crash(event) : undefined;
      case "killed":
        return styleError(
          "yellow",
          `seabird: ${event.component} did not stop in time and was killed`,
        );
      case "waiting":
        return styleError("dim", `seabird: waiting for ${event.components.join(", ")}`);
      case "late": {
        // Without an interactive component the logs are on the screen already.
        const why = this.#terminal ? `; see ${this.#logs.folder}` : "";
        const names = event.components.map((name) => {
          const reason = event.networks[name];
          return reason === undefined ? name : `${name} (its network is away: ${safeText(reason)})`;
        });
        return styleError("yellow", `seabird: not ready yet: ${names.join(", ")}${why}`);
      }
      case "up": {
        const { ready, components } = event;
        const many =
          ready === components
            ? `all ${components} components are`
            : `${ready} of ${components} components are`;
        return styleError("dim", `seabird: ${many} ready; \`seabird ps\` shows them`);
      }
      case "warning":
        return styleError("yellow", `seabird: ${safeText(event.text)}`);
      case "reloaded":
        return reloadLines(event.components)
          .map((line) => `seabird: ${line}`)
          .join("\n");
      case "reload-failed":
        return styleError("yellow", `seabird: nothing was reloaded: ${safeLines(event.message)}`);
      case "network":
        return this.#terminal ? undefined : networkText(event);
      case "lost-networks":
        return Object.entries(event.networks)
          .map(([component, why]) => networkText({ component, state: "away", sinceMs: 0, why }))
          .join("\n");
      case "restarted":
      case "stopping":
      case "started":
      case "ended":
      case "stopped":
        return undefined;
    }
  }

  #crash(event: Extract<UpEvent, { type: "crashed" }>): string {
    const { component, how, logTail, restarts, log, outcome } = event;
    const then = restarts ? "; restarting it" : (GIVEN_UP[outcome ?? "restart"] ?? NO_MORE);
    const lines = logTail.map((line) => `  ${styleError("dim", line)}`);
    const more = this.#terminal && log !== undefined ? [`  more in ${log}`] : [];
    return [styleError("yellow", `seabird: ${component} ${how}${then}`), ...lines, ...more].join(
      "\n",
    );
  }
}

function networkText(event: { readonly component: string } & NetworkStatus): string {
  const name = `seabird: ${event.component}`;
  if (event.state === "connected") return styleError("dim", `${name} is back on its network`);
  const why = event.why === "" ? "" : `: ${safeText(event.why)}`;
  return styleError("yellow", `${name} lost its network${why}`);
}

const NO_MORE = "; it is not restarted";
const GIVEN_UP: Partial<Record<ExitOutcome, string>> = {
  failed: "; it crashed too often and is not restarted (`seabird restart` tries again)",
  misconfigured: "; its settings are wrong, so it is not restarted until they change",
};

/** What a reload did, one line per component. */
export function reloadLines(components: readonly ComponentReport[]): string[] {
  if (components.length === 0) return ["reloaded; nothing has changed"];
  // It may contain text from a component.
  return components.map(({ component, text }) => safeText(`${component}: ${text}`));
}
