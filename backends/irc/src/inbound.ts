/** Events of the network as events for core. Pure. */
import type {
  BackendChannel,
  IncomingChannelMessage,
  IncomingMessage,
} from "@seabird-chat/sdk/backend";
import { runsToBlock } from "./format.ts";
import { parseRuns, plainRuns, type Run } from "./formatting/runs.ts";
import type { IrcEvent, Origin } from "./state/irc-event.ts";

/** An event for core. Whether a message is a command or a mention, the SDK recognises. */
export type NetworkEvent =
  | { readonly kind: "message"; readonly message: IncomingChannelMessage }
  | { readonly kind: "action"; readonly message: IncomingChannelMessage }
  | { readonly kind: "privateMessage"; readonly message: IncomingMessage }
  | { readonly kind: "privateAction"; readonly message: IncomingMessage }
  | { readonly kind: "joined"; readonly channel: BackendChannel }
  | { readonly kind: "changed"; readonly channel: BackendChannel }
  | { readonly kind: "left"; readonly channelId: string };

/** Names on the network and their ids. */
export interface NetworkNames {
  isChannel(target: string): boolean;
  isMe(nick: string): boolean;
  /** The id of a channel, in whatever case it is spelled. */
  channelId(name: string): string;
  /** The id of the user with a nick, in whatever case it is spelled. */
  userId(nick: string): string;
}

/** undefined: core does not need it. */
export function toNetworkEvent(event: IrcEvent, names: NetworkNames): NetworkEvent | undefined {
  switch (event.kind) {
    case "joined":
    case "topic": {
      const { channel: displayName } = event;
      const channel = { id: names.channelId(displayName), displayName, topic: plain(event.topic) };
      return { kind: event.kind === "joined" ? "joined" : "changed", channel };
    }
    case "left":
      return { kind: "left", channelId: names.channelId(event.channel) };
    case "nick":
    case "query":
    case "invite":
      return undefined;
    case "message":
    case "action":
      return toMessage(event, names);
  }
}

type MessageEvent = Extract<IrcEvent, { kind: "message" | "action" }>;

function toMessage(event: MessageEvent, names: NetworkNames): NetworkEvent | undefined {
  const { kind, target, nick } = event;
  const runs = parseRuns(event.text);
  if (plainRuns(runs) === "") return undefined;
  const user = { id: names.userId(nick), displayName: printable(nick) };
  const message = { user, tags: tagsOf(event.origin), ...content(runs) };
  if (names.isMe(target)) {
    return { kind: kind === "message" ? "privateMessage" : "privateAction", message };
  }
  if (!names.isChannel(target)) return undefined;
  return { kind, message: { ...message, channel: names.channelId(target) } };
}

function content(runs: readonly Run[]): Pick<IncomingMessage, "text" | "block"> {
  const block = runsToBlock(runs);
  return block === undefined ? { text: plainRuns(runs) } : { block };
}

/** A topic has no blocks, so its formatting is dropped. */
function plain(topic: string): string {
  return plainRuns(parseRuns(topic));
}

/** Characters of a tag's value; a longer one is left out. */
const MAX_VALUE = 512;

/** The format of server-time (IRCv3); anything else is left out. */
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

/** A server may put control characters into a name; whoever shows it need not filter them. */
function printable(text: string): string {
  return text.toWellFormed().replaceAll(/\p{Cc}/gu, "\ufffd");
}
