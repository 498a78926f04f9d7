/** A bot on a real IRC server that answers each answer: ignored, shown, and listened to again. */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { startNgircd } from "../support/irc-servers.ts";
import { RawIrcClient } from "../support/raw-irc-client.ts";
import { makeProjectCheckout, RunningProject } from "../support/running-project.ts";
import { needPrograms } from "../support/servers.ts";

const PLUGIN = `import { plugin } from "@seabird-chat/sdk";
const parrot = plugin("parrot");
parrot.command("echo", "says it again", ({ arg, reply }) => reply("echo " + arg));
parrot.hears(/^again/, ({ text, reply }) => reply("heard " + text.length));
export default parrot;
`;

async function startAll(t: TestContext) {
  const programs = needPrograms(t, "ngircd");
  if (programs === undefined) return undefined;
  const server = await startNgircd(programs.ngircd);
  t.after(() => server.close());
  const checkout = await makeProjectCheckout(t);
  const { SEABIRD_BIND_HOST: _, ...env } = checkout.env;
  writeFileSync(join(checkout.folder, "parrot.ts"), PLUGIN);
  const network = `host: "irc://127.0.0.1:${server.port}", nick: bird, channels: ["#test"]`;
  writeFileSync(
    join(checkout.folder, "seabird.yaml"),
    `core: { listen: 127.0.0.1:0 }
backends:
  irc/one: { ${network}, line_interval_ms: 50 }
plugins:
  ./parrot.ts: {}
`,
  );
  const joined = async (nick: string) => {
    const client = await RawIrcClient.connect(server.port, nick);
    t.after(() => client.close());
    client.say("JOIN #test");
    await client.hears(/ 366 /);
    return client;
  };
  const [bot, ann] = [await joined("robot"), await joined("ann")];
  const project = new RunningProject({ ...checkout, env });
  await project.untilState("ready", "core", "parrot", "irc/one");
  await bot.hears(/^:bird!.* JOIN /);
  return { project, bot, ann };
}

const BIRD = /^:bird!.* PRIVMSG #test :/;

test("a bot whose texts differ is ignored after ten exchanges, people are answered", async (t) => {
  const all = await startAll(t);
  if (all === undefined) return;
  const { project, bot, ann } = all;
  const says = (text: string) => bot.say(`PRIVMSG #test :${text}`);
  says("!echo 0");
  for (let number = 1; number <= 10; number++) {
    await bot.hears(BIRD, number);
    says(number % 2 === 0 ? `!echo ${number}` : `again ${"!".repeat(number)}`);
  }
  await project.until("ps to show it", async () => {
    const { loops, ignored = [] } = await project.component("parrot");
    return loops === 1 && ignored.length === 1;
  });
  says("!echo not this");
  ann.say("PRIVMSG #test :!echo ann");
  await bot.hears(/^:bird!.*:echo ann/);
  assert.equal(bot.lines.filter((line) => BIRD.test(line)).length, 11);
  assert.equal(project.log("parrot.log").match(/as between bots in a loop/g)?.length, 1);

  const ps = await project.cli(["ps"]);
  assert.match(ps.out, /^parrot ignores irc:\/\/one\/robot in irc:\/\/one\/%23test for another /m);
  const doctor = await project.cli(["doctor"]);
  assert.match(doctor.out, /loop: parrot ignores irc:\/\/one\/robot/);

  const wrong = await project.cli(["unignore", "ann", "--json"]);
  assert.equal(wrong.code, 2);
  const { error } = JSON.parse(wrong.err);
  assert.equal(error.message, 'no plugin ignores "ann"');
  assert.equal(error.next, "ignored are: irc://one/robot");
  assert.equal(error.ignored[0].userId, "irc://one/robot");

  const right = await project.cli(["unignore", "Robot", "--json"]);
  assert.equal(right.code, 0, right.err);
  const [ended] = JSON.parse(right.out).ended;
  assert.deepEqual(
    [ended.component, ended.plugin, ended.userId, ended.channelId],
    ["parrot", "parrot", "irc://one/robot", "irc://one/%23test"],
  );
  assert.equal((await project.component("parrot")).ignored, undefined);
  says("!echo once more");
  await bot.hears(/^:bird!.*:echo once more/);

  const none = await project.cli(["unignore", "irc://one/robot"]);
  assert.equal(none.code, 2);
  assert.match(none.err, /nobody is ignored here/);
});

test("whoever is ignored is forgotten when the plugin starts again", async (t) => {
  const all = await startAll(t);
  if (all === undefined) return;
  const { project, bot } = all;
  bot.say("PRIVMSG bird :!echo 0");
  for (let number = 1; number <= 10; number++) {
    await bot.hears(/^:bird!.* PRIVMSG robot :/, number);
    bot.say(`PRIVMSG bird :!echo ${number}`);
  }
  await project.until("ps to show it", async () => {
    const { ignored = [] } = await project.component("parrot");
    return ignored[0]?.channelId === "";
  });
  const restarted = await project.cli(["restart", "parrot"]);
  assert.equal(restarted.code, 0, restarted.err);
  assert.equal((await project.component("parrot")).ignored, undefined);
  bot.say("PRIVMSG bird :!echo again");
  await bot.hears(/^:bird!.*:echo again/);
});
