/** Ids in the one form in which they can be compared. */
import { absoluteId, backendId, parseBackendId, parseId } from "@seabird-chat/protocol";
import type { Conversation } from "./message-reference.ts";

/**
 * The id as core writes it: `irc://libera/#lobby` becomes `irc://libera/%23lobby`. Of a channel, a
 * user or a backend; what is none of them stays as it is.
 */
export function normalId(id: string): string {
  const parsed = parseId(id);
  if (parsed !== undefined) return absoluteId(parsed, parsed.relative);
  const backend = parseBackendId(id);
  return backend === undefined ? id : backendId(backend);
}

/**
 * The normal form of a channel's absolute id; undefined for what is none, such as the id of a backend
 * or a bare name.
 */
export function normalChannelId(text: string): string | undefined {
  const parsed = parseId(text.trim());
  if (parsed === undefined || [parsed.type, parsed.id, parsed.relative].includes(""))
    return undefined;
  return absoluteId(parsed, parsed.relative);
}

/** The backend of a channel or user; of an id that is none, the id itself. */
export function backendIdOf(where: Conversation): string {
  const id = "channelId" in where ? where.channelId : where.userId;
  const parsed = parseId(id);
  return parsed === undefined ? id : backendId(parsed);
}

/** Changes what was received a moment ago and belongs to this call. */
export function withNormalId<T extends { id: string }>(received: T): T {
  received.id = normalId(received.id);
  return received;
}
