/** The program `seabird-backend-terminal`. */
import { runBackendProgram } from "@seabird-chat/sdk/program";
import { terminalBackend } from "./backend.ts";
import type { Room } from "./room.ts";

/** Exit codes: `docs/cli.md`. */
export async function main(args: readonly string[]): Promise<void> {
  const isDumb = process.env["TERM"] === "dumb";
  let room: Room | undefined;
  const terminal = terminalBackend(() => ({
    input: process.stdin,
    output: process.stdout,
    isDumb,
    color: process.stdout.isTTY === true && !process.env["NO_COLOR"] && !isDumb,
    onOpen: (opened) => (room = opened),
  }));
  await runBackendProgram(terminal, args, {
    defaultId: "local",
    defaultLogLevel: "warn",
    showsCore: true,
    logStream: {
      isTTY: process.stderr.isTTY,
      write: (line) => {
        if (process.stderr.isTTY && room !== undefined) room.notice(line.trimEnd());
        else process.stderr.write(line);
      },
    },
  });
  // A pipe that nobody closes would keep the process.
  process.stdin.destroy();
}
