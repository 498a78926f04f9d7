/** What `seabird tail` shows of an event, and which events its filters let through. Pure. */
import { parseBackendId, parseId } from "@seabird-chat/protocol/ids";
import type { EventKind, PluginEvent } from "@seabird-chat/sdk";

/** What `--kind` takes: the SDK's `EVENT_KINDS`, which would load all of it before a command runs. */
const KINDS: Readonly<Partial<Record<Exclude<EventKind, "unknown">, true>>> = {
  message: true,
  mention: true,
  command: true,
  action: true,
  privateMessage: true,
  privateAction: true,
  sendMessage: true,
  performAction: true,
  sendPrivateMessage: true,
  performPrivateAction: true,
};

export const KIND_NAMES: readonly string[] = Object.keys(KINDS);

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
  const { kind } = event;
  const person = "user" in event ? event.user : undefined;
  const name = person && (person.displayName || lastSegment(person.id));
  return {
    kind,
    place: placeOf(event),
    sender: "sender" in event ? event.sender : (name ?? ""),
    senderId: person?.id ?? "",
    text: textOf(event),
  };
}

function placeOf(event: PluginEvent): string {
  if ("channelId" in event) return event.channelId;
  if ("userId" in event) return event.userId;
  return "user" in event ? event.user.id : "";
}

function textOf(event: PluginEvent): string {
  if ("text" in event) return event.text;
  if (!("command" in event)) return "";
  return event.arg === "" ? event.command : `${event.command} ${event.arg}`;
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

/** With its network, for people: `irc/libera #chan` of `irc://libera/%23chan`. */
export function shortPlace(id: string): string {
  const parsed = parseId(id);
  return parsed === undefined ? id : `${parsed.type}/${parsed.id} ${parsed.relative}`;
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
  return KIND_NAMES.find((kind) => kind.toLowerCase() === flat);
}
