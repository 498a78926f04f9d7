/** Requests of core as events of Matrix, which are data. Pure. */
import { type Block, walkBlocks } from "@seabird-chat/protocol";
import type { Feature } from "@seabird-chat/sdk/backend";
import type { MatrixText } from "./format.ts";
import type { JsonObject } from "./json-value.ts";
import { idIn, mediaIdIn } from "./matrix-ids.ts";
import {
  type FileBlock,
  filesOf,
  isLink,
  type UploadedFile,
  withoutFiles,
} from "./outbound/files.ts";
import { mediaEvent, textFields } from "./outbound/media-content.ts";
import { type MentionsContent, newMentions, toMentions } from "./outbound/mentions.ts";
import { type Profile, profileFields, toHtml, withFallback } from "./outbound/persona.ts";
import { splitBlock } from "./outbound/split-block.ts";

/**
 * Bytes of an event's content as JSON. A whole event has at most 65,536 (specification: client-server
 * API, "Size limits"); what the server adds to it takes less than the rest.
 */
export const MAX_CONTENT_BYTES = 60_000;
/** Events that one message becomes at most; a longer one is refused. */
export const MAX_EVENTS = 20;
/** Bytes of text that one message may have. */
export const MAX_TEXT_BYTES = 256 * 1024;

/** Blocks of a message: a longer one would take too long to write. */
const MAX_BLOCKS = 20_000;

/** With the value `1` a message is sent as m.notice, which programs do not answer. */
export const NOTICE_TAG = "matrix/notice";

export interface PlannedEvent {
  readonly type: "m.room.message" | "m.sticker" | "m.reaction";
  readonly content: JsonObject;
}

/** How a message relates to others. */
export interface Relation {
  /** The message that it answers. */
  readonly replyTo?: string | undefined;
  readonly thread?: {
    readonly rootId: string;
    /** Its newest message, which clients without threads show as answered. */
    readonly latestId: string;
  };
}

export interface Outgoing {
  readonly kind: "message" | "action";
  readonly block: Block;
  readonly tags: Readonly<Record<string, string>>;
  /** Files that the server has; the others become text. */
  readonly files: ReadonlyMap<FileBlock, UploadedFile>;
  readonly profile?: Profile | undefined;
  readonly relation?: Relation | undefined;
  /** Whether the bot may notify everyone in the room. */
  readonly mayNotifyRoom: boolean;
}

export interface PlannedSend {
  readonly events: readonly PlannedEvent[];
  readonly degraded: readonly Feature[];
}

/** Nothing is sent; the caller gets the reason. */
export interface RefusedPlan {
  readonly refused: string;
}

/** Formatting of Matrix: a body without it, and as HTML if there is any. */
export type WriteBlock = (block: Block) => MatrixText;

/** The message's text comes first, then its files; a single file takes the text as its caption. */
export function planSend(outgoing: Outgoing, write: WriteBlock): PlannedSend | RefusedPlan {
  return plan(outgoing, write, MAX_CONTENT_BYTES);
}

/**
 * The events that stand in the place of the old ones, in order. Each holds its content twice: as what
 * it is now, and for clients that do not know edits.
 */
export function planEdit(outgoing: Outgoing, write: WriteBlock): PlannedSend | RefusedPlan {
  return plan(outgoing, write, Math.floor(MAX_CONTENT_BYTES / 2));
}

function plan(outgoing: Outgoing, write: WriteBlock, maxBytes: number): PlannedSend | RefusedPlan {
  const { block, files } = outgoing;
  const textBytes = Buffer.byteLength(block.plain);
  if (textBytes > MAX_TEXT_BYTES) return tooLong(textBytes);
  if (hasMoreThan(MAX_BLOCKS, block)) {
    return { refused: `the message has more than ${MAX_BLOCKS} blocks` };
  }
  const words = withoutFiles(block, (file) => files.has(file));
  const pieces = words === undefined ? [] : piecesOf(words, outgoing, write, maxBytes);
  if (pieces === undefined) return tooLong(textBytes);
  const attached = filesOf(block).filter((file) => files.has(file));
  const events = [...captioned(pieces, attached, outgoing, write)];
  if (events.length === 0) return { refused: "the message is empty" };
  if (events.length > MAX_EVENTS) return tooLong(textBytes);
  const related = events.map(({ type, content }, index) => ({
    type,
    content: { ...content, ...relationOf(outgoing.relation, index === 0) },
  }));
  if (related.some(({ content }) => jsonBytes(content) > maxBytes)) return tooLong(textBytes);
  return { events: related, degraded: degradedOf(outgoing) };
}

/** What every piece has besides its words: how it relates to others, and a file's own fields. */
const RELATION_BYTES = 1_024;
const FILE_BYTES = 4_096;

/** The words as blocks that fit into events; none if there are none; undefined: they are too long. */
function piecesOf(
  words: Block,
  outgoing: Outgoing,
  write: WriteBlock,
  maxBytes: number,
): readonly Block[] | undefined {
  const { body, formattedBody } = write(words);
  if (body.trim() === "") return [];
  const hasHtml = formattedBody !== undefined || outgoing.profile !== undefined;
  return splitBlock(words, {
    maxBytes: maxBytes - RELATION_BYTES - (outgoing.files.size > 0 ? FILE_BYTES : 0),
    maxPieces: MAX_EVENTS,
    sizeOf: (each) => jsonBytes(textContent(each, outgoing, write)),
    shareOf(each) {
      const said = write(each);
      const html = hasHtml ? (said.formattedBody ?? toHtml(said.body)) : "";
      return jsonBytes([said.body, html, ...said.mentions.userIds]) - '["",""]'.length;
    },
  });
}

