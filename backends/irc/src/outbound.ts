/** Requests of core as lines of IRC, with their success conditions. Pure. */
import { type Block, innerBlocks, text as textBlock, walkBlocks } from "@seabird-chat/protocol";
import type { Target } from "@seabird-chat/sdk/backend";
import { stripCodes } from "./formatting/codes.ts";
import { renderBlock } from "./formatting/render.ts";
import { parseRuns, writeRuns } from "./formatting/runs.ts";
import { MIN_SPLIT_BYTES, splitLines } from "./formatting/split.ts";
import { type LineTags, lineProblem, withTags } from "./message/format-line.ts";
import { byteLength, MAX_NAME_BYTES } from "./message/line.ts";
import type { SuccessCondition } from "./requests/irc-request.ts";
import { CLIENT_TAGS } from "./state/client-tags.ts";
import { MAX_TOPIC_BYTES } from "./state/irc-state.ts";
import type { NetworkRules } from "./state/network-rules.ts";

/** Bytes of one message; a longer one is refused, since it could not be sent in the time that core waits. */
export const MAX_TEXT_BYTES = 64 * 1024;

interface Content {
  /** Without formatting. */
  readonly text: string;
  /** The same with its formatting. */
  readonly block?: Block | undefined;
  /** Of the request. */
  readonly tags: Readonly<Record<string, string>>;
  /** The message that it answers. */
  readonly replyTo?: { readonly messageId: string } | undefined;
  /** Why so many lines would be refused now, whatever is in them; undefined: they would not. */
  readonly refusalOf?: (lineCount: number) => string | undefined;
}

interface PlannedLines {
  /** The channel or user that it concerns. */
  readonly target: string;
  readonly lines: readonly string[];
  /** Of the first line. */
  readonly tags?: LineTags | undefined;
  readonly success: SuccessCondition;
}

/** The state of the network, as far as planning needs it. */
export interface NetworkView {
  readonly rules: NetworkRules;
  isChannel(target: string): boolean;
  /** Bytes of `:nick!user@host ` that the server puts before the bot's lines. */
  prefixBytes(): number;
  /** The nick of a user, as it is spelled; undefined: not known. */
  nickOf(userId: string): string | undefined;
}

export type Plan =
  | PlannedLines
  /** Nothing is sent; the caller gets the reason. */
  | { readonly refused: string };

/** With the value `1` a message is sent as NOTICE, which programs do not answer. */
export const NOTICE_TAG = "irc/notice";

/** What a CTCP ACTION adds around each line. */
const ACTION_BYTES = byteLength("\x01ACTION \x01");

export function planChannelSend(
  channelId: string,
  content: Content,
  as: "message" | "action",
  network: NetworkView,
): Plan {
  if (!network.isChannel(channelId) || !isOneWord(channelId)) return notAChannel(channelId);
  return planSend(channelId, content, as, network);
}

export function planPrivateSend(
  nick: string,
  content: Content,
  as: "message" | "action",
  network: NetworkView,
): Plan {
  if (!isNick(nick)) return { refused: `"${shown(nick)}" is not a nick` };
  return planSend(nick, content, as, network);
}

function planSend(
  target: string,
  { text, block = textBlock(text), tags, replyTo, refusalOf }: Content,
  as: "message" | "action",
  network: NetworkView,
): Plan {
  // Core allows fifty times as much: too much to render first.
  const bytes = Math.max(byteLength(text), byteLength(block.plain));
  if (bytes > MAX_TEXT_BYTES) {
    return { refused: `the message is ${bytes} bytes; at most ${MAX_TEXT_BYTES} fit on IRC` };
  }
  // Many long messages take seconds to render, of which none could be sent in time.
  const leastLines = Math.ceil(leastBytes(block) / network.rules.maxLineBytes);
  const refusal = leastLines > 1 ? refusalOf?.(leastLines) : undefined;
  if (refusal !== undefined) return { refused: refusal };
  const rendered = renderBlock(block, (mention) => nameOf(mention, network));
  if (rendered.length === 0) return { refused: "the message is empty" };
  // An action is a CTCP query; in a NOTICE it would be the answer to one.
  const command = tags[NOTICE_TAG] === "1" && as === "message" ? "NOTICE" : "PRIVMSG";
  const start = `${command} ${target} :`;
  const around = byteLength(start) + (as === "action" ? ACTION_BYTES : 0);
  const maxTextBytes = network.rules.maxLineBytes - network.prefixBytes() - around;
  if (maxTextBytes < MIN_SPLIT_BYTES)
    return { refused: "names so long leave no room for words in a line" };
  const lines = splitLines(rendered, maxTextBytes).map((line) =>
    as === "action" ? `${start}\x01ACTION ${line}\x01` : start + line,
  );
  const reply = replyTo && { tags: { [CLIENT_TAGS.reply]: replyTo.messageId } };
  return checked({ target, lines, success: { kind: "sent" }, ...reply }, network);
}

