/** The program `seabird-plugin`: runs some or all of our plugins, or those of a file. */
import type { Plugin } from "@seabird-chat/sdk";
import { runPluginProgram } from "@seabird-chat/sdk/program";

/** In the order in which they are listed. Only those that run are loaded: one brings a database. */
const PLUGINS: Readonly<Record<string, () => Promise<Plugin>>> = {
  bridge: async () => (await import("./bridge/index.ts")).bridge as Plugin,
  help: async () => (await import("./help/index.ts")).help as Plugin,
  introspection: async () => (await import("./introspection/index.ts")).introspection,
  ping: async () => (await import("./ping/index.ts")).ping,
};

/** Those that need no settings: what runs if none is named. */
const BY_DEFAULT: readonly string[] = ["help", "introspection", "ping"];

/** Exit codes: 0 stopped, 1 core refused the plugin, 2 wrong arguments, 78 wrong settings. */
export async function main(argv: readonly string[]): Promise<void> {
  const named = argv.filter((word) => Object.hasOwn(PLUGINS, word));
  const others = argv.filter((word) => !word.startsWith("-") && !named.includes(word));
  const isAboutAll = others.length > 0 || argv.includes("--describe") || argv.includes("--help");
  const names = named.length > 0 ? named : isAboutAll ? Object.keys(PLUGINS) : BY_DEFAULT;
  const plugins = await Promise.all(
    Object.keys(PLUGINS)
      .filter((name) => names.includes(name))
      .map((name) => PLUGINS[name]?.()),
  );
  await runPluginProgram(
    plugins.filter((each) => each !== undefined),
    argv,
  );
}