function* captioned(
  pieces: readonly Block[],
  files: readonly FileBlock[],
  outgoing: Outgoing,
  write: WriteBlock,
): Generator<PlannedEvent> {
  const [words, ...more] = pieces;
  const [file, ...others] = files;
  const uploadedOf = (each: FileBlock) => outgoing.files.get(each) as UploadedFile;
  if (words && file && more.length + others.length === 0 && outgoing.kind === "message") {
    const { mentions, ...caption } = write(words);
    const said = withFallback(caption, outgoing.profile);
    const { type, content } = mediaEvent(file, uploadedOf(file), said);
    yield {
      type,
      content: {
        ...content,
        ...profileFields(outgoing.profile, true),
        "m.mentions": toMentions(mentions, outgoing.mayNotifyRoom),
      },
    };
    return;
  }
  for (const piece of pieces) {
    yield { type: "m.room.message", content: textContent(piece, outgoing, write) };
  }
  for (const each of files) {
    const { type, content } = mediaEvent(each, uploadedOf(each), undefined);
    yield {
      type,
      content: { ...content, ...profileFields(outgoing.profile, false), "m.mentions": {} },
    };
  }
}

function textContent(block: Block, outgoing: Outgoing, write: WriteBlock): JsonObject {
  const isNotice = outgoing.tags[NOTICE_TAG] === "1";
  const msgtype = outgoing.kind === "action" ? "m.emote" : isNotice ? "m.notice" : "m.text";
  const { mentions, ...said } = write(block);
  return {
    msgtype,
    ...textFields(withFallback(said, outgoing.profile)),
    ...profileFields(outgoing.profile, true),
    "m.mentions": toMentions(mentions, outgoing.mayNotifyRoom),
  };
}

/** An edit of a message, which a sticker cannot be the new content of: it becomes a picture. */
export function toReplacement(
  { content }: PlannedEvent,
  eventId: string,
  /** Whom it mentioned before: they are not notified again. */
  before: MentionsContent,
): PlannedEvent {
  const whole: JsonObject = { msgtype: "m.image", ...content };
  const { "m.relates_to": _, ...fresh } = whole;
  const { body, formatted_body: html } = content as { body: string; formatted_body?: string };
  return {
    type: "m.room.message",
    content: {
      ...fresh,
      body: `* ${body}`,
      ...(html !== undefined && { formatted_body: `* ${html}` }),
      "m.mentions": newMentions(content["m.mentions"] as MentionsContent, before),
      "m.new_content": fresh,
      "m.relates_to": { rel_type: "m.replace", event_id: eventId },
    },
  };
}

/** A relation belongs to the first event of a message; the thread to each. */
function relationOf(relation: Relation | undefined, isFirst: boolean): JsonObject {
  const { thread } = relation ?? {};
  const replyTo = isFirst ? relation?.replyTo : undefined;
  if (thread === undefined) {
    return replyTo === undefined
      ? {}
      : { "m.relates_to": { "m.in_reply_to": { event_id: replyTo } } };
  }
  return {
    "m.relates_to": {
      rel_type: "m.thread",
      event_id: thread.rootId,
      is_falling_back: replyTo === undefined,
      "m.in_reply_to": { event_id: replyTo ?? thread.latestId },
    },
  };
}

function degradedOf({ block, files, mayNotifyRoom }: Outgoing): readonly Feature[] {
  const degraded = new Set<Feature>();
  for (const { inner } of walkBlocks(block)) {
    if (inner.case === "attachment" && !files.has(inner.value) && !isLink(inner.value)) {
      degraded.add("attachment");
    }
    if (inner.case === "emoji" && inner.value.id + inner.value.url !== "") {
      if (mediaIdIn(inner.value.id) === undefined) degraded.add("emoji");
    }
    if (inner.case !== "mention") continue;
    const { target } = inner.value;
    if (target.case === "everyone" && target.value && !mayNotifyRoom) degraded.add("mention");
    if (target.case === "userId" && idIn(target.value, "@") === undefined) degraded.add("mention");
  }
  return [...degraded];
}

/** A picture of the server's own as a reaction is its `mxc://`, as MSC4027 has it. */
export function planReaction(messageId: string, key: string, name: string): PlannedEvent {
  const shortcode = mediaIdIn(key) !== undefined &&
    name !== "" && { "com.beeper.reaction.shortcode": name };
  const relation = { rel_type: "m.annotation", event_id: messageId, key };
  return { type: "m.reaction", content: { "m.relates_to": relation, ...shortcode } };
}

/** Undefined: the emoji has nothing that Matrix could show. */
export function reactionKey({ text, id }: { text: string; id: string }): string | undefined {
  return mediaIdIn(id) ?? (text === "" ? undefined : text);
}

function hasMoreThan(most: number, block: Block): boolean {
  let count = 0;
  for (const _ of walkBlocks(block)) if (++count > most) return true;
  return false;
}

function tooLong(bytes: number): RefusedPlan {
  const most = `${MAX_EVENTS} events of ${MAX_CONTENT_BYTES}`;
  return { refused: `the message, ${bytes} bytes of text, does not fit into ${most} bytes` };
}

function jsonBytes(content: JsonObject | readonly string[]): number {
  return Buffer.byteLength(JSON.stringify(content));
}
