/** What `send`, `edit` and `delete` return, as core gets it. Pure. */
import { inspect } from "node:util";
import type { MessageInitShape } from "@bufbuild/protobuf";
import {
  MAX_IDS_PER_SEND,
  MAX_MESSAGE_ID_BYTES,
  type SendResultSchema,
  utf8Length,
} from "@seabird-chat/protocol";
import { FEATURES } from "./capabilities.ts";

type Warn = (problem: string) => void;

/**
 * Undefined if nothing was returned. What is wrong is left out with a warning: the message has been
 * sent, so the request must not fail.
 */
export function toSendResult(
  returned: unknown,
  warn: Warn,
): MessageInitShape<typeof SendResultSchema> | undefined {
  // Such as the truth value of a socket's write.
  if (isMissing(returned) || typeof returned === "boolean") return undefined;
  const unknown = unknownIn(returned);
  if (unknown !== undefined) warn(`it is ${unknown}; return { ids: ["…"] }, or nothing`);
  if (typeof returned !== "object") return undefined;
  const { ids, channel, degraded } = returned as Readonly<Record<string, unknown>>;
  const messageIds = texts("ids", ids, warn).filter((id) => isMessageId(id, warn));
  if (messageIds.length > MAX_IDS_PER_SEND) {
    warn(`ids has ${messageIds.length} ids; core takes ${MAX_IDS_PER_SEND}`);
  }
  const features = texts("degraded", degraded, warn).flatMap((name) => {
    if (Object.hasOwn(FEATURES, name)) return FEATURES[name as keyof typeof FEATURES];
    warn(`degraded has an unknown feature ${JSON.stringify(name)}`);
    return [];
  });
  const result = {
    messageIds: messageIds.slice(0, MAX_IDS_PER_SEND),
    degraded: [...new Set(features)],
    channelId: texts("channel", isMissing(channel) ? [] : [channel], warn)[0] ?? "",
  };
  return Object.values(result).some((value) => value.length > 0) ? result : undefined;
}

/** The ids that could not be deleted; only those that were asked for. */
export function toFailedIds(
  returned: unknown,
  messageIds: readonly string[],
  warn: Warn,
): Record<string, string> {
  if (typeof returned !== "object" || returned === null) return {};
  const entries = Object.entries(returned).filter(([id]) => {
    if (messageIds.includes(id)) return true;
    warn(`delete returned an id that it was not asked to delete: ${JSON.stringify(id)}`);
    return false;
  });
  return Object.fromEntries(entries.map(([id, why]) => [id, String(why).toWellFormed()]));
}

/** What is returned in place of `{ ids, channel, degraded }`. */
function unknownIn(returned: unknown): string | undefined {
  const isOther = typeof returned !== "object" || returned === null || Array.isArray(returned);
  if (isOther) return inspect(returned, { breakLength: Infinity, maxStringLength: 40 });
  const names = Object.keys(returned);
  const isKnown = names.length === 0 || RESULT_FIELDS.some((name) => names.includes(name));
  return isKnown ? undefined : `an object with ${names.slice(0, 5).join(", ")}`;
}

const RESULT_FIELDS: readonly string[] = ["ids", "channel", "degraded"];

function texts(name: string, given: unknown, warn: Warn): readonly string[] {
  if (isMissing(given)) return [];
  if (!Array.isArray(given)) {
    warn(`${name} is ${typeof given}, not a list`);
    return [];
  }
  const fitting = given.filter((each) => typeof each === "string" && each !== "");
  if (fitting.length < given.length) warn(`${name} has a value that is no text, or empty`);
  return fitting.map((each: string) => each.toWellFormed());
}

function isMessageId(id: string, warn: Warn): boolean {
  const bytes = utf8Length(id);
  if (bytes <= MAX_MESSAGE_ID_BYTES) return true;
  warn(`a message id has ${bytes} bytes; allowed: ${MAX_MESSAGE_ID_BYTES}`);
  return false;
}

function isMissing(given: unknown): given is undefined | null {
  return given === undefined || given === null;
}
