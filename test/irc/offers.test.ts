/** What the bot declares and does as a scripted server's offers change; deletions, which no server at hand has. */
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import {
  type ScriptedConnection,
  ScriptedServer,
} from "../../backends/irc/test/scripted-server.ts";
import { startBot, startEar } from "../support/irc-bot.ts";
import { BACKEND, heardOf, onIrc } from "../support/irc-stage.ts";
import { waitFor } from "../support/irc-wait.ts";

const HERE = { channelId: onIrc("#test") };
const ME = ":seabird!~bird@example.org";
const TAGS = "message-tags echo-message cap-notify";

/** A server that offers these and echoes messages with ids. */
function offering(caps: string, isupport = "CHANTYPES=#") {
  let ids = 0;
  return (line: string, connection: ScriptedConnection): readonly string[] | undefined => {
    if (line.startsWith("CAP LS")) return [`:srv CAP * LS :${caps}`];
    const [, asked] = /^CAP REQ :(.*)$/.exec(line) ?? [];
    if (asked !== undefined) return [`:srv CAP * ACK :${asked}`];
    if (line === "CAP END") {
      const [first = "", ...rest] = connection.welcome();
      return [first, `:srv 005 seabird ${isupport} :are supported`, ...rest];
    }
    if (line.startsWith("USER ")) return [];
    const [, message] = /^(?:@\S+ )?(PRIVMSG .*)$/.exec(line) ?? [];
    if (message === undefined) return undefined;
    ids += 1;
    return [`@msgid=own-${ids} ${ME} ${message}`];
  };
}

async function startStage(t: TestContext, caps: string, isupport?: string) {
  const server = await ScriptedServer.listen();
  t.after(() => server.close());
  server.script = offering(caps, isupport);
  const ear = await startEar(t, undefined, ["messageDeleted"]);
  await startBot(t, ear.core, server);
  const connection = await server.connection(1);
  const declared = async () => (await ear.actions.backendInfo(BACKEND)).capabilities.features;
  const declares = (feature: keyof Awaited<ReturnType<typeof declared>>, support?: string) =>
    waitFor(`${feature} to be ${support}`, async () => (await declared())[feature] === support);
  return { ...ear, server, connection, declared, declares };
}

test("deletions both ways, one by one, and what the server refuses is named", async (t) => {
  const stage = await startStage(t, `${TAGS} draft/message-redaction`);
  const { connection, actions, heard, server } = stage;
  connection.say(":joe!u@h PRIVMSG #test :untagged", "@msgid=m1 :joe!u@h PRIVMSG #test :spam");
  await heardOf(heard, "message", 2);
  await stage.declares("delete", "partial");
  connection.say(":joe!u@h REDACT #test m1 :regretted", ":joe!u@h REDACT #test");
  const deleted = await heardOf(heard, "messageDeleted");
  assert.deepEqual(
    [deleted.conversation, deleted.messageIds, deleted.by?.id, deleted.reason, deleted.sender],
    [HERE, ["m1"], onIrc("joe"), "regretted", ""],
  );

  const before = server.script;
  server.script = (line, from) => {
    if (line.startsWith("REDACT #test m3")) {
      return [":srv FAIL REDACT UNKNOWN_MSGID #test m3 :No such message"];
    }
    return line.startsWith("REDACT ") ? [`${ME} ${line}`] : before(line, from);
  };
  const ids = ["m1", "m2", "m3", "two words"];
  const failed = await actions.deleteMessages(HERE, ids, { reason: "spam\r\nQUIT" });
  assert.deepEqual(failed, {
    m3: "UNKNOWN_MSGID No such message",
    "two words": "that is not an id of a message on IRC",
  });
  assert.deepEqual(
    connection.lines.filter((line) => line.includes("REDACT")),
    ["m1", "m2", "m3"].map((id) => `REDACT #test ${id} :spam QUIT`),
  );
  const own = await heardOf(heard, "messageDeleted", 2);
  assert.deepEqual([own.messageIds, own.sender], [["m1", "m2"], "ear"]);
  const sent = await actions.sendMessage(HERE.channelId, "oops");
  assert.deepEqual(sent.ids, ["own-1"]);
  await actions.sendPrivateMessage(onIrc("joe"), "the end");
  assert.equal(heard.filter(({ kind }) => kind === "messageDeleted").length, 2);
});

test("what the server offers and withdraws, and another one offers, is declared", async (t) => {
  const stage = await startStage(t, TAGS);
  const { connection, actions, server, declares, declared } = stage;
  assert.deepEqual(await declared(), {
    emoji: "partial",
    member: "full",
    members: "full",
    mention: "partial",
    message_ids: "partial",
    react: "full",
    reaction: "full",
    reply: "full",
    typing: "full",
    typing_events: "full",
    user_changed: "full",
  });
  await actions.sendMessage(HERE.channelId, "the echo shows that there are ids");
  await declares("message_ids", "full");
  connection.say(":srv 005 seabird CLIENTTAGDENY=draft/react :are supported");
  await declares("react");
  await declares("reply", "full");
  connection.say(":srv 005 seabird CLIENTTAGDENY=*,-draft/reply :are supported");
  await declares("typing");
  await declares("reply", "full");
  connection.say(":srv 005 seabird -CLIENTTAGDENY :are supported");
  await declares("react", "full");
  connection.say(":srv CAP seabird NEW :draft/message-redaction");
  await declares("delete", "partial");
  connection.say(":srv CAP seabird DEL :message-tags draft/message-redaction");
  await declares("message_ids");
  assert.deepEqual(Object.keys(await declared()).sort(), [
    "emoji",
    "member",
    "members",
    "mention",
    "user_changed",
  ]);
  connection.say(":srv CAP seabird NEW :message-tags");
  await declares("react", "full");

  server.script = offering("");
  connection.drop();
  await server.connection(2);
  await declares("react");
});

test("a server with tags and without ids: the first message shows it", async (t) => {
  const { connection, heard, declares, actions } = await startStage(t, "message-tags");
  await declares("message_ids", "partial");
  connection.say(":joe!u@h PRIVMSG #test :hello");
  assert.equal((await heardOf(heard, "message")).message.id, "");
  await declares("message_ids");
  await declares("reply");
  await declares("react");
  await declares("typing", "full");
  assert.deepEqual((await actions.sendMessage(HERE.channelId, "hi")).ids, []);
});
