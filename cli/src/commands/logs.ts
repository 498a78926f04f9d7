/** `seabird logs`: what the components of the running `seabird up` write. */

import { type Command, InvalidArgumentError } from "commander";
import { watchCommandSignals } from "../process/stop-signals.ts";
import { askRun } from "../supervise/control-client.ts";
import { MAX_TAIL_LINES } from "../supervise/control-protocol.ts";
import { formatLogLine, readLogLine, stackOf } from "../supervise/log-lines.ts";
import { formatMerged } from "../supervise/merged-printer.ts";
import { safeText } from "../terminal/safe-text.ts";
import { type Context, contextOf, withJson } from "./context.ts";

interface LogsOptions {
  readonly follow?: boolean;
  readonly lines: number;
}

const DEFAULT_LINES = 50;

export function addLogs(program: Command): void {
  withJson(program.command("logs"))
    .description("what the components of the running `seabird up` write, all together or one")
    .argument("[component]", "a name as `seabird ps` shows it; `up` is the supervisor itself")
    .option("-f, --follow", "go on until Ctrl-C")
    .option("-n, --lines <number>", "of what was written before", readCount, DEFAULT_LINES)
    .action(async (component: string | undefined, options: LogsOptions, command: Command) =>
      showLogs(contextOf(command), component, options),
    );
}

function readCount(text: string): number {
  const count = Number(text);
  if (/^\d+$/.test(text) && count <= MAX_TAIL_LINES) return count;
  throw new InvalidArgumentError(`a whole number from 0 to ${MAX_TAIL_LINES} is allowed.`);
}

async function showLogs(
  { output }: Context,
  component: string | undefined,
  { lines, follow = false }: LogsOptions,
): Promise<void> {
  const stop = new AbortController();
  const watch = watchCommandSignals(
    () => stop.abort(),
    () => stop.abort(),
  );
  const which = component === undefined ? {} : { component };
  try {
    await askRun(
      { do: "logs", lines, follow, ...which },
      {
        signal: stop.signal,
        onLine: ({ component: from, line, atMs }) => {
          if (output.json) {
            const time = atMs === undefined ? {} : { time: new Date(atMs).toISOString() };
            output.jsonLine({ component: from, ...time, line });
          } else if (component === undefined && atMs !== undefined) {
            const style = { stream: process.stdout, clock: true };
            output.line(formatMerged({ component: from, line, atMs }, style));
          } else {
            output.line(plainLine(line));
          }
          if (!output.json) for (const each of stackOf(line)) output.line(each);
        },
      },
    );
  } finally {
    watch.end();
  }
}

/** With the time that the component has written, if it has. */
function plainLine(line: string): string {
  const entry = readLogLine(line);
  return safeText([entry.time, formatLogLine(entry)].filter(Boolean).join(" "));
}
