/** The program `seabird-backend-irc`. */
import { runBackendProgram } from "@seabird/sdk/program";
import { ircBackend } from "./backend.ts";
import { readConfig, readOwnSettings, usage } from "./config.ts";

/** Exit codes: 0 left, 1 core refused us, 2 wrong flags or environment, 78 wrong settings. */
export async function main(args: readonly string[]): Promise<void> {
  const has = (flag: string) => args.some((arg) => arg === flag || arg.startsWith(`${flag}=`));
  // What is handed over is complete: nothing of the folder's goes between.
  if (!has("--handover") && !has("--describe")) loadEnvFile();
  // What the environment does not say may stand in the file.
  const read = has("--settings") ? readOwnSettings : readConfig;
  await runBackendProgram(ircBackend, args, { usage: usage(), read });
}

/** What the environment already has is not overwritten. */
function loadEnvFile(): void {
  try {
    process.loadEnvFile();
  } catch (reason) {
    if ((reason as NodeJS.ErrnoException).code !== "ENOENT") throw reason;
  }
}
