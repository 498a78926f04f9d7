/** What our backend does when one of the two sides goes away and comes back. */
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { BACKEND, onIrc, refusalOf, startIrcStage } from "../support/irc-stage.ts";
import { waitFor } from "../support/irc-wait.ts";

suite("the IRC server is killed", () => {
  test("core is told, requests fail at once, and everything comes back", async (t) => {
    const stage = await startIrcStage(t, "inspircd", { channels: "#test,#other" });
    if (stage === undefined) return;
    const { server, actions, backend } = stage;
    await backend.ready();
    const channels = async () =>
      (await actions.listChannels(BACKEND)).map(({ displayName }) => displayName);
    await waitFor("both channels", async () => (await channels()).length === 2);
    await actions.joinChannel(BACKEND, "#asked");
    await stage.plugins("ping");

    await server.kill();
    await waitFor("core to know", async () => (await channels()).length === 0);
    assert.equal(
      await refusalOf(actions.sendMessage(onIrc("#test"), "hi")),
      "unknown: not connected to the IRC network",
    );

    await server.restart();
    await waitFor("the channels again", async () => (await channels()).length === 3);
    assert.deepEqual(await channels(), ["#asked", "#other", "#test"]);
    const carol = await stage.person("carol");
    await carol.join("#test");
    await carol.types("#test", "!ping");
    await carol.sees("#test", "<seabird> .*pong");
  });
});

suite("core goes away", () => {
  test("what it asked and was not yet sent is not sent", async (t) => {
    const stage = await startIrcStage(t, "inspircd", {
      env: {
        IRC_BURST_LINES: "1",
        IRC_LINE_INTERVAL_MS: "2000",
        IRC_ANSWER_WITHIN_MS: "60000",
      },
    });
    if (stage === undefined) return;
    const { alice, actions, backend, core } = stage;
    await backend.ready();
    await alice.sees("#test", "seabird.* has joined");
    const asked = refusalOf(actions.sendMessage(onIrc("#test"), "one\ntwo\nthree\nfour\nfive"));
    await alice.sees("#test", "<seabird> one");
    // It gives what is in flight 5 s, which is not enough here.
    await core.close();
    await asked;
    // Its client answers in turn: after all that still waited to be sent.
    await alice.raw("PRIVMSG seabird :\x01PING done\x01");
    await alice.sees("seabird", "PING done");
    const lines = await alice.lines("#test");
    assert.ok(!lines.some((line) => line.includes("five")), lines.join(" | "));
  });
});

suite("the backend's end", () => {
  test("SIGTERM: it says goodbye on both sides and ends with 0", async (t) => {
    const stage = await startIrcStage(t, "ngircd");
    if (stage === undefined) return;
    await stage.backend.ready();
    await stage.alice.sees("#test", "seabird.* has joined");
    await stage.backend.stop();
    assert.equal(await stage.backend.ended(), 0);
    await stage.alice.sees("", "seabird.* has quit");
    await waitFor("core to know", async () => (await stage.actions.listBackends()).length === 0);
  });

  test("its supervisor's end is its own", async (t) => {
    const stage = await startIrcStage(t, "ngircd");
    if (stage === undefined) return;
    await stage.backend.ready();
    stage.backend.child.disconnect();
    assert.equal(await stage.backend.ended(), 0);
  });

  test("a token that may not be this backend ends it with 1 and a reason", async (t) => {
    const stage = await startIrcStage(t, "ngircd", { env: { SEABIRD_TOKEN: "sbd_wrong" } });
    if (stage === undefined) return;
    assert.equal(await stage.backend.ended(), 1);
    assert.match(stage.backend.log(), /^seabird-backend-irc: invalid auth token/m);
  });

  test("a wrong setting ends it with 2 and one line", async (t) => {
    const stage = await startIrcStage(t, "ngircd", { env: { IRC_CHANNELS: "test" } });
    if (stage === undefined) return;
    assert.equal(await stage.backend.ended(), 2);
    assert.match(stage.backend.log(), /^seabird-backend-irc: IRC_CHANNELS has "test"[^\n]*\n$/);
  });
});
