/** The program `seabird-backend-irc`. */
import { runBackendProgram } from "@seabird-chat/sdk/program";
import { ircBackend } from "./backend.ts";
import { readConfig, readOwnSettings } from "./config.ts";
import { ConfigError } from "./settings/config-error.ts";
import { usage } from "./settings/environment.ts";

/** Exit codes: 0 left, 1 core refused us, 2 wrong flags or environment, 78 wrong settings. */
export async function main(args: readonly string[]): Promise<void> {
  const has = (flag: string) => args.some((arg) => arg === flag || arg.startsWith(`${flag}=`));
  // What the environment does not say may stand in the file.
  const read = has("--settings") ? readOwnSettings : readConfig;
  await runBackendProgram(ircBackend, args, {
    usage: usage(),
    // Not asked for when a supervisor gives the settings: nothing of the folder's goes between.
    read: (rest, env) => {
      loadEnvFile();
      return read(rest, env);
    },
  });
}

/** What the environment already has is not overwritten. */
function loadEnvFile(): void {
  try {
    process.loadEnvFile();
  } catch (reason) {
    const { code, message } = reason as NodeJS.ErrnoException;
    if (code !== "ENOENT") throw new ConfigError(`cannot read .env: ${message}`, { cause: reason });
  }
}
