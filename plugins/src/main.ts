/** The program `seabird-plugin`: runs some or all of our plugins, or those of a file. */
import type { Plugin } from "@seabird-chat/sdk";
import { runPluginProgram } from "@seabird-chat/sdk/program";
import { bridge } from "./bridge/index.ts";
import { help } from "./help/index.ts";
import { introspection } from "./introspection/index.ts";
import { ping } from "./ping/index.ts";

/** In the order in which they are listed. */
const PLUGINS: readonly Plugin[] = [bridge, help, introspection, ping];

/** Exit codes: 0 stopped, 1 core refused the plugin, 2 wrong arguments, 78 wrong settings. */
export function main(argv: readonly string[]): Promise<void> {
  return runPluginProgram(PLUGINS, argv);
}
