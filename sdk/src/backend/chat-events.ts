/** What a backend reports, as ChatEvents: one row for each kind of event. Pure. */
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { type Block, type ChatEvent, ChatEventSchema } from "@seabird-chat/protocol";
import { contentToWire } from "../link/content.ts";

/** A person as the backend's network names them. */
export interface BackendUser {
  readonly id: string;
  /** Default: the id. */
  readonly displayName?: string | undefined;
}

interface Incoming {
  /** The id, or an object if the name that people see is another one. */
  readonly user: string | BackendUser;
  /** Protocol: tags in use. */
  readonly tags?: Readonly<Record<string, string>> | undefined;
}

/** A message from the network. Ids are the network's own. One of `text` and `block` is needed. */
export interface IncomingMessage extends Incoming {
  readonly text?: string | undefined;
  /** The same with its formatting; `text` is then ignored. */
  readonly block?: Block | undefined;
}

export interface IncomingChannelMessage extends IncomingMessage {
  readonly channel: string;
}

export interface IncomingCommand extends Incoming {
  readonly channel: string;
  /** Without prefix. */
  readonly command: string;
  readonly arg: string;
}

const EVENTS = {
  message: channelMessage,
  mention: channelMessage,
  action: channelMessage,
  privateMessage,
  privateAction: privateMessage,
  command,
};

export type IncomingKind = keyof typeof EVENTS;
export type IncomingOf<Kind extends IncomingKind> = Parameters<(typeof EVENTS)[Kind]>[0];

export const INCOMING_KINDS = Object.keys(EVENTS) as readonly IncomingKind[];

/** Throws a TypeError for what code without types gives, such as a message without text. */
export function chatEvent<Kind extends IncomingKind>(
  kind: Kind,
  incoming: IncomingOf<Kind>,
): ChatEvent {
  const toValue = EVENTS[kind] as (incoming: Incoming) => object;
  const inner = { case: kind, value: toValue(incoming) };
  const tags = Object.entries(incoming.tags ?? {}).filter(([, value]) => typeof value === "string");
  return create(ChatEventSchema, { inner, tags: Object.fromEntries(tags) } as EventInit);
}

type EventInit = MessageInitShape<typeof ChatEventSchema>;

function channelMessage(incoming: IncomingChannelMessage) {
  return { source: source(incoming), ...contentToWire(contentOf(incoming)) };
}

function privateMessage(incoming: IncomingMessage) {
  return { source: toUser(incoming.user), ...contentToWire(contentOf(incoming)) };
}

function command(incoming: IncomingCommand) {
  const { arg } = incoming;
  return { source: source(incoming), command: text(incoming.command, "command"), arg: String(arg) };
}

function source({ channel, user }: { channel: string; user: string | BackendUser }) {
  return { channelId: text(channel, "channel"), user: toUser(user) };
}

/** Throws a TypeError if there is neither text nor block. */
export function contentOf({ text, block }: IncomingMessage): string | Block {
  if (block !== undefined && block !== null) return block;
  if (typeof text !== "string") throw new TypeError(`text is ${typeof text}`);
  return text.toWellFormed();
}

function toUser(given: string | BackendUser): { id: string; displayName: string } {
  if (typeof given === "string") return { id: text(given, "user"), displayName: given };
  const id = text(given.id, "user.id");
  return { id, displayName: (given.displayName ?? id).toWellFormed() };
}

function text(given: unknown, name: string): string {
  if (typeof given === "string" && given !== "") return given.toWellFormed();
  throw new TypeError(`${name} is ${given === "" ? "empty" : typeof given}`);
}
