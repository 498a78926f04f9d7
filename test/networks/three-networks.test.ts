/** One project on IRC, Matrix and XMPP, on real servers, with people whose clients are not ours. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { walkBlocks } from "@seabird-chat/protocol";
import { attachment, type PluginEvent, text } from "@seabird-chat/sdk";
import { INSPIRCD, MATRIX, XMPP } from "../../scripts/checks/network-features.ts";
import { drawScenes } from "../../scripts/draw-scenes.ts";
import {
  type BackendCapabilities,
  FEATURES,
  type Feature,
} from "../../sdk/src/backend/capabilities.ts";
import { ROOT } from "../support/checkout.ts";
import { freePort } from "../support/irc-servers.ts";
import { waitFor } from "../support/irc-wait.ts";
import type { HeardMessage, LocalNetwork } from "../support/local-network.ts";
import { startLocalNetworks } from "../support/local-networks.ts";
import { channelIdOf, componentOf, startNetworksProject } from "../support/networks-project.ts";
import { POLL, POLL_PICTURE, playPoll } from "../support/poll-scene.ts";

const PNG = Buffer.from("89504e470d0a1a0a0000", "hex");
const DECLARED = { irc: INSPIRCD, matrix: MATRIX, xmpp: XMPP } as const;

/** The bot's first message behind those that were heard before `act`. */
async function hearsAfter(network: LocalNetwork, act: () => Promise<unknown>) {
  const before = network.heard(0).length;
  await act();
  return await waitFor(
    () => `a message on ${network.type}`,
    () => network.heard(before)[0],
  );
}

async function opens(network: LocalNetwork, message: HeardMessage): Promise<void> {
  const opened = await network.open(message);
  const what = `${network.type}: ${JSON.stringify(message)}`;
  assert.equal(opened.status, 200, what);
  assert.equal(opened.headers.get("content-type"), "image/png", what);
  assert.deepEqual(Buffer.from(await opened.arrayBuffer()), PNG, what);
}

test("one seabird.yaml, three networks", async (t) => {
  const networks = await startLocalNetworks(t);
  if (networks === undefined) return;
  const listen = `127.0.0.1:${await freePort()}`;
  const options = { listen, core: { public_url: `http://${listen}` }, plugins: { [POLL]: {} } };
  const { project, plugin } = await startNetworksProject(t, networks, options);
  const [irc, matrix] = networks as [LocalNetwork, LocalNetwork, LocalNetwork];

  await t.test("one plugin works on all at once: a poll that changes as people react", async () => {
    const scenes = await Promise.all(networks.map(playPoll));
    const drawn = await readFile(join(ROOT, POLL_PICTURE), "utf8");
    assert.equal(drawScenes(scenes), drawn, "npm run pictures draws what is seen now");
  });

  await t.test("a picture posted on Matrix opens from IRC by its link", async () => {
    const posted = firstFile(plugin.events());
    await matrix.post?.("cat.png", PNG);
    const { id, url, name } = await posted;
    assert.deepEqual([url, name], ["", "cat.png"]);
    const relayed = attachment({ id, name });
    const message = await hearsAfter(irc, () =>
      plugin.sendMessage(channelIdOf(irc), text`ann on Matrix: ${relayed}`),
    );
    assert.match(message.text, /^ann on Matrix: cat\.png: http:/);
    await opens(irc, message);
  });

  await t.test("a picture that a plugin sends is a file where there are files", async () => {
    const picture = await plugin.upload({ bytes: PNG, name: "dog.png" });
    for (const network of networks) {
      const message = await hearsAfter(network, () =>
        plugin.sendMessage(channelIdOf(network), picture),
      );
      const [where] = message.files ?? [];
      const isNative = where !== undefined && !where.startsWith(options.core.public_url);
      assert.equal(isNative, network.type !== "irc", JSON.stringify(message));
      await opens(network, message);
    }
  });

  await t.test("what each can do is what the manual's table says", async () => {
    for (const network of networks) {
      const { features } = (await plugin.backendInfo(componentOf(network).replace("/", "://")))
        .capabilities;
      assert.deepEqual(features, toWire(DECLARED[network.type]), network.type);
    }
  });

  await t.test("doctor finds all well, and names what the bot may not do", async () => {
    const { out, code } = await project.cli(["doctor"]);
    assert.equal(code, 0, out);
    for (const network of networks) {
      const id = componentOf(network).replace("/", "://");
      assert.match(out, new RegExp(`✓ backend ${id}: answers, 1 channel`));
    }
    assert.match(out, /! backend matrix:\/\/home: #tea:seabird\.test: cannot \w+/);
  });
});

async function firstFile(events: AsyncIterable<PluginEvent>) {
  for await (const event of events) {
    if (event.kind !== "message" || event.rootBlock === undefined) continue;
    for (const { inner } of walkBlocks(event.rootBlock)) {
      if (inner.case === "attachment") return inner.value;
    }
  }
  throw new Error("the events ended");
}

function toWire(capabilities: BackendCapabilities): object {
  const names = Object.keys(FEATURES) as Feature[];
  const there = names.filter((name) => (capabilities[name] ?? "none") !== "none");
  return Object.fromEntries(there.map((name) => [FEATURES[name], capabilities[name]]));
}
