/** What `seabird tail` shows of an event, and which events its filters let through. Pure. */
import { parseBackendId, parseId } from "@seabird-chat/protocol";
import type { PluginEvent } from "@seabird-chat/sdk";

export const EVENT_KINDS = [
  "message",
  "mention",
  "command",
  "action",
  "privateMessage",
  "privateAction",
  "sendMessage",
  "performAction",
  "sendPrivateMessage",
  "performPrivateAction",
] as const;

/** An event laid flat: one shape for all kinds. */
export interface EventLine {
  readonly kind: PluginEvent["kind"];
  /** The channel's id; for private kinds the person's. Empty if the backend gave none. */
  readonly place: string;
  /** Who spoke: the person's display name, or for sends the token's name. */
  readonly sender: string;
  /** The person's id; empty for sends. */
  readonly senderId: string;
  readonly text: string;
}

export interface TailFilter {
  readonly kinds: ReadonlySet<string>;
  readonly channels: readonly string[];
  readonly backends: readonly string[];
  readonly senders: readonly string[];
}

export function eventLine(event: PluginEvent): EventLine {
  switch (event.kind) {
    case "message":
    case "mention":
    case "action":
      return { ...spoken(event), place: event.channelId, text: event.text };
    case "command": {
      const text = event.arg === "" ? event.command : `${event.command} ${event.arg}`;
      return { ...spoken(event), place: event.channelId, text };
    }
    case "privateMessage":
    case "privateAction":
      return { ...spoken(event), place: event.user.id, text: event.text };
    case "sendMessage":
    case "performAction":
      return { ...sent(event), place: event.channelId, text: event.text };
    case "sendPrivateMessage":
    case "performPrivateAction":
      return { ...sent(event), place: event.userId, text: event.text };
    case "unknown":
      return { kind: "unknown", place: "", sender: "", senderId: "", text: "" };
  }
}

type Spoken = Extract<PluginEvent, { readonly user: unknown }>;
type Sent = Extract<PluginEvent, { readonly sender: string }>;

function spoken({ kind, user }: Spoken): Omit<EventLine, "place" | "text"> {
  return { kind, sender: user.displayName || lastSegment(user.id), senderId: user.id };
}

function sent({ kind, sender }: Sent): Omit<EventLine, "place" | "text"> {
  return { kind, sender, senderId: "" };
}

/** Each given filter must hold; of one filter's values any. */
export function passes(line: EventLine, filter: TailFilter): boolean {
  const { kinds, channels, backends, senders } = filter;
  if (kinds.size > 0 && !kinds.has(line.kind)) return false;
  if (channels.length > 0 && !channels.some((id) => isSamePlace(id, line.place))) return false;
  if (backends.length > 0 && !backends.some((id) => isInside(id, line.place))) return false;
  return (
    senders.length === 0 ||
    senders.some((who) => who === line.sender || isSamePlace(who, line.senderId))
  );
}

/** The name inside a backend, for people: `#chan` of `irc://seabird/%23chan`. */
export function lastSegment(id: string): string {
  return parseId(id)?.relative ?? id;
}

/** The same id however it is escaped; or the bare name of it, as `#chan`. */
function isSamePlace(wanted: string, id: string): boolean {
  if (wanted === id) return true;
  const have = parseId(id);
  const want = parseId(wanted);
  if (want === undefined) return have?.relative === wanted;
  return have?.type === want.type && have.id === want.id && have.relative === want.relative;
}

/** `irc://seabird`, or a network alone: `irc`. */
function isInside(backend: string, id: string): boolean {
  const have = parseId(id);
  const want = parseBackendId(backend);
  if (want === undefined) return have?.type === backend;
  return have?.type === want.type && have.id === want.id;
}

/** `private_message` and `privateMessage` are the same kind; undefined if it is none. */
export function readKind(text: string): string | undefined {
  const flat = text.replaceAll(/[_-]/g, "").toLowerCase();
  return EVENT_KINDS.find((kind) => kind.toLowerCase() === flat);
}
