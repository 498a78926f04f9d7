/** What ids name: the backend, the channel, and the id's normal form. */
import { backendId, parseBackendId, parseId } from "@seabird-chat/protocol";
import { BoundedMap } from "../link/bounded-map.ts";
import type { Conversation } from "../link/message-reference.ts";
import { normalId } from "../link/normal-id.ts";

/** The backend that an event came from. */
export interface BackendRef {
  /** Absolute, such as `irc://libera`; empty if the event does not say. */
  readonly id: string;
  /** Such as `irc`. */
  readonly type: string;
}

export interface ChannelRef {
  /** Absolute, such as `irc://libera/%23seabird`. */
  readonly id: string;
  /** As its network writes it, such as `#seabird`. */
  readonly name: string;
}

interface Origin {
  readonly backend: BackendRef;
  /** Its id is in normal form; of a user's id, the user. */
  readonly channel: ChannelRef;
}

/** Ids whose origin is kept, since an event's ids are mostly those of earlier events. */
const MAX_KNOWN = 1_024;
/** Of a longer id it is not kept, which bounds the memory in bytes too. */
const MAX_KNOWN_CHARACTERS = 256;

const known = new BoundedMap<string, Origin>(MAX_KNOWN);

/** Of an id in any form. What is no id of a channel or user has itself as the channel. */
export function originOf(given: string): Origin {
  const found = known.get(given);
  if (found !== undefined) return found;
  const id = normalId(given);
  const name = parseId(given)?.relative ?? id;
  // Every event with this id gets the same objects.
  const origin = { backend: backendNamed(id), channel: Object.freeze({ id, name }) };
  if (given.length <= MAX_KNOWN_CHARACTERS) known.set(given, origin);
  return origin;
}

function backendNamed(id: string): BackendRef {
  const parsed = parseId(id) ?? parseBackendId(id);
  if (parsed === undefined) return NO_BACKEND;
  return Object.freeze({ id: backendId(parsed), type: parsed.type });
}

const NO_BACKEND: BackendRef = Object.freeze({ id: "", type: "" });

/** Of a conversation; it has a channel only if it is one. */
export function originIn(where: Conversation): Partial<Origin> & Pick<Origin, "backend"> {
  if ("channelId" in where) return originOf(where.channelId);
  return { backend: backendOf(where.userId) };
}

/** The backend of an absolute id. */
export function backendOf(id: string): BackendRef {
  return originOf(id).backend;
}
