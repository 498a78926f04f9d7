/** What happens on the network, as what core is told. Pure. */
import type {
  BackendChannel,
  IncomingChannelMessage,
  IncomingMessage,
} from "@seabird-chat/sdk/backend";
import { runsToBlock } from "./format.ts";
import { parseRuns, plainRuns, type Run } from "./formatting/runs.ts";
import type { IrcEvent, Origin } from "./presence/irc-event.ts";

/** One thing to tell core. Whether words are a command or a mention is the SDK's to see. */
export type NetworkEvent =
  | { readonly kind: "message"; readonly heard: IncomingChannelMessage }
  | { readonly kind: "action"; readonly heard: IncomingChannelMessage }
  | { readonly kind: "privateMessage"; readonly heard: IncomingMessage }
  | { readonly kind: "privateAction"; readonly heard: IncomingMessage }
  | { readonly kind: "joined"; readonly channel: BackendChannel }
  | { readonly kind: "changed"; readonly channel: BackendChannel }
  | { readonly kind: "left"; readonly channelId: string };

/** What reading a line has to know. */
export interface Reader {
  isChannel(target: string): boolean;
  isMe(nick: string): boolean;
  /** The one id of a channel, however it is spelled here. */
  channelId(name: string): string;
  /** The one id of whoever uses a nick, however it is spelled here. */
  userId(nick: string): string;
}

/** undefined: nothing that core has to know. */
export function toNetworkEvent(event: IrcEvent, reader: Reader): NetworkEvent | undefined {
  switch (event.kind) {
    case "joined":
    case "topic": {
      const { channel: displayName } = event;
      const channel = { id: reader.channelId(displayName), displayName, topic: plain(event.topic) };
      return { kind: event.kind === "joined" ? "joined" : "changed", channel };
    }
    case "left":
      return { kind: "left", channelId: reader.channelId(event.channel) };
    case "nick":
    case "query":
    case "invite":
      return undefined;
    case "message":
    case "action":
      return toldOfWords(event, reader);
  }
}

type Words = Extract<IrcEvent, { kind: "message" | "action" }>;

function toldOfWords(event: Words, reader: Reader): NetworkEvent | undefined {
  const { kind, target, nick } = event;
  const runs = parseRuns(event.text);
  if (plainRuns(runs) === "") return undefined;
  const user = { id: reader.userId(nick), displayName: printable(nick) };
  const heard = { user, tags: tagsOf(event.origin), ...content(runs) };
  if (reader.isMe(target)) {
    return { kind: kind === "message" ? "privateMessage" : "privateAction", heard };
  }
  if (!reader.isChannel(target)) return undefined;
  return { kind, heard: { ...heard, channel: reader.channelId(target) } };
}

function content(runs: readonly Run[]): Pick<IncomingMessage, "text" | "block"> {
  const block = runsToBlock(runs);
  return block === undefined ? { text: plainRuns(runs) } : { block };
}

/** A topic has no blocks; its formatting would be noise. */
function plain(topic: string): string {
  return plainRuns(parseRuns(topic));
}

/** Characters of a value; a longer one is a server's joke and is left out. */
const MAX_VALUE = 512;

/** What server-time may be (IRCv3): anything else is no time. */
const ISO_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z$/;

function tagsOf({ account, mask, msgid, time }: Origin): Record<string, string> {
  const rows = [
    ["irc/account", account],
    ["irc/mask", mask],
    ["irc/msgid", msgid],
    ["irc/time", time !== undefined && ISO_TIME.test(time) ? time : undefined],
  ] as const;
  const known = rows.filter(([, value]) => {
    return value !== undefined && value !== "" && value.length <= MAX_VALUE;
  });
  return Object.fromEntries(known.map(([name, value]) => [name, printable(value ?? "")]));
}

/** A server may put anything into a name; whoever shows it should not have to care. */
function printable(text: string): string {
  return text.toWellFormed().replaceAll(/\p{Cc}/gu, "\ufffd");
}
