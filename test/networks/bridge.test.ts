/** The bridge between IRC, Matrix and XMPP, on real servers, with people whose clients are not ours. */
import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { drawScenes } from "../../scripts/draw-scenes.ts";
import { BRIDGE_PICTURE, BRIDGE_TITLE, bridgeOf, playBridge } from "../support/bridge-scene.ts";
import { ROOT } from "../support/checkout.ts";
import { freePort } from "../support/irc-servers.ts";
import { waitFor } from "../support/irc-wait.ts";
import type { HeardMessage, LocalNetwork } from "../support/local-network.ts";
import { startLocalNetworks } from "../support/local-networks.ts";
import { channelIdOf, startNetworksProject } from "../support/networks-project.ts";

const PNG = Buffer.from("89504e470d0a1a0a0000", "hex");
const LINES = 20;

/** Without the signs that keep a name from notifying anybody. */
function bare({ text }: HeardMessage): string {
  return text.replaceAll("\u200b", "");
}

function heard(network: LocalNetwork): readonly string[] {
  return network.heard(0).map(bare);
}

function hears(network: LocalNetwork, line: RegExp): Promise<string> {
  return waitFor(
    () => `${line} on ${network.type}, which heard ${JSON.stringify(heard(network).slice(-5))}`,
    () => heard(network).find((each) => line.test(each)),
  );
}

/** The numbers of a series of lines, in the order in which a network heard them. */
function numbersOf(network: LocalNetwork, series: string): readonly number[] {
  const line = new RegExp(`\\b${series} (\\d+)$`);
  return heard(network).flatMap((each) => {
    const [, number] = line.exec(each) ?? [];
    return number === undefined ? [] : [Number(number)];
  });
}

