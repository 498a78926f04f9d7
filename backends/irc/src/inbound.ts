/** What happens on the network, as what core is told. Pure. */
import type {
  BackendChannel,
  ChannelSaid,
  CommandGiven,
  PrivatelySaid,
} from "@seabird/sdk/backend";
import { runsToBlock } from "./format.ts";
import type { IrcEvent } from "./network-state.ts";
import { parseRuns, plainRuns, type Run, trimRuns } from "./runs.ts";

/** One thing to tell core. Ids are the network's own names. */
export type Told =
  | { readonly kind: "message"; readonly said: ChannelSaid }
  | { readonly kind: "mention"; readonly said: ChannelSaid }
  | { readonly kind: "action"; readonly said: ChannelSaid }
  | { readonly kind: "privateMessage"; readonly said: PrivatelySaid }
  | { readonly kind: "privateAction"; readonly said: PrivatelySaid }
  | { readonly kind: "command"; readonly given: CommandGiven }
  | { readonly kind: "joined"; readonly channel: BackendChannel }
  | { readonly kind: "changed"; readonly channel: BackendChannel }
  | { readonly kind: "left"; readonly channelId: string };

/** What reading a line has to know. */
export interface Reader {
  readonly commandPrefix: string;
  readonly nick: string;
  isChannel(target: string): boolean;
  isMe(nick: string): boolean;
}

/** undefined: nothing that core has to know. */
export function toTold(event: IrcEvent, reader: Reader): Told | undefined {
  switch (event.kind) {
    case "joined":
      return { kind: "joined", channel: { id: event.channel, topic: plainTopic(event.topic) } };
    case "left":
      return { kind: "left", channelId: event.channel };
    case "topic":
      return { kind: "changed", channel: { id: event.channel, topic: plainTopic(event.topic) } };
    case "nick":
    case "query":
      return undefined;
    case "message":
    case "action":
      return toldOfWords(event, reader);
  }
}

type Words = Extract<IrcEvent, { kind: "message" | "action" }>;

function toldOfWords({ kind, target, nick, text }: Words, reader: Reader): Told | undefined {
  const runs = parseRuns(text);
  const plain = plainRuns(runs);
  if (plain === "") return undefined;
  const user = { id: nick };
  if (reader.isMe(target)) {
    const said = { user, content: toContent(runs) };
    return { kind: kind === "message" ? "privateMessage" : "privateAction", said };
  }
  if (!reader.isChannel(target)) return undefined;
  const channelId = target;
  if (kind === "action") return { kind, said: { channelId, user, content: toContent(runs) } };
  const command = parseCommand(plain, reader.commandPrefix);
  if (command !== undefined) return { kind: "command", given: { channelId, user, ...command } };
  const named = mentionLength(plain, reader);
  if (named === undefined) return { kind, said: { channelId, user, content: toContent(runs) } };
  const rest = toContent(trimRuns(runs, named));
  return { kind: "mention", said: { channelId, user, content: rest } };
}

function toContent(runs: readonly Run[]) {
  return runsToBlock(runs) ?? plainRuns(runs);
}

/** A topic has no blocks; its formatting would be noise. */
function plainTopic(topic: string): string {
  return plainRuns(parseRuns(topic));
}

/** `!roll 2d6` is "roll" and "2d6"; a prefix alone, repeated or followed by a space is just text. */
export function parseCommand(
  plain: string,
  prefix: string,
): { command: string; arg: string } | undefined {
  if (!plain.startsWith(prefix)) return undefined;
  const rest = plain.slice(prefix.length);
  const command = /^\S*/.exec(rest)?.[0] ?? "";
  if (command === "" || command.startsWith(prefix)) return undefined;
  return { command, arg: rest.slice(command.length).trim() };
}

/** Code units of `nick:` at the beginning of a message to us: our nick and one sign, then a space or the end. */
export function mentionLength(plain: string, reader: Reader): number | undefined {
  const length = reader.nick.length;
  if (!reader.isMe(plain.slice(0, length))) return undefined;
  const sign = /^[\p{P}\p{S}](?=\s|$)/u.exec(plain.slice(length));
  return sign === null ? undefined : length + sign[0].length;
}
