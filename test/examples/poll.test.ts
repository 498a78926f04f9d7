/** A plugin that counts reactions: where messages can be edited, where they cannot, and without reactions. */
import { PassThrough } from "node:stream";
import { type TestContext, test } from "node:test";
import { createLog, startPlugin } from "@seabird-chat/sdk";
import { startBackend } from "@seabird-chat/sdk/backend";
import { parseMessage } from "../../backends/irc/src/message/irc-message.ts";
import { terminalBackend } from "../../backends/terminal/src/backend.ts";
import { poll } from "../../examples/poll.ts";
import type { TestCore } from "../support/core.ts";
import { startBot, startEar } from "../support/irc-bot.ts";
import { startNgircd } from "../support/irc-servers.ts";
import { waitFor } from "../support/irc-wait.ts";
import { startIrcv3Stage } from "../support/ircv3-stage.ts";
import { RawIrcClient } from "../support/raw-irc-client.ts";
import { needPrograms } from "../support/servers.ts";

const quiet = () => createLog({ name: "poll", stream: { write: () => undefined } });

async function startPoll(t: TestContext, core: TestCore): Promise<void> {
  const token = await core.token(["plugin"], "poll");
  const running = startPlugin(poll, { url: core.url, token, log: quiet() });
  t.after(() => running.close());
  await running.ready();
}

test("the poll counts reactions on inspircd, of a foreign client too, and says the score anew", async (t) => {
  const stage = await startIrcv3Stage(t);
  if (stage === undefined) return;
  const { core, alice, foreigner } = stage;
  const carol = await foreigner("carol");
  await startPoll(t, core);
  alice.say("PRIVMSG #test :!poll Tea?");
  const asked = parseMessage(await alice.hears(/:.*Tea\?.* React to vote\.$/));
  const id = asked.tags["msgid"];
  alice.say(`@+draft/react=👍;+draft/reply=${id} TAGMSG #test`);
  await alice.hears(/Tea\?\S* 👍 1$/);
  await carol.raw(`@+draft/react=👍;+draft/reply=${id} TAGMSG #test`);
  await alice.hears(/Tea\?\S* 👍 2$/);
  alice.say(`@+draft/unreact=👍;+draft/reply=${id} TAGMSG #test`);
  await alice.hears(/Tea\?\S* 👍 1$/, 2);
});

test("the poll edits its own message in the terminal's room", async (t) => {
  const { core } = await startEar(t);
  const [input, output] = [new PassThrough(), new PassThrough()];
  let shown = "";
  output.setEncoding("utf8").on("data", (text: string) => {
    shown += text;
  });
  const backend = startBackend(
    terminalBackend(() => ({ input, output, color: false })),
    {
      url: core.url,
      id: "local",
      token: await core.token(["backend:terminal/local"], "terminal"),
      config: { user: "ann", nick: "seabird", channel: "#terminal" },
      log: quiet(),
    },
  );
  t.after(() => backend.close());
  await backend.ready();
  await startPoll(t, core);
  const sees = (pattern: RegExp) =>
    waitFor(
      () => `${pattern} in ${shown}`,
      () => pattern.exec(shown) ?? undefined,
    );
  input.write("/ids on\n!poll Tea?\n");
  const [, number] = await sees(/^(\d+) <seabird> .*Tea\?.* React to vote\.$/m);
  input.write(`/react ${number} 👍\n`);
  await sees(new RegExp(`^\\* edited: ${number} <seabird> .*Tea\\?.* 👍 1$`, "m"));
  input.write(`/as bob\n/react ${number} 👍\n`);
  await sees(new RegExp(`^\\* edited: ${number} <seabird> .*Tea\\?.* 👍 2$`, "m"));
  input.write(`/unreact ${number} 👍\n/as ann\n/unreact ${number} 👍\n`);
  await sees(new RegExp(`^\\* edited: ${number} <seabird> .*Tea\\?.* Nobody yet\\.$`, "m"));
});

test("the poll says politely what ngircd does not tell it", async (t) => {
  const programs = needPrograms(t, "ngircd");
  if (programs === undefined) return;
  const server = await startNgircd(programs.ngircd);
  t.after(() => server.close());
  const { core } = await startEar(t);
  await startBot(t, core, server);
  await startPoll(t, core);
  const alice = await RawIrcClient.connect(server.port, "alice");
  t.after(() => alice.close());
  alice.say("JOIN #test", "PRIVMSG #test :!poll Tea?");
  await alice.hears(/:alice: irc:\/\/seabird does not tell me of reactions, so nobody can vote$/);
});
