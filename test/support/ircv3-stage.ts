/** A bot on inspircd with IRCv3, a person on a bare socket, and people with a foreign client. */
import type { TestContext } from "node:test";
import { parseMessage } from "../../backends/irc/src/message/irc-message.ts";
import { startBot, startEar } from "./irc-bot.ts";
import { IrcPerson } from "./irc-person.ts";
import { IRCV3_MODULES, startInspircd } from "./irc-servers.ts";
import { RawIrcClient } from "./raw-irc-client.ts";
import { needPrograms } from "./servers.ts";

/** Kinds of events that are reported of people and their messages, besides what they say. */
export const PEOPLE_KINDS = ["reaction", "typing", "member", "userChanged"] as const;

/** `extra`: more of the server's configuration. undefined: a program is missing. */
export async function startIrcv3Stage(t: TestContext, { extra = "" } = {}) {
  const programs = needPrograms(t, "inspircd", "ii");
  if (programs === undefined) return undefined;
  const server = await startInspircd(programs.inspircd, { extra: `${IRCV3_MODULES}\n${extra}` });
  t.after(() => server.close());
  const alice = await RawIrcClient.connect(server.port, "Alice");
  t.after(() => alice.close());
  alice.say("CAP REQ :message-tags account-tag echo-message", "JOIN #test");
  await alice.hears(/ 366 /);
  const ear = await startEar(t, undefined, PEOPLE_KINDS);
  await startBot(t, ear.core, server);
  /** Lines of the bot, parsed. */
  const seen = (command: string) =>
    alice.lines.map(parseMessage).filter((line) => {
      return line.nick === "seabird" && line.command === command;
    });
  const foreigner = async (nick: string) => {
    const person = await IrcPerson.connect(programs.ii, { port: server.port, nick });
    t.after(() => person.close());
    await person.raw("CAP REQ :message-tags");
    await person.join("#test");
    return person;
  };
  return { ...ear, server, alice, seen, foreigner };
}
