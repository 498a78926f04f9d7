/** What a send is answered with, by each of the three means a server may have. */
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { fencedCode, text } from "@seabird-chat/protocol";
import {
  BACKEND,
  heardOf,
  type IrcServerKind,
  onIrc,
  refusalOf,
  type StageOptions,
  startIrcStage,
} from "../support/irc-stage.ts";
import { waitFor } from "../support/irc-wait.ts";

const modules = (...names: readonly string[]) =>
  names.map((name) => `<module name="${name}">`).join("\n");

const ECHO = ["ircv3_ctctags", "ircv3_echomessage"];

interface Means {
  readonly name: string;
  readonly kind: IrcServerKind;
  readonly extra: string;
  /** Of our own line, as the backend's log has it at debug level. */
  readonly line: RegExp;
}

const MEANS: readonly Means[] = [
  { name: "a PING, on ngircd", kind: "ngircd", extra: "", line: /"PING :\w/ },
  {
    name: "echoes, on inspircd",
    kind: "inspircd",
    extra: modules(...ECHO),
    line: /"PRIVMSG #test :hi"/,
  },
  {
    name: "labels, on inspircd",
    kind: "inspircd",
    extra: modules(...ECHO, "ircv3_batch", "ircv3_labeledresponse"),
    line: /"@label=seabird-\d+ PRIVMSG #test :hi"/,
  },
];

for (const { name, kind, extra, line } of MEANS) {
  const start = (t: Parameters<typeof startIrcStage>[0], options: StageOptions = {}) =>
    startIrcStage(t, kind, { ...options, server: { extra } });

  suite(name, () => {
    test("+m, +n, +i, +k, +b and an absent nick, each with the server's words", async (t) => {
      const stage = await start(t, {
        env: { LOG_LEVEL: "debug" },
        prepare: async ({ alice }) => {
          for (const [channel, mode] of [
            ["#closed", "+n"],
            ["#invited", "+i"],
            ["#locked", "+k sesame"],
            ["#banned", "+b seabird!*@*"],
          ] as const) {
            await alice.join(channel);
            await alice.raw(`MODE ${channel} ${mode}`);
            // inspircd makes every channel so.
            if (mode !== "+n")
              await alice.sees(
                channel,
                mode.replace("+", "[+]").replace(" ", " +").replaceAll("*", "[*]"),
              );
          }
        },
      });
      if (stage === undefined) return;
      const { alice, actions, backend } = stage;
      await backend.ready();
      const send = (channel: string) => refusalOf(actions.sendMessage(onIrc(channel), "hi"));
      const join = (channel: string) => refusalOf(actions.joinChannel(BACKEND, channel));
      assert.equal(await send("#test"), "");
      assert.match(backend.log(), line);
      await alice.raw("MODE #test +m");
      await alice.sees("#test", "[+]m");
      assert.match(await send("#test"), /^unknown: 404 .*annot send/);
      assert.match(await send("#closed"), /^unknown: 404 .*annot send/);
      assert.match(await join("#invited"), /^unknown: 473 Cannot join channel/);
      assert.match(await join("#locked wrong"), /^unknown: 475 Cannot join channel/);
      assert.match(await join("#banned"), /^unknown: 474 Cannot join channel/);
      const absent = await refusalOf(actions.sendPrivateMessage(onIrc("nobody"), "hi"));
      assert.match(absent, /^unknown: 401 No such nick/);
      const action = await refusalOf(actions.performAction(onIrc("#test"), "waves"));
      assert.match(action, /^unknown: 404 .*annot send/);
      assert.equal(await join("#locked sesame"), "");
      assert.equal(await join("#locked"), "", "it is there already");
    });

    test("refused midway, it says after which line; several at once are told apart", async (t) => {
      const stage = await start(t, {
        env: { IRC_BURST_LINES: "1", IRC_LINE_INTERVAL_MS: "400" },
      });
      if (stage === undefined) return;
      const { alice, actions, backend } = stage;
      await backend.ready();
      await alice.sees("#test", "seabird.* has joined");
      const long = refusalOf(actions.sendMessage(onIrc("#test"), "1\n2\n3\n4\n5\n6\n7"));
      const next = refusalOf(actions.sendMessage(onIrc("#test"), "next"));
      const other = refusalOf(actions.sendPrivateMessage(onIrc("alice"), "psst"));
      await alice.sees("#test", "<seabird> 3");
      await alice.raw("MODE #test +m");
      const refusal = await long;
      const said = (await alice.lines("#test")).filter((each) => /<seabird> \d/.test(each)).length;
      assert.match(refusal, /^unknown: refused after line \d of 7: 404 .*annot send/);
      assert.ok(refusal.startsWith(`unknown: refused after line ${said} of 7:`), `${said} were`);
      assert.match(await next, /^unknown: 404 .*annot send/);
      assert.equal(await other, "");
    });

    test("said to somebody away, to ourselves, and as an action", async (t) => {
      const stage = await start(t);
      if (stage === undefined) return;
      const { alice, actions, backend } = stage;
      await backend.ready();
      await alice.raw("AWAY :at lunch");
      await alice.sees("", "marked as being away");
      const send = (nick: string) => refusalOf(actions.sendPrivateMessage(onIrc(nick), "hi"));
      assert.equal(await send("ALICE"), "");
      assert.equal(await send("seabird"), "");
      assert.equal(await refusalOf(actions.performAction(onIrc("#TEST"), "waves")), "");
      await alice.sees("#test", "ACTION waves");
      await alice.sees("seabird", "<seabird> hi");
    });

    test("a channel's operators: to them, from them", async (t) => {
      const stage = await start(t);
      if (stage === undefined) return;
      const { alice, actions, backend } = stage;
      await backend.ready();
      const heard = await stage.hear();
      await alice.raw("MODE #test +o seabird");
      await alice.sees("#test", "[+]o +seabird");
      if (kind === "ngircd") return; // It addresses no ranks.
      await alice.raw("PRIVMSG @#test :only you");
      const message = await heardOf(heard, "message");
      assert.equal(message.channelId, onIrc("@#test"));
      assert.equal(await refusalOf(actions.sendMessage(message.channelId, "yes")), "");
      await alice.sees("_#test", "<seabird> yes");
    });

    test("a NOTICE, a topic and none, code with its blank lines", async (t) => {
      const stage = await start(t);
      if (stage === undefined) return;
      const { alice, actions, backend } = stage;
      await backend.ready();
      const tags = { "irc/notice": "1" };
      assert.equal(await refusalOf(actions.sendMessage(onIrc("#test"), "note", { tags })), "");
      await alice.sees("#test", '-!- "note"');
      await alice.raw("MODE #test +o seabird");
      await alice.sees("#test", "[+]o +seabird");
      const topic = (words: string) =>
        refusalOf(actions.updateChannelInfo(onIrc("#test"), { topic: words }));
      const topics = async () => (await actions.listChannels(BACKEND)).map((each) => each.topic);
      assert.equal(await topic("fresh paint"), "");
      assert.deepEqual(await topics(), ["fresh paint"]);
      assert.equal(await topic(""), "");
      assert.deepEqual(await topics(), [""]);
      assert.equal(await topic(""), "", "there is none already");
      const code = fencedCode("if x:\n\n    go");
      assert.equal(await refusalOf(actions.sendMessage(onIrc("#test"), text`see${code}`)), "");
      await alice.sees("#test", "<seabird> \x11    go");
      const said = (await waitFor("all lines", () => alice.lines("#test"))).slice(-4);
      assert.deepEqual(
        said.map((each) => each.slice(each.indexOf("> ") + 2).trimEnd()),
        // ngircd takes the space of the blank line away, and hands on the line.
        ["see", "\x11if x:", "", "\x11    go"],
      );
    });
  });
}
