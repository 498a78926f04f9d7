/** Events as objects, made of what was received. Pure. */
import type { SendOptions } from "@seabird-chat/protocol";
import type { Conversation } from "../link/message-reference.ts";
import type { ReceivedEvent } from "../link/received-event.ts";
import {
  EVENT_ROWS,
  type EventFieldValues,
  type EventRow,
  type LazyField,
  UNKNOWN_ROW,
} from "./event-rows.ts";
import {
  attachmentsIn,
  normal,
  type Person,
  type RepliedMessage,
  toDate,
  toReplied,
} from "./event-values.ts";
import type {
  ActivityEvent,
  MessageDeletedEvent,
  PluginEvent,
  ReplyableEvent,
  SentOptions,
} from "./events.ts";
import { lazyProperty, setHidden } from "./lazy-property.ts";

const RECEIVED = Symbol("received");
const INSPECT = Symbol.for("nodejs.util.inspect.custom");

/** The fields of an event that are decoded at once. */
abstract class EagerFields {
  readonly kind: PluginEvent["kind"];
  declare readonly [RECEIVED]: ReceivedEvent;

  constructor(received: ReceivedEvent, row: CompiledRow | undefined) {
    this.kind = row === undefined ? "unknown" : received.kind;
    setHidden(this, RECEIVED, received);
    row?.fill(this as EventFieldValues, received);
  }
}

/** An event as authors get it; what takes time to decode is decoded when it is read. */
export class EventFields extends EagerFields {
  constructor(received: ReceivedEvent) {
    const row = ROWS.get(received.kind);
    super(received, row);
    const { lazy } = row ?? UNKNOWN;
    for (let i = 0; i < lazy.length; i++) {
      const { name, descriptor } = lazy[i] as CompiledLazy;
      Object.defineProperty(this, name, descriptor);
    }
  }

  /** What `console.log` shows: the values, not that they are made when they are read. */
  [INSPECT](): object {
    return { ...this };
  }

  /** What an event was made of. */
  static receivedOf(event: PluginEvent): ReceivedEvent {
    return (event as PluginEvent & EagerFields)[RECEIVED];
  }
}

/**
 * An event that only the SDK itself reads: as above, but not to be spread, and with fields that its
 * kind has not. It is made for each event that may have a handler.
 */
class InnerEvent extends EagerFields {
  constructor(received: ReceivedEvent) {
    super(received, ROWS.get(received.kind));
  }
}

/** A message besides its content; its files are read when they are asked for. */
class MessageFields {
  readonly id: string;
  readonly sentAt: Date | undefined;
  readonly replyTo: RepliedMessage | undefined;
  readonly referrer: string;
  declare readonly [RECEIVED]: ReceivedEvent;

  constructor(received: ReceivedEvent) {
    const { info } = received;
    this.id = info?.id ?? "";
    this.sentAt = toDate(info?.sentAt);
    this.replyTo = toReplied(info?.replyTo);
    this.referrer = info?.referrer ?? "";
    setHidden(this, RECEIVED, received);
    Object.defineProperty(this, "attachments", ATTACHMENTS);
  }

  [INSPECT](): object {
    return { ...this };
  }
}

const ATTACHMENTS = cached<MessageFields>("attachments", ({ block }) => attachmentsIn(block));

const LAZY: { readonly [Name in LazyField]: PropertyDescriptor } = {
  rootBlock: lazy("rootBlock", ({ block }) => block),
  argBlock: lazy("argBlock", ({ block }) => block),
  message: cached("message", (received) => new MessageFields(received)),
  options: cached("options", sentOptions),
  sequence: lazy("sequence", ({ raw }) => raw.meta?.sequence),
  tags: lazy("tags", ({ tags }) => tags),
  raw: lazy("raw", ({ raw }) => raw),
};

interface CompiledLazy {
  readonly name: LazyField;
  readonly descriptor: PropertyDescriptor;
}

