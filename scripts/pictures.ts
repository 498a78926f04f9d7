/** `npm run pictures`: plays the scenes of the manual's pictures on real servers, and draws them again. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Scope } from "../bench/systems/scope.ts";
import {
  BRIDGE_PICTURE,
  BRIDGE_TITLE,
  bridgeOf,
  playBridge,
} from "../test/support/bridge-scene.ts";
import { startLocalNetworks } from "../test/support/local-networks.ts";
import { startNetworksProject } from "../test/support/networks-project.ts";
import { POLL, POLL_PICTURE, playPoll } from "../test/support/poll-scene.ts";
import { repositoryRoot } from "./checks/run-tool.ts";
import { drawScenes } from "./draw-scenes.ts";

const scope = new Scope("pictures");
try {
  const networks = (await startLocalNetworks(scope)) ?? [];
  await startNetworksProject(scope, networks, { plugins: { [POLL]: {} } });
  const scenes = await Promise.all(networks.map(playPoll));
  await writeFile(join(repositoryRoot, POLL_PICTURE), drawScenes(scenes));
  console.log(`wrote ${POLL_PICTURE}`);
} finally {
  await scope.close();
}
const second = new Scope("pictures");
try {
  const networks = (await startLocalNetworks(second)) ?? [];
  await startNetworksProject(second, networks, { plugins: { bridge: bridgeOf(networks) } });
  const scenes = await playBridge(networks);
  await writeFile(join(repositoryRoot, BRIDGE_PICTURE), drawScenes(scenes, BRIDGE_TITLE));
  console.log(`wrote ${BRIDGE_PICTURE}`);
} finally {
  await second.close();
}
process.exit();
