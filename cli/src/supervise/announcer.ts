/** What `seabird up` says: for a person on stderr, as JSON lines with --json, and in up.log. */
import type { Output } from "../output.ts";
import { styleError } from "../output.ts";
import type { Logs } from "./logs.ts";

export type UpEvent =
  | {
      readonly type: "listening";
      readonly url: string;
      readonly configured: string;
      readonly moved: boolean;
    }
  | { readonly type: "started"; readonly part: string }
  | {
      readonly type: "crashed";
      readonly part: string;
      readonly how: string;
      /** In a row, this one included. */
      readonly crashes: number;
      readonly lastWords: readonly string[];
      readonly restarts: boolean;
      /** Where it logs; the room does not. */
      readonly log?: string;
    }
  | { readonly type: "ended" | "killed"; readonly part: string }
  | { readonly type: "late"; readonly parts: readonly string[] }
  | { readonly type: "stopping"; readonly why: string }
  | { readonly type: "stopped" };

export class Announcer {
  readonly #output: Output;
  readonly #logs: Logs;
  readonly #terminal: boolean;

  constructor(output: Output, logs: Logs, terminal: boolean) {
    this.#output = output;
    this.#logs = logs;
    this.#terminal = terminal;
  }

  say(event: UpEvent): void {
    this.#logs.write("up", JSON.stringify(event));
    const text = this.#describe(event);
    if (this.#output.json) this.#writeJson(event);
    else if (text !== undefined) this.#write(text);
  }

  /** The room's standard output is the room's: with one, the lines go to stderr. */
  #writeJson(event: UpEvent): void {
    const line = `${JSON.stringify(event)}\n`;
    (this.#terminal ? process.stderr : process.stdout).write(line);
  }

  /** A person may be typing: the line that stands there gives way. */
  #write(text: string): void {
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
        return styleError("yellow", `seabird: ${event.part} did not end in time and was killed`);
      case "late":
        return styleError("yellow", `seabird: not ready yet: ${event.parts.join(", ")}`);
      case "stopping":
      case "started":
      case "ended":
      case "stopped":
        return undefined;
    }
  }

  #crash({ part, how, lastWords, restarts, log }: Extract<UpEvent, { type: "crashed" }>): string {
    const then = restarts ? "; starting it again" : "; not started any more";
    const words = lastWords.map((line) => `  ${styleError("dim", line)}`);
    const more = this.#terminal && log !== undefined ? [`  more in ${log}`] : [];
    return [styleError("yellow", `seabird: ${part} ${how}${then}`), ...words, ...more].join("\n");
  }
}
