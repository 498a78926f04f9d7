/**
 * The table of what becomes of a backend's events, by kind: it is published to every stream, it
 * changes the list of channels, or it only answers. `ingest-session.ts` feeds it.
 */
import {
  BlockError,
  type ChannelSource,
  type ChatEvent,
  type Event,
  encodePart,
  normaliseMessage,
  ORIGINAL_FORMAT_TAG,
  type Tags,
  type User,
  withoutCoreTags,
} from "@seabird-chat/protocol";
import { type EncodedEvent, encodeEvent } from "./codec/encode-event.ts";
import { fits } from "./codec/utf8.ts";
import type { DropReason } from "./observer.ts";
import type { ResolvedBrokerOptions } from "./options.ts";
import type { Backend } from "./registries/backends.ts";

type Inner = ChatEvent["inner"];
type Kind = NonNullable<Inner["case"]>;
type Value<K extends Kind> = Extract<Inner, { case: K }>["value"];

/** What an event is processed with. */
export interface IngestContext {
  readonly backend: Backend;
  /** What its absolute ids begin with: `irc://seabird/`. */
  readonly idPrefix: string;
  readonly options: ResolvedBrokerOptions;
  publish(event: EncodedEvent): void;
}

/** An event that comes to nothing, and why; only that event is lost. */
export class Dropped {
  readonly reason: DropReason;
  readonly detail: string;

  constructor(reason: DropReason, detail: string) {
    this.reason = reason;
    this.detail = detail;
  }
}

type Fate<K extends Kind> = (
  value: Value<K>,
  tags: Tags,
  context: IngestContext,
) => Dropped | undefined;

/** Nothing but an answer: whether it found its request is the session's to know. */
const onlyAnswers = (): undefined => undefined;

export const FATES: { readonly [K in Exclude<Kind, "hello">]: Fate<K> } = {
  success: onlyAnswers,
  failed: onlyAnswers,
  metadata: onlyAnswers,
  message: (value, tags, context) => say({ case: "message", value }, tags, context),
  privateMessage: (value, tags, context) => say({ case: "privateMessage", value }, tags, context),
  mention: (value, tags, context) => say({ case: "mention", value }, tags, context),
  action: (value, tags, context) => say({ case: "action", value }, tags, context),
  privateAction: (value, tags, context) => say({ case: "privateAction", value }, tags, context),
  command: (value, tags, context) =>
    absoluteSource(value.source, context) ??
    publish({ case: "command", value }, withoutCoreTags(tags), context),
  joinChannel: ({ channelId: relativeId, displayName, topic }, _, { backend }) =>
    refusal(backend.channels.join({ relativeId, displayName, topic })),
  leaveChannel: ({ channelId }, _, { backend }) => {
    backend.channels.leave(channelId);
    return undefined;
  },
  changeChannel: ({ channelId: relativeId, displayName, topic }, _, { backend }) =>
    refusal(backend.channels.change({ relativeId, displayName, topic })),
};

/** Processes an event that is no Hello. */
export function ingest({ inner, tags }: ChatEvent, context: IngestContext): Dropped | undefined {
  if (inner.case === undefined) return new Dropped("no_inner", "no kind that core knows");
  if (inner.case === "hello") return undefined;
  const fate = FATES[inner.case] as Fate<Kind>;
  return fate(inner.value, tags, context);
}

type Saying = Extract<
  Inner,
  { case: "message" | "privateMessage" | "mention" | "action" | "privateAction" }
>;

/** The five kinds that carry a text are normalised; the event's own message is changed in place. */
function say(saying: Saying, tags: Tags, context: IngestContext): Dropped | undefined {
  const { value } = saying;
  const badId = absoluteSource(value.source, context);
  if (badId !== undefined) return badId;
  try {
    const { text, rootBlock, format, bytes } = normaliseMessage(value.text, value.rootBlock);
    if (bytes > context.options.maxMessageBytes) return tooLarge(bytes);
    value.text = text;
    value.rootBlock = rootBlock;
    const marked = { ...withoutCoreTags(tags), [ORIGINAL_FORMAT_TAG]: format };
    return publish(saying, marked, context);
  } catch (reason) {
    if (reason instanceof BlockError) return new Dropped("bad_block", reason.message);
    throw reason;
  }
}

function publish(inner: Event["inner"], tags: Tags, context: IngestContext): Dropped | undefined {
  const encoded = encodeEvent({ inner, tags });
  const bytes = encoded.message.length;
  if (bytes > context.options.maxMessageBytes) return tooLarge(bytes);
  context.publish(encoded);
  return undefined;
}

function tooLarge(bytes: number): Dropped {
  return new Dropped("too_large", `${bytes} bytes after normalising`);
}

/** Makes the ids in a source absolute, in place. A missing source stays missing. */
function absoluteSource(
  source: ChannelSource | User | undefined,
  context: IngestContext,
): Dropped | undefined {
  if (source === undefined) return undefined;
  if (source.$typeName === "common.User") return absoluteUser(source, context);
  const { channelId } = source;
  if (!fits(channelId, context.options.maxIdBytes)) return badId("channel");
  source.channelId = `${context.idPrefix}${encodePart(channelId)}`;
  return absoluteUser(source.user, context);
}

function absoluteUser(user: User | undefined, context: IngestContext): Dropped | undefined {
  if (user === undefined) return undefined;
  if (!fits(user.id, context.options.maxIdBytes)) return badId("user");
  user.id = `${context.idPrefix}${encodePart(user.id)}`;
  return undefined;
}

function badId(whose: string): Dropped {
  return new Dropped("bad_id", `the ${whose}'s id is too long`);
}

function refusal(tracked: ReturnType<Backend["channels"]["join"]>): Dropped | undefined {
  if (tracked === "tracked" || tracked === "unknown") return undefined;
  return new Dropped(tracked, "the channel's id is empty or too long, or there are too many");
}
