/** What people's keyboards type reaches a plugin's command through real IRC servers as they meant it. */
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { type RunningPlugin, startPlugin } from "@seabird-chat/sdk";
import { startCore } from "../support/core.ts";
import { startBot } from "../support/irc-bot.ts";
import { startInspircd, startNgircd } from "../support/irc-servers.ts";
import { IRC_SERVER_KINDS, type IrcServerKind } from "../support/irc-stage.ts";
import { painter, TYPED_ANSWERS, TYPED_LINES } from "../support/keyboards.ts";
import { RawIrcClient } from "../support/raw-irc-client.ts";
import { needPrograms } from "../support/servers.ts";

async function start(t: TestContext, kind: IrcServerKind) {
  const programs = needPrograms(t, kind);
  if (programs === undefined) return undefined;
  const server = await (kind === "inspircd" ? startInspircd : startNgircd)(programs[kind]);
  t.after(() => server.close());
  const core = await startCore({}, t);
  await startBot(t, core, server, { config: { line_interval_ms: 50 } });
  const token = await core.token(["plugin"], "painter");
  const running: RunningPlugin = startPlugin(painter, { url: core.url, token });
  t.after(() => running.close());
  await running.ready();
  const join = async (nick: string) => {
    const person = await RawIrcClient.connect(server.port, nick);
    t.after(() => person.close());
    person.say("JOIN #test");
    await person.hears(/ 366 /);
    return person;
  };
  return { ann: await join("ann"), bob: await join("bob"), running };
}

for (const kind of IRC_SERVER_KINDS) {
  test(`${kind}: commands, flags, lengths of time and answers as keyboards type them`, async (t) => {
    const stage = await start(t, kind);
    if (stage === undefined) return;
    const { ann, bob } = stage;
    const answers = new Map<string, number>();
    const expect = async (answer: string) => {
      const count = (answers.get(answer) ?? 0) + 1;
      answers.set(answer, count);
      await ann.hears(
        new RegExp(`^:seabird!.* PRIVMSG #test :${RegExp.escape(answer)}`, "u"),
        count,
      );
    };
    // In turn, since one who always answers at once is taken for a bot.
    for (const [index, [typed, answer]] of TYPED_LINES.entries()) {
      (index % 2 === 0 ? ann : bob).say(`PRIVMSG #test :${typed}`);
      await expect(answer.replace("NAME", index % 2 === 0 ? "ann" : "bob"));
    }
    for (const [index, [typed, answer]] of TYPED_ANSWERS.entries()) {
      const person = index % 2 === 0 ? ann : bob;
      person.say("PRIVMSG #test :!sure?");
      await expect(index % 2 === 0 ? "ann: sure?" : "bob: sure?");
      person.say(`PRIVMSG #test :${typed}`);
      await expect(answer);
    }
  });

  test(`${kind}: a person who pastes twelve commands at once is answered twelve times`, async (t) => {
    const stage = await start(t, kind);
    if (stage === undefined) return;
    const { ann, running } = stage;
    ann.say(...Array.from({ length: 12 }, (_, at) => `PRIVMSG #test :!ping ${at}`));
    await ann.hears(/^:seabird!.* PRIVMSG #test :pong \(11\)$/);
    ann.say("PRIVMSG #test :!ping after");
    await ann.hears(/^:seabird!.* PRIVMSG #test :pong \(after\)$/);
    assert.deepEqual([running.ignored.loops, running.ignored.list()], [0, []]);
  });
}
