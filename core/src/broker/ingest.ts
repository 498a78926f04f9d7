/**
 * The table of a backend's events, a row per kind: an event is published to every stream, changes
 * the list of channels, or only answers a request. `streams/backend-session.ts` applies it.
 */
import {
  BlockError,
  type ChannelSource,
  type ChatEvent,
  encodePart,
  normaliseMessage,
  ORIGINAL_FORMAT_TAG,
  type Tags,
  type User,
  withoutCoreTags,
} from "@seabird-chat/protocol";
import { type EncodedEvent, encodeEvent, type PublishedInner } from "./codec/encode-event.ts";
import { fits } from "./codec/utf8.ts";
import type { DropReason } from "./observer.ts";
import type { ResolvedBrokerOptions } from "./options.ts";
import type { Backend } from "./registries/backends.ts";

type Inner = ChatEvent["inner"];
type Kind = NonNullable<Inner["case"]>;
type Value<K extends Kind> = Extract<Inner, { case: K }>["value"];

/** The backend that sent an event, and where to publish it. */
export interface IngestContext {
  readonly backend: Backend;
  /** Prefix of the backend's absolute ids: `irc://seabird/`. */
  readonly idPrefix: string;
  readonly options: ResolvedBrokerOptions;
  publish(event: EncodedEvent): void;
}

/** Why an event was dropped. The backend's stream goes on. */
export class DropResult {
  readonly reason: DropReason;
  readonly detail: string;

  constructor(reason: DropReason, detail: string) {
    this.reason = reason;
    this.detail = detail;
  }
}

/** Handles one kind of event. It may change the event's own message in place. */
export type IngestHandler<K extends Kind> = (
  value: Value<K>,
  tags: Tags,
  context: IngestContext,
) => DropResult | undefined;

/** The handler of kinds whose only use is to answer a request. */
const answerOnly = (): undefined => undefined;

const PUBLIC = false;
const PRIVATE = true;

export const INGEST_HANDLERS: { readonly [K in Exclude<Kind, "hello">]: IngestHandler<K> } = {
  success: answerOnly,
  failed: answerOnly,
  metadata: answerOnly,
  members: answerOnly,
  networkState: answerOnly,
  capabilities: (declared, _, { backend }) => {
    const wrong = backend.capabilities.replace(declared);
    return wrong === undefined ? undefined : new DropResult("bad_capabilities", wrong);
  },
  messageEdited: answerOnly,
  messageDeleted: answerOnly,
  reaction: answerOnly,
  typing: answerOnly,
  member: answerOnly,
  userChanged: answerOnly,
  message: (value, tags, context) => publishText({ case: "message", value }, PUBLIC, tags, context),
  privateMessage: (value, tags, context) =>
    publishText({ case: "privateMessage", value }, PRIVATE, tags, context),
  mention: (value, tags, context) => publishText({ case: "mention", value }, PUBLIC, tags, context),
  action: (value, tags, context) => publishText({ case: "action", value }, PUBLIC, tags, context),
  privateAction: (value, tags, context) =>
    publishText({ case: "privateAction", value }, PRIVATE, tags, context),
  command: (value, tags, context) =>
    makeSourceAbsolute(value.source, context) ??
    publish({ case: "command", value }, PUBLIC, withoutCoreTags(tags), context),
  joinChannel: (value, _, { backend }) =>
    refusal(backend.channels.join({ ...value, relativeId: value.channelId })),
  leaveChannel: ({ channelId }, _, { backend }) => {
    backend.channels.leave(channelId);
    return undefined;
  },
  changeChannel: (value, _, { backend }) =>
    refusal(backend.channels.change({ ...value, relativeId: value.channelId })),
};

/** Handles any event but a Hello. */
export function ingest({ inner, tags }: ChatEvent, context: IngestContext): DropResult | undefined {
  if (inner.case === undefined) return new DropResult("no_inner", "no kind that core knows");
  if (inner.case === "hello") return undefined;
  const handler = INGEST_HANDLERS[inner.case] as IngestHandler<Kind>;
  return handler(inner.value, tags, context);
}

/** Whether events of this kind do nothing but answer a request. */
export function isAnswerOnly(kind: Kind | undefined): boolean {
  if (kind === undefined || kind === "hello") return false;
  return INGEST_HANDLERS[kind] === answerOnly;
}

type TextEvent = Extract<
  Inner,
  { case: "message" | "privateMessage" | "mention" | "action" | "privateAction" }
>;

/** Publishes an event with a text, which it normalises. */
function publishText(
  event: TextEvent,
  isPrivate: boolean,
  tags: Tags,
  context: IngestContext,
): DropResult | undefined {
  const { value } = event;
  const badId = makeSourceAbsolute(value.source, context);
  if (badId !== undefined) return badId;
  try {
    const { text, rootBlock, format, bytes } = normaliseMessage(value.text, value.rootBlock);
    if (bytes > context.options.maxMessageBytes) return tooLarge(bytes);
    value.text = text;
    value.rootBlock = rootBlock;
    const marked = { ...withoutCoreTags(tags), [ORIGINAL_FORMAT_TAG]: format };
    return publish(event, isPrivate, marked, context);
  } catch (reason) {
    if (reason instanceof BlockError) return new DropResult("bad_block", reason.message);
    throw reason;
  }
}

function publish(
  inner: PublishedInner,
  isPrivate: boolean,
  tags: Tags,
  context: IngestContext,
): DropResult | undefined {
  const encoded = encodeEvent({ inner, tags }, isPrivate);
  const bytes = encoded.message.length;
  if (bytes > context.options.maxMessageBytes) return tooLarge(bytes);
  context.publish(encoded);
  return undefined;
}

function tooLarge(bytes: number): DropResult {
  return new DropResult("too_large", `${bytes} bytes after normalising`);
}

/** Makes the ids in a source absolute, in place. A missing source stays missing. */
function makeSourceAbsolute(
  source: ChannelSource | User | undefined,
  context: IngestContext,
): DropResult | undefined {
  if (source === undefined) return undefined;
  if (source.$typeName === "common.User") return makeUserAbsolute(source, context);
  const { channelId } = source;
  if (!fits(channelId, context.options.maxIdBytes)) return badId("channel");
  source.channelId = `${context.idPrefix}${encodePart(channelId)}`;
  return makeUserAbsolute(source.user, context);
}

function makeUserAbsolute(user: User | undefined, context: IngestContext): DropResult | undefined {
  if (user === undefined) return undefined;
  if (!fits(user.id, context.options.maxIdBytes)) return badId("user");
  user.id = `${context.idPrefix}${encodePart(user.id)}`;
  return undefined;
}

function badId(whose: string): DropResult {
  return new DropResult("bad_id", `the ${whose}'s id is too long`);
}

function refusal(tracked: ReturnType<Backend["channels"]["join"]>): DropResult | undefined {
  if (tracked === "tracked" || tracked === "unknown") return undefined;
  return new DropResult(
    tracked,
    "an id of the channel is empty or too long, or there are too many",
  );
}
