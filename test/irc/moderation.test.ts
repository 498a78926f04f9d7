/** What operators do to our backend, and what its answers say of it. */
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import {
  BACKEND,
  heardOf,
  IRC_SERVER_KINDS,
  onIrc,
  refusalOf,
  startIrcStage,
} from "../support/irc-stage.ts";
import { waitFor } from "../support/irc-wait.ts";

const OPERATOR = {
  inspircd: `<class name="all" commands="*" privs="*">
<type name="boss" classes="all">
<oper name="alice" password="sesame" host="*@*" type="boss">`,
  ngircd: "[Operator]\nName = alice\nPassword = sesame",
};

for (const kind of IRC_SERVER_KINDS) {
  suite(kind, () => {
    test("banned from a channel, and a full one", async (t) => {
      const stage = await startIrcStage(t, kind, {
        prepare: async ({ alice }) => {
          await alice.join("#banned");
          await alice.raw("MODE #banned +b seabird!*@*");
          await alice.sees("#banned", "[+]b");
          await alice.join("#full");
          await alice.raw("MODE #full +l 1");
          await alice.sees("#full", "[+]l");
        },
      });
      if (stage === undefined) return;
      const { alice, actions, backend } = stage;
      await backend.ready();
      const join = (name: string) => refusalOf(actions.joinChannel(BACKEND, name));
      assert.match(await join("#banned"), /^unknown: 474 ./);
      assert.match(await join("#full"), /^unknown: 471 ./);
      await alice.raw("MODE #test +b seabird!*@*");
      await alice.sees("#test", "[+]b");
      const refusal = await refusalOf(actions.sendMessage(onIrc("#test"), "hi"));
      assert.match(refusal, /^unknown: 404 ./);
    });

    test("names are the same in any case, and core knows one of them", async (t) => {
      const channel = "#A[b]{c}";
      const stage = await startIrcStage(t, kind, { channels: `#test,${channel}` });
      if (stage === undefined) return;
      const { alice, actions, backend } = stage;
      await backend.ready();
      const heard = await stage.hear();
      await alice.raw("JOIN #a[B]{C}");
      await alice.raw("PRIVMSG #a[B]{C} :hi");
      assert.equal((await heardOf(heard, "message")).channelId, onIrc(channel));
      await alice.raw("PRIVMSG SEABIRD :psst");
      assert.equal((await heardOf(heard, "privateMessage")).text, "psst");
      assert.equal(await refusalOf(actions.sendMessage(onIrc("#TEST"), "hi")), "");
      assert.equal(await refusalOf(actions.sendPrivateMessage(onIrc("ALICE"), "hi")), "");
      await alice.sees("#test", "<seabird> hi");
    });

    test("killed, it comes back to its channels", async (t) => {
      const stage = await startIrcStage(t, kind, { server: { extra: OPERATOR[kind] } });
      if (stage === undefined) return;
      const { alice, actions, backend } = stage;
      await backend.ready();
      await alice.sees("#test", "seabird\\(.* has joined");
      await alice.raw("OPER alice sesame");
      await alice.raw("KILL seabird :go");
      await alice.sees("#test", "seabird\\(.* has joined", 2);
      await waitFor(
        "core to have the channel",
        async () => (await actions.listChannels(BACKEND)).length === 1,
      );
      assert.match(backend.log(), /"IRC connection lost"/);
    });
  });
}

suite("inspircd", () => {
  test("banned from the network, it says why, and is there when it may be", async (t) => {
    const stage = await startIrcStage(t, "inspircd", { server: { extra: OPERATOR.inspircd } });
    if (stage === undefined) return;
    const { alice, backend } = stage;
    await backend.ready();
    await alice.raw("OPER alice sesame");
    await alice.raw("ELINE alice@* 1h :me");
    await alice.raw("KLINE seabird@* 1h :no birds here");
    await waitFor(
      () => `the reason; the log has ${backend.log()}`,
      () => /no birds here/.test(backend.log()),
    );
    await alice.raw("KLINE seabird@*");
    await alice.sees("#test", "seabird\\(.* has joined", 2);
  });

  test("a message to a channel's operators, and theirs to us", async (t) => {
    const stage = await startIrcStage(t, "inspircd");
    if (stage === undefined) return;
    const { alice, actions, backend } = stage;
    await backend.ready();
    const heard = await stage.hear();
    await alice.raw("MODE #test +o seabird");
    await alice.sees("#test", "[+]o +seabird");
    await alice.raw("PRIVMSG @#test :only you");
    const message = await heardOf(heard, "message");
    assert.equal(message.channelId, onIrc("@#test"));
    assert.equal(await refusalOf(actions.sendMessage(message.channelId, "yes")), "");
    // As her client names that conversation's folder.
    await alice.sees("_#test", "<seabird> yes");
  });
});
