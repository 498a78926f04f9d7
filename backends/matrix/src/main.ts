/** The program `seabird-backend-matrix`. */
import { runBackendProgram } from "@seabird-chat/sdk/program";
import { matrixBackend } from "./backend.ts";

/** Exit codes: `docs/cli.md`. */
export async function main(args: readonly string[]): Promise<void> {
  await runBackendProgram(matrixBackend, args);
}