/** Bytes that a message has on IRC at least: rendering drops blanks, codes and the texts of mentions. */
function leastBytes(block: Block): number {
  let bytes = 0;
  const ahead = [block];
  for (let each = ahead.pop(); each !== undefined; each = ahead.pop()) {
    const { inner } = each;
    // A mention is written as a nick, which may be shorter than its text.
    if (inner.case === "mention") continue;
    if (inner.value !== undefined && "text" in inner.value) {
      if (inner.case !== "emoji") bytes += visibleUnits(stripCodes(inner.value.text));
      if (bytes > MAX_TEXT_BYTES) break;
    } else for (const child of innerBlocks(each)) ahead.push(child);
  }
  return bytes;
}

/** Blanks may be dropped at the end of a line. */
function visibleUnits(text: string): number {
  let count = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if ((code > 0x20 && code < 0x7f) || (code > 0xa0 && code < 0x1680) || code > 0x3000) count += 1;
  }
  return count;
}

/** A nick in the text notifies. Undefined, for `everyone`: the text alone. */
function nameOf({ inner }: Pick<Block, "inner">, network: Pick<NetworkView, "nickOf">) {
  const target = inner.case === "mention" ? inner.value.target : undefined;
  if (target?.case === "channelId") return isOneWord(target.value) ? target.value : undefined;
  if (target?.case !== "userId") return undefined;
  const nick = network.nickOf(target.value) ?? toNick(target.value);
  return isNick(nick) ? nick : undefined;
}

/** What IRC does not show of a message: mentions of everyone, and the pictures of emoji. */
export function degradedOf(block: Block): readonly ("mention" | "emoji")[] {
  const degraded = new Set<"mention" | "emoji">();
  for (const { inner } of walkBlocks(block)) {
    if (inner.case === "mention" && inner.value.target.case === "everyone") {
      degraded.add("mention");
    } else if (inner.case === "emoji" && (inner.value.id !== "" || inner.value.url !== "")) {
      degraded.add("emoji");
    }
  }
  return [...degraded];
}

/** Where `^` and `~` are the same letter, ids use `~`; but a nick may begin with `^` only. */
export function toNick(userId: string): string {
  return userId.replace(/^~/, "^");
}

/** The channel or nick that a line names. */
export function nameOfTarget({ kind, id }: Target): string {
  return kind === "channel" ? id : toNick(id);
}

/** A message of tags alone. */
export function planTags(to: Target, tags: LineTags, network: NetworkView): Plan {
  const target = nameOfTarget(to);
  if (!isTarget(to.kind, target, network)) return notATarget(to.kind, target);
  const success = { kind: "accepted" } as const;
  return checked({ target, lines: [`TAGMSG ${target}`], tags, success }, network);
}

export function planRedact(
  to: Target,
  messageId: string,
  reason: string,
  network: NetworkView,
): Plan {
  const target = nameOfTarget(to);
  if (!isTarget(to.kind, target, network)) return notATarget(to.kind, target);
  if (!isWord(messageId)) return { refused: "that is not an id of a message on IRC" };
  const why = oneLine(reason);
  const line = `REDACT ${target} ${messageId}${why === "" ? "" : ` :${why}`}`;
  return checked({ target, lines: [line], success: { kind: "accepted" } }, network);
}

/** A nick is no channel: who may write to channels alone would reach a person. */
function isTarget(kind: Target["kind"], name: string, network: NetworkView): boolean {
  return kind === "channel" ? network.isChannel(name) && isOneWord(name) : isNick(name);
}

