/** What core asks, as lines of IRC and what to expect of them. Pure. */
import { type Block, text as textBlock } from "@seabird-chat/protocol";
import { renderBlock } from "./formatting/render.ts";
import { parseRuns, writeRuns } from "./formatting/runs.ts";
import { MIN_SPLIT_BYTES, splitLines } from "./formatting/split.ts";
import { lineProblem } from "./message/format-line.ts";
import { byteLength } from "./message/line.ts";
import { MAX_NAME_BYTES, MAX_TOPIC_BYTES } from "./presence/irc-state.ts";
import type { NetworkRules } from "./presence/network-rules.ts";
import type { SuccessCondition } from "./requests/irc-request.ts";

/** Bytes of one message; a longer one is refused, since it could not be sent in the time that core waits. */
export const MAX_TEXT_BYTES = 64 * 1024;

interface WithTags {
  readonly tags: Readonly<Record<string, string>>;
}

interface Content extends WithTags {
  /** Without formatting. */
  readonly text: string;
  /** The same with its formatting. */
  readonly rootBlock?: Block | undefined;
}

interface ChannelSend extends Content {
  readonly channelId: string;
}

interface UserSend extends Content {
  readonly userId: string;
}

interface JoinRequest extends WithTags {
  readonly channelName: string;
}

interface LeaveRequest extends WithTags {
  readonly channelId: string;
  readonly exitMessage: string;
}

interface TopicRequest extends WithTags {
  readonly channelId: string;
  readonly topic: string;
}

interface PlannedLines {
  /** Whom it concerns. */
  readonly target: string;
  readonly lines: readonly string[];
  readonly success: SuccessCondition;
}

/** What planning has to know of the network. */
export interface NetworkView {
  readonly rules: NetworkRules;
  isChannel(target: string): boolean;
  /** Bytes the server puts before our words when it hands them on. */
  prefixBytes(): number;
}

export type Plan =
  | PlannedLines
  /** Nothing is sent; the reason goes to the caller. */
  | { readonly refused: string };

/** Set to `1`, a message goes out as a NOTICE, which other programs do not answer. */
export const NOTICE_TAG = "irc/notice";

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
  { text, rootBlock, tags }: ChannelSend | UserSend,
  as: "message" | "action",
  network: NetworkView,
): Plan {
  // What core lets through may be fifty times as much: too much to lay out first.
  const bytes = Math.max(byteLength(text), byteLength(rootBlock?.plain ?? ""));
  if (bytes > MAX_TEXT_BYTES) {
    return { refused: `the message is ${bytes} bytes; at most ${MAX_TEXT_BYTES} fit on IRC` };
  }
  const words = renderBlock(rootBlock ?? textBlock(text));
  if (words.length === 0) return { refused: "the message is empty" };
  // An action is a question of clients (CTCP); in a NOTICE it would be an answer to one.
  const command = tags[NOTICE_TAG] === "1" && as === "message" ? "NOTICE" : "PRIVMSG";
  const start = `${command} ${target} :`;
  const around = byteLength(start) + (as === "action" ? ACTION_BYTES : 0);
  const room = network.rules.maxLineBytes - network.prefixBytes() - around;
  if (room < MIN_SPLIT_BYTES) return { refused: "names so long leave no room for words in a line" };
  const lines = splitLines(words, room).map((line) =>
    as === "action" ? `${start}\x01ACTION ${line}\x01` : start + line,
  );
  return checked({ target, lines, success: { kind: "sent" } }, network);
}

/** `#channel`, or `#channel key`. */
export function planJoin({ channelName }: JoinRequest, network: NetworkView): Plan {
  const [channel = "", key, ...more] = channelName.split(" ");
  if (!isRealChannel(channel, network) || more.length > 0) return notAChannel(channelName);
  if (key !== undefined && !isKey(key)) return { refused: "that is not a channel key" };
  const line = key === undefined ? `JOIN ${channel}` : `JOIN ${channel} ${key}`;
  return checked({ target: channel, lines: [line], success: { kind: "joined", channel } }, network);
}

export function planLeave({ channelId, exitMessage }: LeaveRequest, network: NetworkView): Plan {
  if (!isRealChannel(channelId, network)) return notAChannel(channelId);
  const message = oneLine(exitMessage);
  const line = message === "" ? `PART ${channelId}` : `PART ${channelId} :${message}`;
  const success = { kind: "left", channel: channelId } as const;
  return checked({ target: channelId, lines: [line], success }, network);
}

export function planTopic({ channelId, topic: given }: TopicRequest, network: NetworkView): Plan {
  if (!isRealChannel(channelId, network)) return notAChannel(channelId);
  const topic = oneLine(given);
  const line = `TOPIC ${channelId} :${topic}`;
  const bytes = byteLength(topic);
  const around = byteLength(line) - bytes;
  const room = network.rules.maxLineBytes - network.prefixBytes() - around;
  // More is not kept in mind, and could not be seen to have come about.
  const limit = Math.min(network.rules.maxTopicBytes ?? room, room, MAX_TOPIC_BYTES);
  if (bytes > limit) {
    return { refused: `the topic is ${bytes} bytes; this network allows ${limit}` };
  }
  const success = { kind: "topic", channel: channelId, topic } as const;
  return checked({ target: channelId, lines: [line], success }, network);
}

/** What is no line of IRC, too long a one say, is not sent. */
function checked(plan: PlannedLines, { rules }: NetworkView): Plan {
  for (const line of plan.lines) {
    const problem = lineProblem(line, rules.maxLineBytes);
    if (problem !== undefined) return { refused: `not a line of IRC: ${problem}` };
  }
  return plan;
}

/**
 * Line breaks become spaces: what stands behind one must not become a command. Formatting stays as
 * far as IRC has blocks for it; colours and other control characters do not.
 */
function oneLine(text: string): string {
  const line = text.toWellFormed().replace(/[\r\n]+/g, " ");
  return writeRuns(parseRuns(line)).trim();
}

function isRealChannel(name: string, { rules }: NetworkView): boolean {
  return isOneWord(name) && rules.channelTypes.includes(name.charAt(0));
}

/** One parameter, and not the beginning of a list. */
function isOneWord(name: string): boolean {
  return name !== "" && byteLength(name) <= MAX_NAME_BYTES && !/[\s,\p{Cc}]/u.test(name);
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
