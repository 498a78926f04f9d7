/** What `seabird tail` shows of an event, and which events its filters let through. Pure. */
import { parseBackendId, parseId } from "@seabird-chat/protocol/ids";
import type { EventKind, PluginEvent } from "@seabird-chat/sdk";

/** What `--kind` takes: the SDK's `EVENT_KINDS`, which would load all of it before a command runs. */
const KINDS: Readonly<Record<Exclude<EventKind, "unknown">, true>> = {
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
  messageEdited: true,
  messageDeleted: true,
  reaction: true,
  typing: true,
  member: true,
  userChanged: true,
  channel: true,
  backend: true,
  sendResult: true,
};

export const KIND_NAMES = Object.keys(KINDS) as readonly (keyof typeof KINDS)[];

/** An event laid flat: one shape for all kinds. */
export interface EventLine {
  readonly kind: PluginEvent["kind"];
  /** The channel's id; in private the person's; of a backend its own. Empty if there is none. */
  readonly place: string;
  /** Who did it: the person's display name, or the name of a plugin's token. */
  readonly sender: string;
  /** The person's id; empty for plugins. */
  readonly senderId: string;
  /** The ids of the messages that it is, or that it is about. */
  readonly ids: readonly string[];
  readonly text: string;
}

export interface TailFilter {
  /** Empty: all but `typing`. */
  readonly kinds: ReadonlySet<string>;
  readonly channels: readonly string[];
  readonly backends: readonly string[];
  readonly senders: readonly string[];
}

export function eventLine(event: PluginEvent): EventLine {
  const person = personOf(event);
  const name = person && (person.displayName || lastSegment(person.id));
  const token = "sender" in event ? event.sender : "";
  return {
    kind: event.kind,
    place: placeOf(event),
    sender: token || (name ?? ""),
    senderId: token === "" ? (person?.id ?? "") : "",
    ids: idsOf(event),
    text: textOf(event),
  };
}

function personOf(event: PluginEvent) {
  if ("user" in event) return event.user;
  return "by" in event ? event.by : undefined;
}

function placeOf(event: PluginEvent): string {
  if ("channelId" in event) return event.channelId;
  if ("userId" in event) return event.userId;
  if ("conversation" in event) {
    const { conversation } = event;
    return "userId" in conversation ? conversation.userId : conversation.channelId;
  }
  if ("channel" in event) return event.channel.id;
  if ("backend" in event) return event.backend.id;
  return "user" in event ? event.user.id : "";
}

function idsOf(event: PluginEvent): readonly string[] {
  if ("messageIds" in event) return event.messageIds;
  const id = "messageId" in event ? event.messageId : "message" in event ? event.message.id : "";
  return id === "" ? [] : [id];
}

function textOf(event: PluginEvent): string {
  if ("text" in event) return event.text;
  switch (event.kind) {
    case "command":
      return event.arg === "" ? event.command : `${event.command} ${event.arg}`;
    case "reaction":
      return event.emoji.text;
    case "userChanged":
      return event.user.displayName;
    case "channel":
      return event.channel.topic;
    case "sendResult":
      return event.error;
    default:
      return "reason" in event ? event.reason : "";
  }
}

/** Each given filter must hold; of one filter's values any. */
export function passes(line: EventLine, filter: TailFilter): boolean {
  const { kinds, channels, backends, senders } = filter;
  if (kinds.size === 0 ? line.kind === "typing" : !kinds.has(line.kind)) return false;
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

/** `irc://seabird`, or a network alone: `irc`. The id may be the backend's own. */
function isInside(backend: string, id: string): boolean {
  const have = parseId(id) ?? parseBackendId(id);
  const want = parseBackendId(backend);
  if (want === undefined) return have?.type === backend;
  return have?.type === want.type && have.id === want.id;
}

/** `private_message` and `privateMessage` are the same kind; undefined if it is none. */
export function readKind(text: string): (typeof KIND_NAMES)[number] | undefined {
  const flat = text.replaceAll(/[_-]/g, "").toLowerCase();
  return KIND_NAMES.find((kind) => kind.toLowerCase() === flat);
}