test("three channels on three networks are one", async (t) => {
  const networks = await startLocalNetworks(t);
  if (networks === undefined) return;
  const listen = `127.0.0.1:${await freePort()}`;
  const plugins = { bridge: bridgeOf(networks), ping: {} };
  const options = { listen, core: { public_url: `http://${listen}` }, plugins };
  const { project } = await startNetworksProject(t, networks, options);
  const [irc, matrix, xmpp] = networks as [LocalNetwork, LocalNetwork, LocalNetwork];
  const others = (network: LocalNetwork) => networks.filter((each) => each !== network);

  await t.test("a talk is read everywhere as the manual's picture shows it", async () => {
    const drawn = await readFile(join(ROOT, BRIDGE_PICTURE), "utf8");
    assert.equal(drawScenes(await playBridge(networks), BRIDGE_TITLE), drawn, "npm run pictures");
  });

  for (const network of networks) {
    await t.test(
      `what is said on ${network.type} is said on the others once, by name`,
      async () => {
        await network.say(`hello from ${network.type}`);
        for (const other of others(network)) {
          await hears(other, new RegExp(`ann \\(\\w+\\).*hello from ${network.type}$`, "s"));
        }
        const own = heard(network).filter((line) => line.includes(`from ${network.type}`));
        assert.deepEqual(own, [], "it came back");
      },
    );
  }

  await t.test("a command and its answer are read everywhere, and it runs once", async () => {
    await irc.say("!ping");
    for (const other of [matrix, xmpp]) {
      await hears(other, /!ping$/);
      await hears(other, /pong/);
    }
    const answers = heard(irc).filter((line) => /pong/.test(line));
    assert.equal(answers.length, 1, JSON.stringify(answers));
  });

  await t.test(
    "a picture posted on Matrix is a file on XMPP, and a link on IRC that opens",
    async () => {
      await matrix.post?.("cat.png", PNG);
      for (const network of [irc, xmpp]) {
        const message = await waitFor(
          () => `the picture on ${network.type}`,
          () => network.heard(0).find(({ text, files }) => /cat\.png/.test(text) || files),
        );
        const opened = await network.open(message);
        assert.equal(opened.status, 200, JSON.stringify(message));
        assert.deepEqual(Buffer.from(await opened.arrayBuffer()), PNG);
      }
    },
  );

  await t.test("a reaction to a copy reaches the original's network", async () => {
    await xmpp.say("who wants tea?");
    const copy = await waitFor(
      () => "the question on Matrix",
      () => matrix.heard(0).find(({ text }) => /who wants tea\?$/.test(text)),
    );
    await matrix.react(copy.id, "👍");
    const ofOthers = await waitFor(
      () => "the question on IRC",
      () => irc.heard(0).find(({ text }) => /who wants tea\?$/.test(text)),
    );
    assert.notEqual(ofOthers.id, "");
  });

  await t.test(
    "an edit on one network is an edit on the others, or a line where there is none",
    async () => {
      for (const [network, other] of [
        [matrix, xmpp],
        [xmpp, matrix],
      ] as const) {
        const [before, after] = [`helo from ${network.type}`, `hello again from ${network.type}`];
        await network.say(before);
        const copy = await waitFor(
          () => `the message on ${other.type}`,
          () => other.heard(0).find(({ text }) => text.endsWith(before)),
        );
        await network.edit?.(after);
        const edit = await waitFor(
          () =>
            `the edit on ${other.type}, which heard ${JSON.stringify(other.heard(0).slice(-3))}`,
          () =>
            other.heard(0).find(({ text, edits }) => edits !== undefined && text.endsWith(after)),
        );
        assert.ok([copy.id, copy.sentId].includes(edit.edits), JSON.stringify({ copy, edit }));
        await hears(irc, new RegExp(`ann \\(\\w+\\).*\\* ${after}$`));
      }
    },
  );

  await t.test("a network that is cut off gets what it missed, in order and once", async () => {
    matrix.link.refuses = true;
    matrix.link.dropAll();
    for (let number = 1; number <= LINES; number++) await irc.say(`cut ${number}`);
    await hears(xmpp, new RegExp(`cut ${LINES}$`));
    matrix.link.refuses = false;
    await hears(matrix, new RegExp(`cut ${LINES}$`));
    const wanted = Array.from({ length: LINES }, (_, index) => index + 1);
    for (const network of [matrix, xmpp]) assert.deepEqual(numbersOf(network, "cut"), wanted);
  });

  await t.test(
    "killed in the middle of it, the bridge doubles nothing and keeps the order",
    async () => {
      const { pid } = await project.component("bridge");
      for (let number = 1; number <= LINES; number++) {
        await xmpp.say(`kill ${number}`);
        if (number === LINES / 2) process.kill(pid ?? 0, "SIGKILL");
      }
      await project.until("the bridge to be back", async () => {
        const component = await project.component("bridge");
        return component.state === "ready" && component.pid !== pid;
      });
      await xmpp.say("kill 99");
      for (const network of [irc, matrix]) {
        await hears(network, /kill 99$/);
        const numbers = numbersOf(network, "kill");
        assert.deepEqual(
          numbers,
          [...new Set(numbers)].sort((a, b) => a - b),
          network.type,
        );
      }
    },
  );

  await t.test("a link that is changed is taken without a restart", async () => {
    const { pid } = await project.component("bridge");
    const file = join(project.folder, "seabird.yaml");
    const config = JSON.parse(await readFile(file, "utf8"));
    config.plugins.bridge.links.tea = [irc, xmpp].map(channelIdOf);
    await writeFile(file, JSON.stringify(config));
    const { out, code } = await project.cli(["reload"]);
    assert.equal(code, 0, out);
    assert.match(out, /bridge.*applied links without a restart/);
    assert.equal((await project.component("bridge")).pid, pid);
    await irc.say("without matrix");
    await hears(xmpp, /without matrix$/);
    await xmpp.say("really");
    await hears(irc, /really$/);
    assert.deepEqual(
      heard(matrix).filter((line) => /without matrix|really/.test(line)),
      [],
    );
  });
});
