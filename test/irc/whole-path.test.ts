/** A person on a real IRC server types, and is answered by our plugins through core and our backend. */
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { bold, container, fencedCode, italics, text } from "@seabird-chat/protocol";
import {
  BACKEND,
  heardOf,
  IRC_SERVER_KINDS,
  onIrc,
  refusalOf,
  startIrcStage,
} from "../support/irc-stage.ts";
import { waitFor } from "../support/irc-wait.ts";

for (const kind of IRC_SERVER_KINDS) {
  suite(kind, () => {
    test("commands, a line, a mention, an action, a private message, and their answers", async (t) => {
      const stage = await startIrcStage(t, kind);
      if (stage === undefined) return;
      const { alice, actions, backend } = stage;
      await backend.ready();
      await stage.plugins("help", "ping", "introspection");
      const heard = await stage.hear();

      await alice.types("#test", "!ping");
      await alice.sees("#test", "<seabird> .*pong");
      await alice.types("#test", "!help");
      await alice.sees("#test", "<seabird> .*help.*ping.*uptime");
      const command = await heardOf(heard, "command");
      assert.equal(command.command, "ping");
      assert.equal(command.channelId, onIrc("#test"));
      assert.equal(command.user.id, onIrc("alice"));
      assert.equal(command.user.displayName, "alice");

      await alice.types("#test", "good \x02morning\x02, café 🦀");
      const message = await heardOf(heard, "message");
      assert.equal(message.text, "good morning, café 🦀");
      assert.equal(message.rootBlock?.inner.case, "container");
      await actions.sendMessage(message.channelId, container([bold("you"), " too"]));
      await alice.sees("#test", "<seabird> \x02you\x02 too");

      await alice.types("#test", "seabird: are you there?");
      assert.equal((await heardOf(heard, "mention")).text, "are you there?");
      await alice.types("#test", "SEABIRD:");
      assert.equal((await heardOf(heard, "mention", 2)).text, "");

      await alice.types("#test", "\x01ACTION waves\x01");
      assert.equal((await heardOf(heard, "action")).text, "waves");
      await actions.performAction(onIrc("#test"), "waves back");
      await alice.sees("#test", "<seabird> \x01ACTION waves back\x01");

      await alice.raw("PRIVMSG SeaBird :just for you");
      const whisper = await heardOf(heard, "privateMessage");
      assert.equal(whisper.text, "just for you");
      await actions.sendPrivateMessage(whisper.user.id, "I heard it");
      await alice.sees("seabird", "<seabird> I heard it");
      await actions.performPrivateAction(whisper.user.id, "nods");
      await alice.sees("seabird", "\x01ACTION nods\x01");
    });

    test("what fails is told as the network tells it", async (t) => {
      const stage = await startIrcStage(t, kind);
      if (stage === undefined) return;
      const { alice, actions, backend } = stage;
      const bob = await stage.person("bob");
      await bob.join("#locked");
      await bob.raw("MODE #locked +k sesame");
      await bob.sees("#locked", "sesame");
      await bob.join("#invited");
      await bob.raw("MODE #invited +i");
      await bob.sees("#invited", "[+]i");
      await backend.ready();

      const send = (name: string) => refusalOf(actions.sendMessage(onIrc(name), "hi"));
      assert.match(await send("#nowhere"), /^unknown: 40[13] No such ./);
      assert.match(await send("nobody"), /^unknown: "nobody" is not a channel's name$/);
      const nobody = await refusalOf(actions.sendPrivateMessage(onIrc("nobody"), "hi"));
      assert.match(nobody, /^unknown: 401 No such ./);

      await alice.raw("MODE #test +m");
      await alice.sees("#test", "[+]m");
      assert.match(await send("#test"), /^unknown: 404 ./);
      await alice.raw("MODE #test +v seabird");
      await alice.sees("#test", "[+]v +seabird");
      assert.equal(await send("#test"), "");

      const join = (name: string) => refusalOf(actions.joinChannel(BACKEND, name));
      assert.match(await join("#locked"), /^unknown: 475 ./);
      assert.match(await join("#locked wrong"), /^unknown: 475 ./);
      assert.match(await join("#invited"), /^unknown: 473 ./);
      assert.match(await join("0"), /^unknown: "0" is not a channel's name$/);
      assert.equal(await join("#locked sesame"), "");

      const topic = await refusalOf(actions.updateChannelInfo(onIrc("#locked"), { topic: "mine" }));
      if (kind === "inspircd") assert.match(topic, /^unknown: 482 ./);
      else assert.equal(topic, "");
      const leave = await refusalOf(actions.leaveChannel(onIrc("#nowhere")));
      assert.match(leave, /^unknown: (403|442) ./);
    });

    test("channels come and go in core as they do on the network", async (t) => {
      const stage = await startIrcStage(t, kind);
      if (stage === undefined) return;
      const { alice, actions, backend } = stage;
      await backend.ready();
      const channels = async () => {
        const list = await actions.listChannels(BACKEND);
        return list.map(({ displayName, topic }) => `${displayName} ${topic}`.trim());
      };
      await waitFor("the first channel", async () => (await channels()).join() === "#test");

      await actions.joinChannel(BACKEND, "#New");
      assert.deepEqual(await channels(), ["#New", "#test"]);
      await actions.updateChannelInfo(onIrc("#New"), { topic: "fresh paint" });
      assert.deepEqual(await channels(), ["#New fresh paint", "#test"]);
      await actions.updateChannelInfo(onIrc("#new"), { topic: "fresh paint" });
      await actions.joinChannel(BACKEND, "#new");
      assert.deepEqual(await channels(), ["#New fresh paint", "#test"]);

      await alice.raw("TOPIC #test :alice says");
      await waitFor("alice's topic", async () => (await channels()).includes("#test alice says"));
      await alice.join("#New");
      await actions.leaveChannel(onIrc("#New"), { exitMessage: "so long" });
      assert.deepEqual(await channels(), ["#test alice says"]);
      await alice.sees("#new", "seabird.*(left|part)");

      await alice.raw("KICK #test seabird :out");
      await waitFor("the kick", async () => (await channels()).length === 0);
      const info = await actions.backendInfo(BACKEND);
      assert.equal(info.metadata["command_prefix"], "!");
    });

    test("long messages arrive whole, in order, cut at words", async (t) => {
      const stage = await startIrcStage(t, kind, { env: { IRC_LINE_INTERVAL_MS: "50" } });
      if (stage === undefined) return;
      const { alice, actions, backend } = stage;
      await backend.ready();
      const words = Array.from({ length: 250 }, (_, index) => `wörd${index}🦀`);
      await actions.sendMessage(onIrc("#test"), words.join(" "));
      await actions.sendMessage(onIrc("#test"), text`${fencedCode("one\ntwo")}${italics("three")}`);
      await alice.sees("#test", "<seabird> \x1dthree");
      const said = (await alice.lines("#test"))
        .filter((line) => line.includes("<seabird> "))
        .map((line) => line.slice(line.indexOf("<seabird> ") + "<seabird> ".length));
      assert.deepEqual(
        said.slice(0, -3).flatMap((line) => line.split(" ")),
        words,
      );
      assert.deepEqual(said.slice(-3, -1), ["\x11one", "\x11two"]);
    });
  });
}
