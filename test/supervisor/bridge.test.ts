/** A bridge under `seabird up`: links that change by a reload, and how its state is shown. */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { startNgircd } from "../support/irc-servers.ts";
import { RawIrcClient } from "../support/raw-irc-client.ts";
import { makeProjectCheckout, RunningProject } from "../support/running-project.ts";
import { scrape } from "../support/scrape.ts";
import { needPrograms } from "../support/servers.ts";
import { until } from "../support/until.ts";

async function startAll(t: TestContext) {
  const programs = needPrograms(t, "ngircd");
  if (programs === undefined) return undefined;
  const server = await startNgircd(programs.ngircd);
  t.after(() => server.close());
  const joined = async (nick: string, channel: string) => {
    const client = await RawIrcClient.connect(server.port, nick);
    t.after(() => client.close());
    client.say(`JOIN ${channel}`);
    await client.hears(/ 366 /);
    return client;
  };
  const ann = await joined("ann", "#a");
  const bob = await joined("bob", "#b");
  const cid = await joined("cid", "#c");
  const checkout = await makeProjectCheckout(t);
  const { SEABIRD_BIND_HOST: _, ...env } = checkout.env;
  const write = (plugins: string) =>
    writeFileSync(
      join(checkout.folder, "seabird.yaml"),
      `core: { listen: 127.0.0.1:0 }
backends:
  irc/one:
    host: "irc://127.0.0.1:${server.port}"
    nick: bird
    channels: ["#a", "#b", "#c"]
    line_interval_ms: 1
plugins: ${plugins}
`,
    );
  const link = (...channels: readonly string[]) => {
    const ids = channels.map((channel) => `"irc://one/${channel}"`).join(", ");
    write(`{ bridge: { max_link_rate: 100000, links: { tea: [${ids}] } } }`);
  };
  link("#a", "#b");
  const project = new RunningProject({ ...checkout, env });
  await project.untilState("ready", "core", "bridge", "irc/one");
  await cid.hears(/^:bird!.* JOIN /);
  return { project, ann, bob, cid, link, write };
}

/** The numbers of the lines that somebody has heard from the bot. */
function heardBy({ lines }: RawIrcClient): readonly number[] {
  const heard = lines.map((line) => /^:bird!.* PRIVMSG .*> line (\d+)$/.exec(line)?.[1]);
  return heard.filter((number) => number !== undefined).map(Number);
}

test("a link that changes by a reload loses nothing, and the bridge says how it is", async (t) => {
  const all = await startAll(t);
  if (all === undefined) return;
  const { project, ann, bob, cid, link, write } = all;
  let said = 0;
  const say = async () => {
    ann.say(`PRIVMSG #a :line ${++said}`);
    await bob.hears(new RegExp(`> line ${said}$`));
  };
  for (let n = 0; n < 5; n++) await say();
  const { pid } = await project.component("bridge");
  link("#a", "#b", "#c");
  let isOver = false;
  const reloading = project.cli(["reload"]).finally(() => {
    isOver = true;
  });
  while (!isOver) await say();
  const { out, err } = await reloading;
  assert.equal(out, "bridge: applied links without a restart\n", err);
  const before = said;
  for (let n = 0; n < 5; n++) await say();
  await cid.hears(new RegExp(`> line ${said}$`));
  const everything = Array.from({ length: said }, (_, index) => index + 1);
  assert.deepEqual(heardBy(bob), everything);
  const first = heardBy(cid)[0] ?? said;
  assert.deepEqual(heardBy(cid), everything.slice(first - 1));
  assert.ok(first > 5 && first <= before + 1, `${first} of ${before}`);
  assert.equal((await project.component("bridge")).pid, pid);

  const status = async () => JSON.parse((await project.cli(["bridge", "status", "--json"])).out);
  await project.untilBridgeIsIdle();
  const { links, more } = await status();
  const [{ to, from, ...tea }] = links;
  assert.deepEqual([links.length, more], [1, 0]);
  assert.deepEqual(tea, { name: "tea", isPaused: false, crossed: said, heldBack: 0 });
  const ids = ["irc://one/%23a", "irc://one/%23b", "irc://one/%23c"];
  assert.deepEqual(from, ids);
  const rows = to.map(({ lastAtMs: _, ...rest }: { readonly lastAtMs?: number }) => rest);
  const none = { waiting: 0, refused: 0, dropped: 0, unknown: 0, failures: 0 };
  assert.deepEqual(
    rows,
    ids.map((channel, index) => ({
      ...none,
      channel,
      delivered: [0, said, said - first + 1][index],
    })),
  );
  const doctor = await project.cli(["doctor"]);
  assert.match(doctor.out, /bridge: 1 links?, all deliver/);

  bob.say("MODE #b +m");
  await bob.hears(/ MODE #b /);
  ann.say("PRIVMSG #a :nobody in b hears this");
  await until("the refusal", async () => {
    const [link] = (await status()).links;
    return link.to[1].failure !== undefined;
  });
  const table = await project.cli(["bridge", "status"]);
  assert.match(table.out, /^LINK +STATE +TO +WAITING +DELIVERED +REFUSED +DROPPED +LAST +FAILS$/m);
  assert.match(table.out, /^tea +open +irc:\/\/one\/%23b +0 +\d+ +1 +0 +\d+ \S+ ago +404 /m);
  assert.match(table.out, /^tea +open +irc:\/\/one\/%23a +\d+ +\d+ +0 +0 +.* +-$/m);
  const worried = await project.cli(["doctor"]);
  assert.match(worried.out, /bridge: cannot deliver to irc:\/\/one\/%23b: /);

  let metrics = "";
  const value = (name: string, labels = 'link="tea",backend="irc/one"') =>
    Number(metrics.split(`seabird_plugin_bridge_${name}{${labels}} `)[1]?.split("\n")[0]);
  // Other channels receive a notice of the refusal, which is delivered too.
  await until("what waits", async () => {
    metrics = await scrape(project);
    return value("waiting") === 0;
  });
  assert.ok(value("delivered_total") >= 2 * said - first + 1, metrics);
  assert.deepEqual(
    [value("refused_total"), value("failing"), value("paused", 'link="tea"')],
    [1, 1, 0],
  );
  assert.equal(value("crossed_total", 'link="tea"'), said + 1);
  assert.ok(Math.abs(value("last_delivery_timestamp_seconds") - Date.now() / 1_000) < 120);
  assert.doesNotMatch(metrics, /%23a/);

  link("#a", "#b", "#d");
  await project.cli(["reload"]);
  const missed = await project.cli(["doctor"]);
  assert.match(missed.out, /bridge: core knows no channel irc:\/\/one\/%23d/);
  assert.doesNotMatch(missed.out, /knows no channel irc:\/\/one\/%23[ab]/);
  write('{ bridge: { links: { tea: ["irc://one/#a", "irc://onne/#b"] } } }');
  const checked = await project.cli(["config", "check"]);
  assert.equal(checked.code, 78);
  assert.match(
    checked.err,
    /links\.tea\[1\]: there is no backend irc\/onne .*did you mean irc\/one\?/,
  );

  write("{}");
  assert.equal((await project.cli(["reload"])).out, "bridge: stopped\n");
  const gone = await project.cli(["bridge", "status"]);
  assert.deepEqual([gone.code, gone.out], [2, ""]);
  assert.match(gone.err, /no bridge runs here/);
});
