/** The program `seabird-plugin`: runs some or all of our plugins in one process. */
import { connectPlugin, type PluginClient, SeabirdError, startProcessLife } from "@seabird/sdk";
import type { Plugin } from "./plugin.ts";
import { PLUGINS } from "./plugins.ts";
import { runPlugin } from "./run-plugin.ts";

const USAGE = `Usage: seabird-plugin [name...]

Runs the plugins named, or all of them: ${PLUGINS.map(({ name }) => name).join(", ")}.

  SEABIRD_HOST        core's address (default http://127.0.0.1:11235)
  SEABIRD_TOKEN       the token, with the scope "plugin"
  SEABIRD_TOKEN_FILE  a file that holds it
`;

/** Exit codes: 0 stopped, 1 core refused us, 2 wrong arguments or environment. */
export async function main(args: readonly string[]): Promise<void> {
  if (args.includes("--help") || args.includes("-h")) {
    process.stdout.write(USAGE);
    return;
  }
  try {
    await run(choose(args));
  } catch (reason) {
    const { code, message } = SeabirdError.from(reason);
    report(message);
    process.exitCode = code === "bad_option" ? 2 : 1;
  }
}

function choose(names: readonly string[]): readonly Plugin[] {
  if (names.length === 0) return PLUGINS;
  return [...new Set(names)].map((name) => {
    const plugin = PLUGINS.find((each) => each.name === name);
    if (plugin !== undefined) return plugin;
    const known = PLUGINS.map((each) => each.name).join(", ");
    throw new SeabirdError("bad_option", `there is no plugin "${name}"; there are ${known}`);
  });
}

/** Until the process is told to stop, or the first plugin fails, which stops the others. */
async function run(plugins: readonly Plugin[]): Promise<void> {
  const life = startProcessLife();
  const stop = new AbortController();
  const signal = AbortSignal.any([life.signal, stop.signal]);
  try {
    const clients = plugins.map((plugin) => ({
      plugin,
      client: connectPlugin({ commands: plugin.commands, signal }),
    }));
    const runs = clients.map(async ({ plugin, client }) => {
      try {
        await runPlugin(plugin, client, report);
      } finally {
        stop.abort();
        await client.close();
      }
    });
    const outage = { told: "" };
    for (const { plugin, client } of clients) void reportStates(plugin, client, outage);
    void tellWhenReady(
      clients.map(({ client }) => client),
      () => life.ready(),
    );
    const results = await Promise.allSettled(runs);
    const failed = results.find((result) => result.status === "rejected");
    if (failed !== undefined) throw failed.reason;
  } finally {
    stop.abort();
    life.end();
  }
}

/** One that will never be ready ends the process elsewhere. */
async function tellWhenReady(clients: readonly PluginClient[], tell: () => void): Promise<void> {
  const all = await Promise.allSettled(clients.map((client) => client.ready()));
  if (all.every(({ status }) => status === "fulfilled")) tell();
}

/** What ails all plugins alike is told once, and not again at each attempt. */
async function reportStates(
  plugin: Plugin,
  client: PluginClient,
  outage: { told: string },
): Promise<void> {
  for await (const state of client.states()) {
    if (state.state === "connected") {
      outage.told = "";
      report(`${plugin.name}: connected`);
    }
    if (state.state !== "waiting" || state.error.message === outage.told) continue;
    outage.told = state.error.message;
    report(`${plugin.name}: ${state.error.message}; trying again`);
  }
}

/** Core's words are a stranger's: no control characters of theirs reach a terminal. */
function report(line: string): void {
  process.stderr.write(`seabird-plugin: ${line.replace(/\p{Cc}+/gu, " ")}\n`);
}
