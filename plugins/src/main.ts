/** The program `seabird-plugin`: runs some or all of our plugins, or those of a file. */
import { runPluginProgram } from "@seabird-chat/sdk/program";
import { PLUGINS } from "./plugins.ts";

/** Exit codes: 0 stopped, 1 core refused us, 2 wrong arguments, 78 wrong settings. */
export function main(argv: readonly string[]): Promise<void> {
  return runPluginProgram(PLUGINS, argv);
}
