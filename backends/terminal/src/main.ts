/** The program `seabird-backend-terminal`. */
import { type ProcessLife, SeabirdError, startProcessLife } from "@seabird/sdk/backend";
import { runRoom } from "./backend.ts";
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
    process.stderr.write(`seabird-backend-terminal: ${message}\n`);
    process.exitCode = code === "bad_option" || reason instanceof ConfigError ? 2 : 1;
  }
}

async function run(config: Config): Promise<void> {
  const life = startProcessLife();
  const connection = new Connection({ input: process.stdin, output: process.stdout });
  try {
    await runRoom({
      config,
      connection,
      color: process.stdout.isTTY === true && !process.env["NO_COLOR"],
      signal: life.signal,
      onReady: () => life.ready(),
      go: config.waitForGo && life.isSupervised ? supervisorsGo(life) : Promise.resolve(),
    });
  } finally {
    connection.close();
    life.end();
    // A pipe that nobody closes would keep the process.
    process.stdin.destroy();
  }
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
