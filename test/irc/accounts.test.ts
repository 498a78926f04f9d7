/** Who may use a command on a network with services: the account counts, not the nick. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { createLog, plugin, startPlugin } from "@seabird-chat/sdk";
import { startBot, startEar } from "../support/irc-bot.ts";
import { startIrcNetwork } from "../support/irc-network.ts";
import { heardOf, onIrc } from "../support/irc-stage.ts";
import { waitFor } from "../support/irc-wait.ts";

test("an account may use a command under any nick; its nick without the account may not", async (t) => {
  const network = await startIrcNetwork(t);
  if (network === undefined) return;
  await network.register("alice", "sesame-42");
  const [owner, impostor] = [await network.raw("al"), await network.raw("alice")];
  owner.say("PRIVMSG NickServ :IDENTIFY alice sesame-42");
  await owner.hears(/ 900 /);
  const { core, heard } = await startEar(t);
  await startBot(t, core, network.server);
  const guarded = plugin("guarded");
  const used: string[] = [];
  guarded.command("open", { help: "opens", allow: [{ account: "Alice" }] }, async (ctx) => {
    used.push(ctx.user.displayName);
    await ctx.reply(`open for ${ctx.user.displayName}`);
  });
  guarded.command("trusting", { help: "x", allow: [{ user: onIrc("alice") }] }, () => undefined);
  const log: string[] = [];
  const running = startPlugin(guarded, {
    url: core.url,
    token: await core.token(["plugin"], "guarded"),
    log: createLog({ name: "guarded", stream: { write: (line) => log.push(line) } }),
  });
  t.after(() => running.close());
  await running.ready();
  await waitFor("the warning", () =>
    log.some((line) => /trusting.* allows by user id on irc:\/\/seabird/.test(line)),
  );
  assert.ok(!log.some((line) => line.includes('command \\"open\\"')));

  for (const client of [owner, impostor]) {
    client.say("JOIN #test");
    await client.hears(/ 366 /);
  }
  impostor.say("@account=alice PRIVMSG #test :!open", "PRIVMSG seabird :!open");
  await impostor.hears(/^:seabird!\S+ PRIVMSG #test :alice: .*not/);
  // NetworkEvent once in a while.
  const alone = await heardOf(heard, "privateMessage");
  assert.equal(alone.tags["irc/account"], undefined);
  owner.say("PRIVMSG #test :!open", "PRIVMSG seabird :open");
  await owner.hears(/PRIVMSG #test :open for al$/);
  await owner.hears(/PRIVMSG al :open for al$/);
  owner.say("NICK alan", "PRIVMSG #test :!open");
  await owner.hears(/PRIVMSG #test :open for alan$/);
  assert.deepEqual(used, ["al", "al", "alan"]);
});
