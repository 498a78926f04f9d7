/** The program `seabird-backend-terminal`. */
import { runBackendProgram } from "@seabird-chat/sdk/program";
import { terminalBackend } from "./backend.ts";
import type { Room } from "./room.ts";

/** Exit codes: `docs/cli.md`. */
export async function main(args: readonly string[]): Promise<void> {
  const isDumb = process.env["TERM"] === "dumb";
  let room: Room | undefined;
  const color = process.stdout.isTTY === true && !process.env["NO_COLOR"] && !isDumb;
  const terminal = terminalBackend(() => ({
    input: process.stdin,
    output: process.stdout,
    isDumb,
    color,
    hyperlinks: color && opensHyperlinks(process.env),
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

/**
 * Whether the terminal opens hyperlinks (OSC 8), by what it sets. An unknown one may print them as text.
 * `FORCE_HYPERLINK` decides, as it does for other programs.
 */
export function opensHyperlinks(env: Readonly<Record<string, string | undefined>>): boolean {
  const forced = env["FORCE_HYPERLINK"];
  if (forced !== undefined) return forced !== "0";
  return (
    Number(env["VTE_VERSION"]) >= 5_000 ||
    env["WT_SESSION"] !== undefined ||
    env["KONSOLE_VERSION"] !== undefined ||
    /^(?:xterm-kitty|xterm-ghostty|alacritty|foot)$/.test(env["TERM"] ?? "") ||
    /^(?:iTerm\.app|WezTerm|vscode|ghostty)$/.test(env["TERM_PROGRAM"] ?? "")
  );
}
