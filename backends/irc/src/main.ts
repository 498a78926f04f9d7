/** The program `seabird-backend-irc`. */
import { SeabirdError, startProcessLife } from "@seabird/sdk/backend";
import { startIrcBackend } from "./backend.ts";
import { ConfigError, type IrcConfig, readConfig, usage } from "./config.ts";
import { createLog } from "./log.ts";

const EXIT_FAILED = 1;
const EXIT_USAGE = 2;

/** Runs until it is told to stop; resolves with the exit code. */
export async function main(args: readonly string[]): Promise<number> {
  if (args.includes("--help")) {
    process.stdout.write(usage());
    return 0;
  }
  let config: IrcConfig;
  try {
    loadEnvFile();
    config = readConfig(args, process.env);
  } catch (reason) {
    if (!(reason instanceof ConfigError)) throw reason;
    process.stderr.write(`seabird-backend-irc: ${reason.message}\n`);
    return EXIT_USAGE;
  }
  return run(config);
}

async function run(config: IrcConfig): Promise<number> {
  const log = createLog(config.logLevel);
  const life = startProcessLife();
  await using backend = startIrcBackend({ config, log });
  life.signal.addEventListener("abort", () => void backend.close(), { once: true });
  void backend.ready().then(life.ready, () => undefined);
  let code = 0;
  for await (const state of backend.client.states()) {
    if (state.state === "failed") {
      log("error", "core does not take this backend", { reason: state.error.message });
      code = EXIT_FAILED;
    } else if (state.state === "waiting") {
      const reason = SeabirdError.from(state.error).message;
      log("warn", "core is away", { reason, retryInMs: state.retryInMs });
    } else {
      log("info", `core: ${state.state}`, { url: config.seabirdUrl });
    }
  }
  await backend.close();
  life.end();
  return code;
}

/** What the environment already has is not overwritten. */
function loadEnvFile(): void {
  try {
    process.loadEnvFile();
  } catch (reason) {
    if ((reason as NodeJS.ErrnoException).code !== "ENOENT") throw reason;
  }
}
