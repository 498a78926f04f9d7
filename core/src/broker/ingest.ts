/**
 * The table of a backend's events, a row per kind: an event is published to every stream, changes
 * the list of channels, or only answers a request. `streams/backend-session.ts` applies it.
 */
import {
  BlockError,
  type ChatEvent,
  ORIGINAL_FORMAT_TAG,
  type Tags,
  withoutCoreTags,
} from "@seabird-chat/protocol";
import { type EncodedEvent, encodeEvent } from "./codec/encode-event.ts";
import { EVENT_KINDS_BY_NAME, type ReportedEvent, type ReportedKind } from "./codec/event-table.ts";
import { DroppedEventError, tooLarge, translateEvent } from "./codec/translate-event.ts";
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

/** The handler of kinds that are published; what becomes of their fields is in `event-table.ts`. */
function published<K extends ReportedKind>(kind: K): IngestHandler<K> {
  return (value, tags, context) => publish({ case: kind, value } as ReportedEvent, tags, context);
}

export const INGEST_HANDLERS: { readonly [K in Exclude<Kind, "hello">]: IngestHandler<K> } = {
  success: answerOnly,
  failed: answerOnly,
  metadata: answerOnly,
  members: answerOnly,
  networkState: ({ isConnected, reason }, _, { backend }) => {
    backend.setNetwork(isConnected, reason);
    return undefined;
  },
  capabilities: (declared, _, { backend }) => {
    const wrong = backend.capabilities.replace(declared);
    return wrong === undefined ? undefined : new DropResult("bad_capabilities", wrong);
  },
  message: published("message"),
  privateMessage: published("privateMessage"),
  mention: published("mention"),
  command: published("command"),
  action: published("action"),
  privateAction: published("privateAction"),
  messageEdited: published("messageEdited"),
  messageDeleted: published("messageDeleted"),
  reaction: published("reaction"),
  typing: published("typing"),
  member: published("member"),
  userChanged: published("userChanged"),
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

/** Events with a text and a block are tagged with which of them was given. */
function publish(event: ReportedEvent, tags: Tags, context: IngestContext): DropResult | undefined {
  const own = withoutCoreTags(tags);
  try {
    const { format, channelId, isWithUser, hasFiles } = translateEvent(event, context);
    const marked = format === undefined ? own : { ...own, [ORIGINAL_FORMAT_TAG]: format };
    const isPrivate =
      EVENT_KINDS_BY_NAME[event.case].isPrivate ||
      isWithUser ||
      (channelId !== undefined && context.backend.channels.isPrivate(channelId));
    const encoded = encodeEvent({ inner: event, tags: marked }, isPrivate);
    const bytes = encoded.message.length;
    if (bytes > context.options.maxMessageBytes) throw tooLarge(bytes);
    context.publish({ ...encoded, hasFiles });
    return undefined;
  } catch (reason) {
    if (reason instanceof DroppedEventError) return new DropResult(reason.reason, reason.message);
    if (reason instanceof BlockError) return new DropResult("bad_block", reason.message);
    throw reason;
  }
}

const UNTRACKED = {
  bad_id: "an id of the channel, of its parent or of its message is empty or too long",
  too_many_channels: "too many channels, or too many bytes of their names and topics",
};

function refusal(tracked: ReturnType<Backend["channels"]["join"]>): DropResult | undefined {
  if (tracked === "tracked" || tracked === "unknown") return undefined;
  return new DropResult(tracked, UNTRACKED[tracked]);
}
