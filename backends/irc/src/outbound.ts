/** What core asks, as lines of IRC and what to expect of them. Pure. */
import type {
  ChannelSend,
  JoinRequest,
  LeaveRequest,
  UpdateRequest,
  UserSend,
} from "@seabird/sdk/backend";
import { renderBlock } from "./format.ts";
import { MAX_NAME_BYTES, MAX_TEXT_BYTES } from "./limits.ts";
import { byteLength, MAX_LINE_BYTES } from "./line.ts";
import type { NetworkRules } from "./network-state.ts";
import { splitText } from "./split.ts";
import type { Expectation } from "./verdicts.ts";

/** What planning has to know of the network. */
export interface NetworkView {
  readonly rules: NetworkRules;
  isChannel(target: string): boolean;
  /** Bytes the server puts before our words when it hands them on. */
  prefixBytes(): number;
}

export type Plan =
  | { readonly target: string; readonly lines: readonly string[]; readonly expect: Expectation }
  /** Nothing is sent; the reason goes to the caller. */
  | { readonly refused: string };

/** What a CTCP ACTION adds around each line. */
const ACTION_BYTES = byteLength("\x01ACTION \x01");

export function planChannelSend(
  request: ChannelSend,
  as: "message" | "action",
  network: NetworkView,
): Plan {
  const { channelId } = request;
  if (!network.isChannel(channelId) || !isOneWord(channelId)) return notAChannel(channelId);
  return planSend(channelId, request, as, network);
}

export function planPrivateSend(
  request: UserSend,
  as: "message" | "action",
  network: NetworkView,
): Plan {
  const { userId } = request;
  if (!isNick(userId)) return { refused: `"${shown(userId)}" is not a nick` };
  return planSend(userId, request, as, network);
}

function planSend(
  target: string,
  { text, rootBlock }: Pick<ChannelSend, "text" | "rootBlock">,
  as: "message" | "action",
  network: NetworkView,
): Plan {
  const markup = rootBlock === undefined ? text : renderBlock(rootBlock);
  const bytes = byteLength(markup);
  if (bytes > MAX_TEXT_BYTES) {
    return { refused: `the message is ${bytes} bytes; at most ${MAX_TEXT_BYTES} fit on IRC` };
  }
  const around = as === "action" ? ACTION_BYTES : 0;
  const command = `PRIVMSG ${target} :`;
  const room = MAX_LINE_BYTES - network.prefixBytes() - byteLength(command) - around;
  const lines = splitText(withoutCtcp(markup), room).map((line) =>
    as === "action" ? `${command}\x01ACTION ${line}\x01` : command + line,
  );
  if (lines.length === 0) return { refused: "the message is empty" };
  return { target, lines, expect: { kind: "said" } };
}

/** `#channel`, or `#channel key`. */
export function planJoin({ channelName }: JoinRequest, network: NetworkView): Plan {
  const [channel = "", key, ...more] = channelName.split(" ");
  if (!isRealChannel(channel, network) || more.length > 0) return notAChannel(channelName);
  if (key !== undefined && !isKey(key)) return { refused: "that is not a channel key" };
  const line = key === undefined ? `JOIN ${channel}` : `JOIN ${channel} ${key}`;
  return { target: channel, lines: [line], expect: { kind: "joined", channel } };
}

export function planLeave({ channelId, exitMessage }: LeaveRequest, network: NetworkView): Plan {
  if (!isRealChannel(channelId, network)) return notAChannel(channelId);
  const message = oneLine(exitMessage);
  const line = message === "" ? `PART ${channelId}` : `PART ${channelId} :${message}`;
  return { target: channelId, lines: [line], expect: { kind: "left", channel: channelId } };
}

export function planTopic({ channelId, topic: given }: UpdateRequest, network: NetworkView): Plan {
  if (!isRealChannel(channelId, network)) return notAChannel(channelId);
  const topic = oneLine(given);
  const line = `TOPIC ${channelId} :${topic}`;
  const bytes = byteLength(topic);
  const room = MAX_LINE_BYTES - network.prefixBytes() - (byteLength(line) - bytes);
  const limit = Math.min(network.rules.maxTopicBytes ?? room, room);
  if (bytes > limit) {
    return { refused: `the topic is ${bytes} bytes; this network allows ${limit}` };
  }
  return { target: channelId, lines: [line], expect: { kind: "topic", channel: channelId, topic } };
}

/** Line breaks become spaces: what stands behind one must not become a command. */
function oneLine(text: string): string {
  return text
    .toWellFormed()
    .replaceAll("\0", "")
    .replace(/[\r\n]+/g, " ")
    .trim();
}

/** A message's own \x01 would make it a CTCP request. */
function withoutCtcp(text: string): string {
  return text.replaceAll("\x01", "");
}

function isRealChannel(name: string, { rules }: NetworkView): boolean {
  return name !== "" && rules.channelTypes.includes(name.charAt(0)) && isOneWord(name);
}

/** One parameter, and not the beginning of a list. */
function isOneWord(name: string): boolean {
  return name.length > 1 && byteLength(name) <= MAX_NAME_BYTES && !/[\s,\p{Cc}]/u.test(name);
}

/** No channel, no mask, no list, no server: somebody's name. */
function isNick(name: string): boolean {
  return (
    name !== "" &&
    byteLength(name) <= MAX_NAME_BYTES &&
    /^[^\s\p{Cc},:#&$@%+~!*?.][^\s\p{Cc},!@*?]*$/u.test(name)
  );
}

/** What may follow a channel's name in a JOIN. */
export function isKey(key: string): boolean {
  return key !== "" && !key.startsWith(":") && !/[\s,\p{Cc}]/u.test(key);
}

function notAChannel(name: string): Plan {
  return { refused: `"${shown(name)}" is not a channel's name` };
}

function shown(name: string): string {
  return name.length > 60 ? `${name.slice(0, 60)}…` : name;
}
