/** The program `seabird-backend-terminal`. */
import { setTimeout as wait } from "node:timers/promises";
import { type ProcessLife, SeabirdError, startProcessLife } from "@seabird/sdk/backend";
import { runRoom } from "./backend.ts";
import { cleanLine } from "./clean.ts";
import { type Config, ConfigError, readConfig, USAGE } from "./config.ts";
import { Connection } from "./connection.ts";

/** Exit codes: 0 left, 1 core refused us, 2 wrong flags or environment. */
export async function main(args: readonly string[]): Promise<void> {
  try {
    const config = readConfig(args, process.env);
    if (config === undefined) process.stdout.write(USAGE);
    else await run(config);
  } catch (reason) {
    const { code, message } = SeabirdError.from(reason);
    process.stderr.write(`seabird-backend-terminal: ${cleanLine(message)}\n`);
    process.exitCode = code === "bad_option" || reason instanceof ConfigError ? 2 : 1;
  }
}

async function run(config: Config): Promise<void> {
  const life = startProcessLife();
  const isDumb = process.env["TERM"] === "dumb";
  const connection = new Connection({ input: process.stdin, output: process.stdout, isDumb });
  try {
    await runRoom({
      config,
      connection,
      color: process.stdout.isTTY === true && !process.env["NO_COLOR"] && !isDumb,
      signal: life.signal,
      onReady: () => life.ready(),
      go: config.waitForGo && life.isSupervised ? supervisorsGo(life) : Promise.resolve(),
      onLeaving: async () => {
        if (config.leaveInTurn && life.isSupervised) await ourTurn(life);
      },
    });
  } finally {
    connection.close();
    life.end();
    // A pipe that nobody closes would keep the process.
    process.stdin.destroy();
  }
}

/** How long the others may take to stop before this backend. */
const TURN_MS = 15_000;

/** Plugins stop before backends, so that none of them sees its backend go. */
async function ourTurn(life: ProcessLife): Promise<void> {
  if (life.signal.aborted || !process.connected) return;
  process.send?.({ type: "leaving" }, undefined, undefined, () => undefined);
  await wait(TURN_MS, undefined, { signal: life.signal }).catch(() => undefined);
}

/** Core, this backend and the plugins are ready; only the supervisor can know. */
function supervisorsGo(life: ProcessLife): Promise<void> {
  return new Promise((resolve) => {
    const forget = life.onMessage((message) => {
      if (message.type !== "go") return;
      forget();
      resolve();
    });
  });
}
