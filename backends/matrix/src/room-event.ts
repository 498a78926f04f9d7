/** An event of a room, as a server hands it over: what is of another type than it should be is missing. */
import { type JsonObject, numberIn, objectIn, textIn } from "./json-value.ts";
import { idIn, mediaIdIn, shortTextIn } from "./matrix-ids.ts";

/** An event of a room, as far as all kinds have the same. */
export interface RoomEvent {
  readonly type: string;
  readonly id: string;
  readonly sender: string;
  readonly content: JsonObject;
  readonly sentAt: Date | undefined;
  readonly whole: JsonObject;
}

export function readEvent(event: unknown): RoomEvent | undefined {
  const whole = objectIn(event);
  const type = textIn(whole["type"]);
  const [id, sender] = [idIn(whole["event_id"], "$"), idIn(whole["sender"], "@")];
  if (type === undefined || id === undefined || sender === undefined) return undefined;
  const content = objectIn(whole["content"]);
  return { type, id, sender, content, sentAt: timeIn(whole["origin_server_ts"]), whole };
}

/** Milliseconds of the year 9999, the last that protobuf has. */
const MAX_TIME = 253_402_300_799_999;

function timeIn(value: unknown): Date | undefined {
  const time = numberIn(value);
  return time !== undefined && time >= 0 && time <= MAX_TIME ? new Date(time) : undefined;
}

/** How a message refers to others (specification: "Relationship types"). */
export interface Relations {
  /** The message that it replaces. */
  readonly replaces: string | undefined;
  /** The first message of its thread. */
  readonly threadRootId: string | undefined;
  /** The message that it answers. */
  readonly answers: string | undefined;
}

export function relationsOf(content: JsonObject): Relations {
  const relation = objectIn(content["m.relates_to"]);
  const related = idIn(relation["event_id"], "$");
  const kind = relation["rel_type"];
  const isInThread = kind === "m.thread" && related !== undefined;
  // In a thread, what clients without threads show as an answer is none.
  const isFallback = isInThread && relation["is_falling_back"] === true;
  return {
    replaces: kind === "m.replace" ? related : undefined,
    threadRootId: isInThread ? related : undefined,
    answers: isFallback ? undefined : idIn(objectIn(relation["m.in_reply_to"])["event_id"], "$"),
  };
}

/** Bytes of an emoji (protocol). */
const MAX_EMOJI_BYTES = 512;

/** One of the network's own is named by its picture (MSC4027). */
export function reactionIn(content: JsonObject) {
  const relation = objectIn(content["m.relates_to"]);
  const messageId = idIn(relation["event_id"], "$");
  const key = shortTextIn(relation["key"], MAX_EMOJI_BYTES);
  const isReaction = relation["rel_type"] === "m.annotation";
  if (!isReaction || messageId === undefined || key === undefined || /\p{Cc}/u.test(key)) {
    return undefined;
  }
  const id = mediaIdIn(key);
  const name = content["shortcode"] ?? content["com.beeper.reaction.shortcode"];
  const text = shortTextIn(name, MAX_EMOJI_BYTES) ?? ":emoji:";
  return { messageId, emoji: id === undefined ? { text: shortest(key) } : { text, id } };
}

/** Element asks for colours (U+FE0F) also where an emoji has them anyway: 👍 is one emoji, not two. */
function shortest(emoji: string): string {
  return emoji.replace(/(\p{Emoji_Presentation})\uFE0F/gu, "$1");
}
