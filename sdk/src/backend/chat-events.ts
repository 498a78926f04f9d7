/** What a backend reports, as ChatEvents: one row for each kind of event. Pure. */
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import {
  type Block,
  blockCost,
  type ChatEvent,
  ChatEventSchema,
  MAX_IDS_PER_CALL,
  MAX_MESSAGE_BLOCKS,
  MemberChange,
  plainText,
} from "@seabird-chat/protocol";
import { contentToWire } from "../link/content.ts";
import type {
  IncomingChannelMessage,
  IncomingCommand,
  IncomingDeletion,
  IncomingEdit,
  IncomingMember,
  IncomingMessage,
  IncomingReaction,
  IncomingRemoval,
  IncomingTyping,
  IncomingUserChange,
} from "./incoming.ts";
import {
  needText,
  optionalText,
  toConversation,
  toEmoji,
  toInfo,
  toMessageId,
  toOptionalUser,
  toUser,
} from "./to-wire.ts";

const MAX_UINT32 = 4_294_967_295;

type EventInit = MessageInitShape<typeof ChatEventSchema>;
type EventBody = NonNullable<EventInit["inner"]>;

/** By the method's name; the row makes the event's body. */
const EVENTS = {
  message: channelMessage("message"),
  mention: channelMessage("mention"),
  action: channelMessage("action"),
  privateMessage: privateMessage("privateMessage"),
  privateAction: privateMessage("privateAction"),
  command,
  edited,
  deleted,
  reaction,
  typing,
  joined: member(MemberChange.JOINED),
  left: member(MemberChange.LEFT),
  removed: member(MemberChange.REMOVED),
  changed: userChanged,
};

export type IncomingKind = keyof typeof EVENTS;
export type IncomingOf<Kind extends IncomingKind> = Parameters<(typeof EVENTS)[Kind]>[0];

/** Throws a TypeError for what code without types gives, such as a message without text. */
export function chatEvent<Kind extends IncomingKind>(
  kind: Kind,
  incoming: IncomingOf<Kind>,
): ChatEvent {
  const toBody = EVENTS[kind] as (incoming: object) => EventBody;
  const { tags: given = {} } = incoming as IncomingMessage;
  const tags = Object.entries(given).filter(([, value]) => typeof value === "string");
  return create(ChatEventSchema, { inner: toBody(incoming), tags: Object.fromEntries(tags) });
}

function channelMessage(kind: "message" | "mention" | "action") {
  return (incoming: IncomingChannelMessage): EventBody => ({
    case: kind,
    value: { source: source(incoming), ...content(incoming), info: toInfo(incoming) },
  });
}

function privateMessage(kind: "privateMessage" | "privateAction") {
  return (incoming: IncomingMessage): EventBody => ({
    case: kind,
    value: { source: toUser(incoming.user), ...content(incoming), info: toInfo(incoming) },
  });
}

function command(incoming: IncomingCommand): EventBody {
  const { arg, argBlock } = incoming;
  const value = {
    source: source(incoming),
    command: needText(incoming.command, "command"),
    arg: String(arg).toWellFormed(),
    info: toInfo(incoming),
    argBlock: argBlock ?? undefined,
  };
  return { case: "command", value };
}

function edited(incoming: IncomingEdit): EventBody {
  needText(incoming.id, "id");
  const value = {
    conversation: toConversation(incoming.conversation),
    author: toUser(incoming.user),
    ...content(incoming),
    info: toInfo(incoming),
  };
  return { case: "messageEdited", value };
}

function deleted({ conversation, ids, by, reason }: IncomingDeletion): EventBody {
  if (!Array.isArray(ids) || ids.length === 0 || ids.length > MAX_IDS_PER_CALL) {
    throw new TypeError(`ids is not a list of 1 to ${MAX_IDS_PER_CALL} message ids`);
  }
  const value = {
    conversation: toConversation(conversation),
    messageIds: ids.map((id) => toMessageId(id, "one of the ids")),
    by: toOptionalUser(by, "by"),
    reason: optionalText(reason, "reason"),
  };
  return { case: "messageDeleted", value };
}

function reaction(incoming: IncomingReaction): EventBody {
  const { conversation, messageId, user, emoji, removed = false } = incoming;
  const isAdded = removed !== true;
  if (isAdded) needText(typeof emoji === "string" ? emoji : emoji?.text, "emoji");
  const value = {
    conversation: toConversation(conversation),
    messageId: toMessageId(messageId, "messageId"),
    user: isAdded ? toUser(user as string) : toOptionalUser(user, "user"),
    emoji: emoji === undefined || emoji === null ? undefined : toEmoji(emoji),
    removed: !isAdded,
  };
  return { case: "reaction", value };
}

function typing({ conversation, user, isActive, expiresMs = 0 }: IncomingTyping): EventBody {
  if (!Number.isInteger(expiresMs) || expiresMs < 0 || expiresMs > MAX_UINT32) {
    throw new TypeError(`expiresMs is ${expiresMs}, not a whole number of milliseconds`);
  }
  const value = {
    conversation: toConversation(conversation),
    user: toUser(user),
    isActive: isActive !== false,
    expiresMs,
  };
  return { case: "typing", value };
}

function member(change: MemberChange) {
  return ({ channel, user, reason, ...rest }: IncomingRemoval | IncomingMember): EventBody => {
    const value = {
      channelId: needText(channel, "channel"),
      user: toUser(user),
      change,
      by: "by" in rest ? toOptionalUser(rest.by, "by") : undefined,
      reason: optionalText(reason, "reason"),
    };
    return { case: "member", value };
  };
}

function userChanged({ before, user }: IncomingUserChange): EventBody {
  return { case: "userChanged", value: { before: toUser(before, "before"), user: toUser(user) } };
}

function source({ channel, user }: Pick<IncomingChannelMessage, "channel" | "user">) {
  return { channelId: needText(channel, "channel"), user: toUser(user) };
}

type GivenContent = Pick<IncomingMessage, "text" | "block">;

/** Core takes no more than so many blocks: of more, their plain text is reported. */
function content(incoming: GivenContent) {
  const wire = contentToWire(contentOf(incoming));
  if ("text" in wire || blockCost(wire.rootBlock) <= MAX_MESSAGE_BLOCKS) return wire;
  return { text: plainText(wire.rootBlock) };
}

/** Throws a TypeError if there is neither text nor block. */
export function contentOf({ text, block }: GivenContent): string | Block {
  if (block !== undefined && block !== null) return block;
  if (typeof text !== "string") throw new TypeError(`text is ${typeof text}`);
  return text.toWellFormed();
}