interface CompiledRow extends Pick<EventRow, "isSpeech" | "fill"> {
  readonly lazy: readonly CompiledLazy[];
}

const UNKNOWN = compiled(UNKNOWN_ROW);
const ROWS = new Map(Object.entries(EVENT_ROWS).map(([kind, row]) => [kind, compiled(row)]));

function compiled({ isSpeech, fill, lazy }: EventRow): CompiledRow {
  return { isSpeech, fill, lazy: lazy.map((name) => ({ name, descriptor: LAZY[name] })) };
}

Object.defineProperties(InnerEvent.prototype, LAZY);

function lazy(name: string, read: (received: ReceivedEvent) => unknown): PropertyDescriptor {
  return lazyProperty<EventFields>(name, function () {
    return read(this[RECEIVED]);
  });
}

/** The same object each time. */
function cached<Owner extends { readonly [RECEIVED]: ReceivedEvent }>(
  name: string,
  read: (received: ReceivedEvent) => unknown,
): PropertyDescriptor {
  return lazyProperty<Owner>(name, function () {
    const value = read(this[RECEIVED]);
    const own = { value, writable: true, enumerable: true, configurable: true };
    Object.defineProperty(this, name, own);
    return value;
  });
}

function sentOptions({ raw }: ReceivedEvent): SentOptions {
  const { options } = (raw.inner.value ?? {}) as { readonly options?: SendOptions };
  const { replyTo, startThread = false, persona } = options ?? {};
  return {
    replyTo: toReplied(replyTo),
    startThread,
    persona: persona && {
      id: persona.id,
      displayName: persona.displayName,
      avatarUrl: persona.avatarUrl,
    },
  };
}

export function toPluginEvent(received: ReceivedEvent): PluginEvent {
  return new EventFields(received) as EventFields & PluginEvent;
}

/** For the SDK itself: cheaper, and not to be spread. */
export function toInnerEvent(received: ReceivedEvent): PluginEvent {
  return new InnerEvent(received) as InnerEvent & PluginEvent;
}

/** Who said something, and where; `channelId` is empty in private. Undefined for what plugins send. */
export interface Speaker {
  readonly user: Person;
  readonly channelId: string;
}

/** The speaker of an event that nothing else is read of. */
export function speakerOf(received: ReceivedEvent): Speaker | undefined {
  if (ROWS.get(received.kind)?.isSpeech !== true) return undefined;
  const { channelId, userId, displayName } = received;
  const user = { id: normal(userId), displayName };
  return { user, channelId: channelId === "" ? "" : normal(channelId) };
}

export function isReplyable(event: PluginEvent): event is ReplyableEvent {
  return event.kind !== "unknown" && EVENT_ROWS[event.kind].isSpeech;
}

/** An event that somebody caused, and whom `reply` and its like answer. */
export type PersonalEvent = ReplyableEvent | ActivityEvent;

export function isPersonal(event: PluginEvent): event is PersonalEvent {
  return event.kind !== "unknown" && EVENT_ROWS[event.kind].isPersonal;
}

/** An event with a conversation in which it can be answered. */
export type AnswerableEvent = PersonalEvent | MessageDeletedEvent;

export function conversationOf(event: AnswerableEvent): Conversation {
  if ("conversation" in event) return event.conversation;
  return "channelId" in event ? { channelId: event.channelId } : { userId: event.user.id };
}

/** The channel, user or backend of an event; the events of one run in order. */
export function queueKeyOf(event: PluginEvent): string {
  if ("channelId" in event) return event.channelId;
  if ("conversation" in event) {
    const { conversation } = event;
    return "channelId" in conversation ? conversation.channelId : conversation.userId;
  }
  if ("userId" in event) return event.userId;
  if ("user" in event) return event.user.id;
  if ("channel" in event) return event.channel.id;
  return "backend" in event ? event.backend.id : "";
}
