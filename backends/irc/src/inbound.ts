/** What happens on the network, as what core is told. Pure. */
import type {
  BackendChannel,
  IncomingChannelMessage,
  IncomingMessage,
} from "@seabird-chat/sdk/backend";
import { runsToBlock } from "./format.ts";
import { parseRuns, plainRuns, type Run } from "./formatting/runs.ts";
import { printable, tagsOf } from "./presence/event-tags.ts";
import type { IrcEvent } from "./presence/irc-state.ts";

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
