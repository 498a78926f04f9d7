/** The options of a send: what is wrong with them, and what of them is announced. */
import {
  cutUtf8,
  MAX_IDEMPOTENCY_KEY_BYTES,
  MAX_MESSAGE_ID_BYTES,
  MAX_REFERENCE_TEXT_BYTES,
  MAX_REFERRER_BYTES,
  MAX_USER_FIELD_BYTES,
  type MessageReference,
  type Persona,
  readConversation,
  type SendOptions,
} from "@seabird-chat/protocol";
import { withoutUserinfo } from "../codec/url-userinfo.ts";
import { fits } from "../codec/utf8.ts";
import { BrokerError } from "../errors.ts";
import { readTargetId } from "../registries/target-ids.ts";

/** Throws `bad_id` if an id in the options cannot be read. */
export function checkOptionIds({ replyTo }: SendOptions, maxAbsoluteIdBytes: number): void {
  const authorId = replyTo?.author?.id ?? "";
  if (authorId !== "") readTargetId("user_id of reply_to", authorId, maxAbsoluteIdBytes);
  const conversation = readConversation(replyTo?.conversation);
  if (conversation !== undefined) {
    readTargetId("conversation", conversation.id, maxAbsoluteIdBytes);
  }
}

/**
 * The caller's options without the key, without what is empty, and with the text of a reference
 * cut; `undefined` if there are none. Throws `bad_request` for what is longer than its bound.
 */
export function announcedOptions(options: SendOptions | undefined): SendOptions | undefined {
  if (options === undefined) return undefined;
  const { replyTo, startThread, persona, referrer, idempotencyKey } = options;
  checkBound("referrer", referrer, MAX_REFERRER_BYTES);
  checkBound("idempotency_key", idempotencyKey, MAX_IDEMPOTENCY_KEY_BYTES);
  const reference = replyTo && announcedReference(replyTo);
  const other = persona && announcedPersona(persona);
  if (reference === undefined && other === undefined && !startThread && referrer === "") {
    return undefined;
  }
  return {
    $typeName: "common.SendOptions",
    ...(reference && { replyTo: reference }),
    startThread,
    ...(other && { persona: other }),
    referrer,
    idempotencyKey: "",
  };
}

/** Without a message id it is no reply. */
function announcedReference(replyTo: MessageReference): MessageReference | undefined {
  const { messageId, author, text, conversation } = replyTo;
  checkBound("message_id", messageId, MAX_MESSAGE_ID_BYTES);
  if (author !== undefined) {
    checkBound("avatar_url", author.avatarUrl, MAX_USER_FIELD_BYTES);
    checkBound("account", author.account, MAX_USER_FIELD_BYTES);
  }
  if (messageId === "") return undefined;
  return {
    $typeName: "common.MessageReference",
    messageId,
    ...(author && { author: { ...author, avatarUrl: withoutUserinfo(author.avatarUrl) } }),
    text: cutUtf8(text, MAX_REFERENCE_TEXT_BYTES),
    ...(conversation && readConversation(conversation) && { conversation }),
  };
}

/** One without anything in it counts as none. */
export function isEmptyPersona({ id, displayName, avatarUrl }: Persona): boolean {
  return id === "" && displayName === "" && avatarUrl === "";
}

function announcedPersona(persona: Persona): Persona | undefined {
  const { id, avatarUrl } = persona;
  checkBound("id of a persona", id, MAX_MESSAGE_ID_BYTES);
  checkBound("avatar_url", avatarUrl, MAX_USER_FIELD_BYTES);
  if (isEmptyPersona(persona)) return undefined;
  return { ...persona, avatarUrl: withoutUserinfo(avatarUrl) };
}

function checkBound(field: string, value: string, maxBytes: number): void {
  if (fits(value, maxBytes)) return;
  throw new BrokerError("bad_request", `${field} may have ${maxBytes} bytes`);
}
