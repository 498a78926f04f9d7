/** IRC on this machine: inspircd or ngircd, ii as the person, and a bare client that sees the ids. */
import { parseMessage } from "../../backends/irc/src/message/irc-message.ts";
import { ircChannelPerson } from "./irc-channel-person.ts";
import { IrcPerson } from "./irc-person.ts";
import { IRCV3_MODULES, type IrcServer, startInspircd, startNgircd } from "./irc-servers.ts";
import type { HeardMessage, LocalNetwork } from "./local-network.ts";
import { RawIrcClient } from "./raw-irc-client.ts";
import { needPrograms, type TestScope } from "./servers.ts";
import { TcpProxy } from "./tcp-proxy.ts";

const CHANNEL = "#tea";
const BOT = "seabird";

/** By inspircd, with tags and ids. Undefined after telling the test to skip. */
export async function startLocalIrc(t: TestScope): Promise<LocalNetwork | undefined> {
  const programs = needPrograms(t, "inspircd", "ii");
  if (programs === undefined) return undefined;
  const server = await startInspircd(programs.inspircd, { extra: IRCV3_MODULES });
  return await enterChannel(t, { server, ii: programs.ii, hasTags: true });
}

/** By ngircd, which has neither tags nor ids. Undefined after telling the test to skip. */
export async function startLocalNgircd(t: TestScope): Promise<LocalNetwork | undefined> {
  const programs = needPrograms(t, "ngircd", "ii");
  if (programs === undefined) return undefined;
  const server = await startNgircd(programs.ngircd);
  return await enterChannel(t, { server, ii: programs.ii, hasTags: false });
}

async function enterChannel(
  t: TestScope,
  { server, ii, hasTags }: { server: IrcServer; ii: string; hasTags: boolean },
): Promise<LocalNetwork> {
  t.after(() => server.close());
  const link = await TcpProxy.start(server.port, t);
  const person = await IrcPerson.connect(ii, { port: server.port, nick: "ann" });
  t.after(() => person.close());
  if (hasTags) await person.raw("CAP REQ :message-tags");
  await person.join(CHANNEL);
  // ii does not show the ids of messages.
  const ear = await RawIrcClient.connect(server.port, "ear");
  t.after(() => ear.close());
  if (hasTags) ear.say("CAP REQ :message-tags");
  ear.say(`JOIN ${CHANNEL}`);
  await ear.hears(/ 366 /);
  const heard = new HeardLines(ear);
  return {
    type: "irc",
    settings: {
      host: `irc://127.0.0.1:${link.port}`,
      nick: BOT,
      channels: [CHANNEL],
      // The server sets no pace, so that the traffic alone does.
      burst_lines: 1_000,
      reconnect_ms: 100,
    },
    channel: CHANNEL,
    link,
    person: ircChannelPerson({
      ...{ person, ear, channel: CHANNEL, bot: BOT, port: server.port, hasTags },
      after: (close) => t.after(close),
    }),
    keepsMessages: false,
    say: (text) => person.types(CHANNEL, text),
    react: (id, emoji, { removed } = { removed: false }) =>
      person.raw(
        `@+draft/${removed ? "un" : ""}react=${emoji};+draft/reply=${id} TAGMSG ${CHANNEL}`,
      ),
    open: ({ text }) => fetch(/http:\S+/.exec(text)?.[0] ?? ""),
    heard: (from) => heard.from(from),
  };
}

/** Each line is parsed once. */
class HeardLines {
  readonly #ear: RawIrcClient;
  readonly #heard: HeardMessage[] = [];
  #read = 0;

  constructor(ear: RawIrcClient) {
    this.#ear = ear;
  }

  from(index: number): readonly HeardMessage[] {
    for (; this.#read < this.#ear.lines.length; this.#read++) {
      const { nick, command, params, tags } = parseMessage(this.#ear.lines[this.#read] ?? "");
      if (nick !== BOT || command !== "PRIVMSG" || params[0] !== CHANNEL) continue;
      this.#heard.push({ id: tags["msgid"] ?? "", text: params[1] ?? "" });
    }
    return this.#heard.slice(index);
  }
}
