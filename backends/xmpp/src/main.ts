/** The program `seabird-backend-xmpp`. */
import { runBackendProgram } from "@seabird-chat/sdk/program";
import { xmppBackend } from "./backend.ts";

/** Exit codes: `docs/cli.md`. */
export async function main(args: readonly string[]): Promise<void> {
  await runBackendProgram(xmppBackend, args);
}
