/** A `seabird up` with a backend for each of several local networks, and a client with a plugin's token. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { absoluteId } from "@seabird-chat/protocol/ids";
import { connectPlugin, type PluginClient } from "@seabird-chat/sdk";
import { makeCheckout } from "./checkout.ts";
import type { LocalNetwork } from "./local-network.ts";
import { RunningProject } from "./running-project.ts";
import type { TestScope } from "./servers.ts";

export interface NetworksProject {
  readonly project: RunningProject;
  readonly plugin: PluginClient;
  /** Core's. */
  readonly url: string;
}

export interface NetworksProjectOptions {
  /** The section `core` besides its address. */
  readonly core?: Readonly<Record<string, unknown>>;
  /** Default: a free one. */
  readonly listen?: string;
  /** The section `plugins`. */
  readonly plugins?: Readonly<Record<string, unknown>>;
  readonly env?: NodeJS.ProcessEnv;
}

/** The id of a backend that has none of its own. */
const ID = "home";

/** The channel of a network's person, as plugins name it. */
export function channelIdOf({ type, id = ID, channel }: LocalNetwork): string {
  return absoluteId({ type, id }, channel);
}

export function componentOf({ type, id = ID }: LocalNetwork): string {
  return `${type}/${id}`;
}

/** Resolves when all of it is ready; it is stopped with the test. */
export async function startNetworksProject(
  t: TestScope,
  networks: readonly LocalNetwork[],
  { core = {}, listen = "127.0.0.1:0", plugins = {}, env: more = {} }: NetworksProjectOptions = {},
): Promise<NetworksProject> {
  let project: RunningProject | undefined;
  const stop = () => project?.stop();
  // Before the checkout's own end, whichever way round they are called.
  t.after(stop);
  const { folder, env } = await makeCheckout(t);
  t.after(stop);
  const backends = networks.map((network) => [componentOf(network), network.settings]);
  // JSON is YAML.
  const config = { core: { listen, ...core }, backends: Object.fromEntries(backends), plugins };
  writeFileSync(join(folder, "seabird.yaml"), JSON.stringify(config));
  const { SEABIRD_BIND_HOST: _, ...rest } = env;
  project = new RunningProject({ folder, env: { ...rest, ...more }, projects: [] });
  const running = project;
  await project.until("everything to be ready", () => {
    const [up] = running.happened("up");
    return up !== undefined && up.ready === up.components;
  });
  const { out } = await project.cli(["token", "create", "watcher", "--scope", "plugin"]);
  const { url } = await project.status();
  const plugin = connectPlugin({ url, token: out.trim(), kinds: "*" });
  t.after(() => plugin.close());
  await plugin.ready();
  return { project, plugin, url };
}
