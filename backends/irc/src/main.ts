/** The program `seabird-backend-irc`. */
import { runBackendProgram } from "@seabird-chat/sdk/program";
import { ircBackend } from "./backend.ts";

/** Exit codes: `docs/cli.md`. */
export async function main(args: readonly string[]): Promise<void> {
  await runBackendProgram(ircBackend, args);
}
