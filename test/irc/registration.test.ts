/** How our backend gets onto a real server: its password, a taken nick, a channel's key. */
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { BACKEND, heardOf, IRC_SERVER_KINDS, startIrcStage } from "../support/irc-stage.ts";
import { waitFor } from "../support/irc-wait.ts";

for (const kind of IRC_SERVER_KINDS) {
  suite(kind, () => {
    test("another nick while the wanted one is taken, then the wanted one", async (t) => {
      const stage = await startIrcStage(t, kind, { env: { IRC_NICK: "alice" } });
      if (stage === undefined) return;
      await stage.backend.ready();
      await stage.alice.sees("#test", "alice_\\(.* has joined");
      const nick = async () => (await stage.actions.backendInfo(BACKEND)).metadata["nick"];
      assert.equal(await nick(), "alice_");
      await stage.alice.raw("QUIT :bye");
      await waitFor("the wanted nick", async () => (await nick()) === "alice");
    });

    test("a channel with a key, and one that cannot be joined", async (t) => {
      const stage = await startIrcStage(t, kind, {
        channels: "#test,#locked sesame,#shut",
        env: { IRC_RECONNECT_MS: "60000" },
        prepare: async ({ alice }) => {
          await alice.join("#locked");
          await alice.raw("MODE #locked +k sesame");
          await alice.sees("#locked", "[+]k");
          await alice.join("#shut");
          await alice.raw("MODE #shut +i");
          await alice.sees("#shut", "[+]i");
        },
      });
      if (stage === undefined) return;
      await stage.backend.ready();
      await stage.alice.sees("#locked", "seabird\\(.* has joined");
      assert.match(stage.backend.log(), /"channel":"#shut".*"cannot join"/);
      assert.doesNotMatch(stage.backend.log(), /sesame/);
    });
  });
}

test("ngircd: a server's password", async (t) => {
  const stage = await startIrcStage(t, "ngircd", {
    server: { password: "sesame" },
    env: { IRC_PASS: "sesame" },
  });
  if (stage === undefined) return;
  await stage.backend.ready();
  await stage.alice.sees("#test", "seabird\\(.* has joined");
});

test("inspircd: what was said before we came is not answered", async (t) => {
  const modules = '<module name="ircv3_batch"><module name="chanhistory">';
  const stage = await startIrcStage(t, "inspircd", {
    server: { extra: `${modules}<chanhistory prefixmsg="no" maxlines="50" bots="yes">` },
    env: { LOG_LEVEL: "debug" },
    prepare: async ({ alice }) => {
      await alice.raw("MODE #test +H 10:1h");
      await alice.sees("#test", "[+]H");
      await alice.types("#test", "!ping before");
      await alice.raw("PING :said");
      await alice.sees("#test", "!ping before");
    },
  });
  if (stage === undefined) return;
  await stage.plugins("ping");
  const heard = await stage.hear();
  await stage.backend.ready();
  await stage.alice.types("#test", "!ping after");
  const command = await heardOf(heard, "command");
  assert.equal(command.arg, "after");
  assert.match(stage.backend.log(), /BATCH [+]\w+ chathistory :?#test/);
});
