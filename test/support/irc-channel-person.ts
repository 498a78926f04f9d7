/** A person in a channel on IRC: ii types, and a bare client beside it shows lines with their tags. */
import { type IrcMessage, parseMessage } from "../../backends/irc/src/message/irc-message.ts";
import type { ChannelPerson, Seen } from "./channel-person.ts";
import type { IrcPerson } from "./irc-person.ts";
import { RawIrcClient } from "./raw-irc-client.ts";

export interface IrcChannelPersonDeps {
  readonly person: IrcPerson;
  /** In the channel, with tags where the server has them. */
  readonly ear: RawIrcClient;
  readonly channel: string;
  /** The bot's nick. */
  readonly bot: string;
  readonly port: number;
  readonly hasTags: boolean;
  /** Closes what was opened at the end of the test. */
  readonly after: (close: () => void) => void;
}

export function ircChannelPerson(deps: IrcChannelPersonDeps): ChannelPerson {
  const { person, channel, bot, port, hasTags, after } = deps;
  const seen = new SeenLines(deps);
  const tagged = (tags: string, text: string) => person.raw(`@${tags} PRIVMSG ${channel} :${text}`);
  return {
    seen: () => seen.all(),
    say: (text) => person.types(channel, text),
    act: (text) => person.raw(`PRIVMSG ${channel} :\x01ACTION ${text}\x01`),
    format: ([bold, italics, struck, code]) =>
      person.types(channel, `\x02${bold}\x02 \x1d${italics}\x1d \x1e${struck}\x1e \x11${code}\x11`),
    mentionAnn: (text) => person.types(channel, `ann: ${text}`),
    ...(hasTags && {
      reply: (id, text) => tagged(`+draft/reply=${id}`, text),
      react: (id, emoji, removed) =>
        person.raw(
          `@+draft/${removed ? "un" : ""}react=${emoji};+draft/reply=${id} TAGMSG ${channel}`,
        ),
      type: () => person.raw(`@+typing=active TAGMSG ${channel}`),
    }),
    whisper: (text) => person.raw(`PRIVMSG ${bot} :${text}`),
    setTopic: (topic) => person.raw(`TOPIC ${channel} :${topic}`),
    shareTopic: () => person.raw(`MODE ${channel} -t`),
    async bringBob() {
      const bob = await RawIrcClient.connect(port, "bob");
      after(() => bob.close());
      bob.say(`JOIN ${channel}`);
      await bob.hears(/ 366 /);
    },
  };
}

/** Each line is parsed once. */
class SeenLines {
  readonly #deps: IrcChannelPersonDeps;
  readonly #seen: Seen[] = [];
  #read = 0;

  constructor(deps: IrcChannelPersonDeps) {
    this.#deps = deps;
  }

  all(): readonly Seen[] {
    const { lines } = this.#deps.ear;
    for (; this.#read < lines.length; this.#read++) {
      const message = parseMessage(lines[this.#read] ?? "");
      const { params, nick } = message;
      if (params[0]?.toLowerCase() !== this.#deps.channel) continue;
      const seen = toSeen(message);
      if (seen !== undefined) this.#seen.push({ isBot: nick === this.#deps.bot, ...seen });
    }
    return this.#seen;
  }
}

const ACTION = "\x01ACTION ";

function toSeen({ command, params, tags }: IrcMessage): Omit<Seen, "isBot"> | undefined {
  const [, text = ""] = params;
  const target = tags["+draft/reply"];
  const id = tags["msgid"] ?? "";
  if (command === "TOPIC") return { does: "sets the topic", id: "", text };
  if (command === "TAGMSG") {
    if (tags["+typing"] === "active") return { does: "types", id: "", text: "" };
    const [added, removed] = [tags["+draft/react"], tags["+draft/unreact"]];
    if (added !== undefined) return { does: "reacts", id: "", text: added, target };
    if (removed !== undefined) return { does: "takes back", id: "", text: removed, target };
    return undefined;
  }
  if (command !== "PRIVMSG" && command !== "NOTICE") return undefined;
  if (text.startsWith(ACTION)) {
    const acted = text.slice(ACTION.length).replaceAll("\x01", "");
    return { does: "acts", id, text: acted, target };
  }
  return { does: "says", id, text, target };
}
