/** Formatted text of Matrix as blocks, and back. Pure. */
import {
  type Block,
  type Content,
  contentBlock,
  type MentionTarget,
  mention,
  plainText,
  text,
  utf8Length,
  walkBlocks,
} from "@seabird-chat/protocol";
import type { Pill } from "./formatting/pills.ts";
import { readHtml } from "./formatting/read-html.ts";
import { isEveryone, writeHtml } from "./formatting/write-html.ts";
import { writePlain } from "./formatting/write-plain.ts";
import { isObject, type JsonObject, listIn, objectIn, textIn } from "./json-value.ts";
import { idIn } from "./matrix-ids.ts";

/** Blocks that have an HTML of their own. */
export const FORMATS = [
  "bold",
  "italics",
  "underline",
  "strikethrough",
  "inline_code",
  "fenced_code",
  "spoiler",
  "list",
  "link",
  "blockquote",
  "heading",
] as const;

/** Names that the HTML of a message needs, or has. */
export interface FormatNames {
  /** The channel that a room id or an alias stands for; undefined: none that the bot is in. */
  channelOf(roomIdOrAlias: string): string | undefined;
  /** The room id or alias of a channel, for a link to it. */
  roomOf(channelId: string): string | undefined;
}

/** The content of a message event, as far as it concerns its text. */
export interface MatrixText {
  /** For clients without formatting. */
  readonly body: string;
  /** HTML; undefined: nothing is formatted. */
  readonly formattedBody?: string | undefined;
  /** Whom it notifies: only those of mention blocks. */
  readonly mentions: { readonly userIds: readonly string[]; readonly notifiesRoom: boolean };
}

/** People that one message notifies; further ones are named only. */
const MAX_MENTIONS = 100;

/** Attachments are left out: they are events of their own. */
export function writeBlock(block: Block, names: Pick<FormatNames, "roomOf">): MatrixText {
  const formattedBody = writeHtml(block, names);
  const body = writePlain(block);
  const mentions = mentionsOf(block);
  return { body, mentions, ...(formattedBody !== undefined && { formattedBody }) };
}

function mentionsOf(root: Block): MatrixText["mentions"] {
  const userIds = new Set<string>();
  let notifiesRoom = false;
  for (const block of walkBlocks(root)) {
    if (isEveryone(block)) notifiesRoom = true;
    if (block.inner.case !== "mention" || block.inner.value.target.case !== "userId") continue;
    const id = idIn(block.inner.value.target.value, "@");
    if (id !== undefined && userIds.size < MAX_MENTIONS) userIds.add(id);
  }
  return { userIds: [...userIds], notifiesRoom };
}

export interface ReadOptions {
  /** Whether it is an answer, in front of which older clients quote what it answers. Default: false. */
  readonly isReply?: boolean | undefined;
  /** The persona's name where it stands in front too (MSC4144, `has_fallback`). Default: it does not. */
  readonly fallbackName?: string | undefined;
}

/**
 * `content`: of a message event, or its `m.new_content`. Undefined: there is no text in it.
 *
 * A link to a person is a mention if the message says that it notifies them, or does not say whom it
 * notifies, as older clients do. HTML that says nothing, or more than an event may have, is left
 * aside for the plain text.
 */
export function readContent(
  content: JsonObject,
  names: Pick<FormatNames, "channelOf">,
  options: ReadOptions = {},
): Block | undefined {
  const block = htmlBlock(content, names, options) ?? bodyBlock(content, options);
  return block !== undefined && plainText(block).trim() !== "" ? block : undefined;
}

const HTML = "org.matrix.custom.html";

function htmlBlock(
  content: JsonObject,
  { channelOf }: Pick<FormatNames, "channelOf">,
  { fallbackName }: ReadOptions,
): Block | undefined {
  const html = content["format"] === HTML ? textIn(content["formatted_body"]) : undefined;
  if (html === undefined) return undefined;
  const notified = notifiedBy(content);
  const read = readHtml(html, {
    mentionOf: (pill) => toTarget(pill, notified.userIds, channelOf),
    notifiesRoom: notified.notifiesRoom,
    hasPersonaFallback: fallbackName !== undefined,
  });
  return read && contentBlock(read);
}

interface Notified {
  /** Undefined: it does not say whom. */
  readonly userIds: ReadonlySet<unknown> | undefined;
  readonly notifiesRoom: boolean;
}

/** Specification: "User and room mentions". */
function notifiedBy(content: JsonObject): Notified {
  const given = content["m.mentions"];
  const { user_ids, room } = objectIn(given);
  const userIds = isObject(given) ? new Set(listIn(user_ids)) : undefined;
  return { userIds, notifiesRoom: room === true };
}

function toTarget(
  { kind, id }: Pill,
  notified: Notified["userIds"],
  channelOf: FormatNames["channelOf"],
): MentionTarget | undefined {
  if (kind === "user") return (notified?.has(id) ?? true) ? { userId: id } : undefined;
  const channelId = channelOf(id);
  return channelId === undefined ? undefined : { channelId };
}

/** Bytes of an event (specification: "Size limits"); a server that hands over more is not read. */
const MAX_BODY_BYTES = 65_536;

function bodyBlock(content: JsonObject, options: ReadOptions): Block | undefined {
  const given = textIn(content["body"]);
  if (given === undefined || given.length > MAX_BODY_BYTES) return undefined;
  if (utf8Length(given) > MAX_BODY_BYTES) return undefined;
  const body = withoutFallbacks(given, options);
  return notifiedBy(content).notifiesRoom ? contentBlock(withRoom(body)) : text(body);
}

/** The first `@room` is the one that notifies. */
function withRoom(body: string): Content {
  const at = body.indexOf(ROOM);
  if (at < 0) return body;
  return [body.slice(0, at), mention("everyone", ROOM), body.slice(at + ROOM.length)];
}

const ROOM = "@room";

/** Lines of a quote that names whom it quotes (specification before 1.13: "Fallbacks for rich replies"). */
const REPLY_FALLBACK = /^> (?:\* )?<@[^>\n]*>[^\n]*\n(?:>[^\n]*\n)*\n?/;

function withoutFallbacks(body: string, { isReply, fallbackName }: ReadOptions): string {
  const said = isReply === true ? body.replace(REPLY_FALLBACK, "") : body;
  const name = `${fallbackName}: `;
  return fallbackName !== undefined && said.startsWith(name) ? said.slice(name.length) : said;
}