function notATarget(kind: Target["kind"], name: string): Plan {
  return kind === "channel" ? notAChannel(name) : { refused: `"${shown(name)}" is not a nick` };
}

/** `#channel`, or `#channel key`. */
export function planJoin(channelName: string, network: NetworkView): Plan {
  const [channel = "", key, ...more] = channelName.split(" ");
  if (!isRealChannel(channel, network) || more.length > 0) return notAChannel(channelName);
  if (key !== undefined && !isKey(key)) return { refused: "that is not a channel key" };
  const line = key === undefined ? `JOIN ${channel}` : `JOIN ${channel} ${key}`;
  return checked({ target: channel, lines: [line], success: { kind: "joined", channel } }, network);
}

export function planLeave(channelId: string, exitMessage: string, network: NetworkView): Plan {
  if (!isRealChannel(channelId, network)) return notAChannel(channelId);
  const message = oneLine(exitMessage);
  const line = message === "" ? `PART ${channelId}` : `PART ${channelId} :${message}`;
  const success = { kind: "left", channel: channelId } as const;
  return checked({ target: channelId, lines: [line], success }, network);
}

export function planTopic(channelId: string, newTopic: string, network: NetworkView): Plan {
  if (!isRealChannel(channelId, network)) return notAChannel(channelId);
  const topic = oneLine(newTopic);
  const line = `TOPIC ${channelId} :${topic}`;
  const bytes = byteLength(topic);
  const around = byteLength(line) - bytes;
  const maxBytes = network.rules.maxLineBytes - network.prefixBytes() - around;
  // A longer topic is not tracked whole, so its success could not be seen.
  const limit = Math.min(network.rules.maxTopicBytes ?? maxBytes, maxBytes, MAX_TOPIC_BYTES);
  if (bytes > limit) {
    return { refused: `the topic is ${bytes} bytes; this network allows ${limit}` };
  }
  const success = { kind: "topic", channel: channelId, topic } as const;
  return checked({ target: channelId, lines: [line], success }, network);
}

/** Refuses a plan with an invalid line, such as one that is too long. */
function checked(plan: PlannedLines, { rules }: NetworkView): Plan {
  for (const [index, line] of plan.lines.entries()) {
    const whole = index === 0 && plan.tags !== undefined ? withTags(line, plan.tags) : line;
    const problem = lineProblem(whole, rules.maxLineBytes);
    if (problem !== undefined) return { refused: `not a line of IRC: ${problem}` };
  }
  return plan;
}

/**
 * Replaces line breaks by spaces, so that the text behind one cannot become a command. Formatting
 * stays as far as there are blocks for it; colours and other control characters are dropped.
 */
function oneLine(text: string): string {
  const line = text.toWellFormed().replace(/[\r\n]+/g, " ");
  return writeRuns(parseRuns(line)).trim();
}

function isRealChannel(name: string, { rules }: NetworkView): boolean {
  return isOneWord(name) && rules.channelTypes.includes(name.charAt(0));
}

/** One parameter, and not a list. */
function isOneWord(name: string): boolean {
  return name !== "" && byteLength(name) <= MAX_NAME_BYTES && !/[\s,\p{Cc}]/u.test(name);
}

/** The name of a user, not a channel, mask, list or server. */
function isNick(name: string): boolean {
  return (
    name !== "" &&
    byteLength(name) <= MAX_NAME_BYTES &&
    /^[^\s\p{Cc},:#&$@%+~!*?.][^\s\p{Cc},!@*?]*$/u.test(name)
  );
}

/** Whether it can follow a channel's name in a JOIN. */
export function isKey(key: string): boolean {
  return isWord(key) && !key.includes(",");
}

/** One parameter. */
function isWord(text: string): boolean {
  return text !== "" && !text.startsWith(":") && !/[\s\p{Cc}]/u.test(text);
}

function notAChannel(name: string): Plan {
  return { refused: `"${shown(name)}" is not a channel's name` };
}

function shown(name: string): string {
  return name.length > 60 ? `${name.slice(0, 60)}…` : name;
}
