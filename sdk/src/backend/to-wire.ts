/** What authors give about people, places and messages, as protobuf. Pure; throws TypeErrors. */
import { inspect } from "node:util";
import { type Timestamp, timestampFromMs } from "@bufbuild/protobuf/wkt";
import {
  cutUtf8,
  MAX_EMOJI_BYTES,
  MAX_MESSAGE_ID_BYTES,
  MAX_REFERENCE_TEXT_BYTES,
  MAX_REFERRER_BYTES,
  MAX_USER_FIELD_BYTES,
  utf8Length,
} from "@seabird-chat/protocol";
import type { IncomingInfo } from "./incoming.ts";
import type { BackendEmoji, BackendUser, MessageReference, Target } from "./network-types.ts";

/** The years 1 to 9999, as in protobuf. */
const [MIN_MS, MAX_MS] = [-62_135_596_800_000, 253_402_300_799_999];

/** Text that is not empty, without halves of characters. */
export function needText(given: unknown, name: string): string {
  if (typeof given === "string" && given !== "") return given.toWellFormed();
  throw new TypeError(`${name} is ${given === "" ? "empty" : typeof given}`);
}

/** Empty for undefined and null. */
export function optionalText(given: unknown, name: string, maxBytes = Infinity): string {
  if (given === undefined || given === null || given === "") return "";
  const text = needText(given, name);
  const bytes = utf8Length(text);
  if (bytes <= maxBytes) return text;
  throw new TypeError(`${name} has ${bytes} bytes; allowed: ${maxBytes}`);
}

export function toMessageId(given: unknown, name: string): string {
  return optionalText(needText(given, name), name, MAX_MESSAGE_ID_BYTES);
}

export function toUser(given: string | BackendUser, name = "user") {
  if (typeof given === "string") {
    const id = needText(given, name);
    return { id, displayName: id };
  }
  if (typeof given !== "object" || given === null)
    throw new TypeError(`${name} is ${given === null ? "null" : typeof given}`);
  const id = needText(given.id, `${name}.id`);
  const field = (key: "avatarUrl" | "account") =>
    optionalText(given[key], `${name}.${key}`, MAX_USER_FIELD_BYTES);
  return {
    id,
    displayName: optionalText(given.displayName ?? id, `${name}.displayName`),
    avatarUrl: field("avatarUrl"),
    isBot: given.isBot === true,
    account: field("account"),
  };
}

export function toOptionalUser(given: string | BackendUser | undefined, name: string) {
  return given === undefined || given === null ? undefined : toUser(given, name);
}

export function toConversation(given: Target, name = "conversation") {
  if (typeof given !== "object" || given === null || !("id" in given)) {
    const wanted = 'give { kind: "channel", id }, or { kind: "user", id }';
    throw new TypeError(`${name} is ${inspect(given, { breakLength: Infinity })}; ${wanted}`);
  }
  const id = needText(given.id, `${name}.id`);
  const where = CONVERSATION_CASES[given.kind];
  if (where === undefined) {
    throw new TypeError(`${name}.kind is ${JSON.stringify(given.kind)}, not "channel" or "user"`);
  }
  return { where: { case: where, value: id } };
}

const CONVERSATION_CASES: { readonly [Kind in Target["kind"]]: "channelId" | "userId" } = {
  channel: "channelId",
  user: "userId",
};

/** Undefined if the network has said nothing about the message. */
export function toInfo({ id, sentAt, replyTo, referrer }: IncomingInfo) {
  const info = {
    id: optionalText(id, "id", MAX_MESSAGE_ID_BYTES),
    sentAt: sentAt === undefined || sentAt === null ? undefined : toTimestamp(sentAt, "sentAt"),
    replyTo: replyTo === undefined || replyTo === null ? undefined : toReference(replyTo),
    referrer: optionalText(referrer, "referrer", MAX_REFERRER_BYTES),
  };
  return Object.values(info).some((value) => value) ? info : undefined;
}

export function toEmoji(given: string | BackendEmoji) {
  const { text, id, url } = typeof given === "string" ? { text: given } : (given as BackendEmoji);
  return {
    text: optionalText(needText(text, "emoji.text"), "emoji.text", MAX_EMOJI_BYTES),
    id: optionalText(id, "emoji.id", MAX_EMOJI_BYTES),
    url: optionalText(url, "emoji.url"),
  };
}

function toReference({ messageId, author, text, conversation }: MessageReference) {
  return {
    messageId: toMessageId(messageId, "replyTo.messageId"),
    author: toOptionalUser(author, "replyTo.author"),
    text: cutUtf8(optionalText(text, "replyTo.text"), MAX_REFERENCE_TEXT_BYTES),
    conversation: conversation && toConversation(conversation, "replyTo.conversation"),
  };
}

function toTimestamp(given: Date | number, name: string): Timestamp {
  const ms =
    typeof given === "number" ? given : given instanceof Date ? given.getTime() : Number.NaN;
  if (ms >= MIN_MS && ms <= MAX_MS) return timestampFromMs(Math.round(ms));
  throw new TypeError(`${name} is no date: give a Date, or milliseconds since 1970`);
}
