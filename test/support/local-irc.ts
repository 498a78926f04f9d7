/** IRC on this machine: inspircd, ii as the person, and a bare client that sees the ids. */
import { parseMessage } from "../../backends/irc/src/message/irc-message.ts";
import { IrcPerson } from "./irc-person.ts";
import { IRCV3_MODULES, startInspircd } from "./irc-servers.ts";
import type { HeardMessage, LocalNetwork } from "./local-network.ts";
import { RawIrcClient } from "./raw-irc-client.ts";
import { needPrograms, type TestScope } from "./servers.ts";
import { TcpProxy } from "./tcp-proxy.ts";

const CHANNEL = "#tea";
const BOT = "seabird";

/** Undefined after telling the test to skip. */
export async function startLocalIrc(t: TestScope): Promise<LocalNetwork | undefined> {
  const programs = needPrograms(t, "inspircd", "ii");
  if (programs === undefined) return undefined;
  const server = await startInspircd(programs.inspircd, { extra: IRCV3_MODULES });
  t.after(() => server.close());
  const link = await TcpProxy.start(server.port, t);
  const person = await IrcPerson.connect(programs.ii, { port: server.port, nick: "ann" });
  t.after(() => person.close());
  await person.raw("CAP REQ :message-tags");
  await person.join(CHANNEL);
  // ii does not show the ids of messages.
  const ear = await RawIrcClient.connect(server.port, "ear");
  t.after(() => ear.close());
  ear.say("CAP REQ :message-tags", `JOIN ${CHANNEL}`);
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
