/** What the bot does with messages: sends, edits, deletions, reactions, typing, members, files. */
import {
  type BackendHost,
  type ChannelMembers,
  type DeleteRequest,
  type FileSource,
  type OutgoingEdit,
  type OutgoingMessage,
  type OutgoingReaction,
  type PerChannelQueue,
  perChannelQueue,
  Refused,
  type RequestInfo,
  type Sent,
  type Target,
} from "@seabird-chat/sdk/backend";
import type { MatrixClient } from "./connection/matrix-client.ts";
import { deleteMessages } from "./deletions.ts";
import { writeBlock } from "./format.ts";
import { objectIn } from "./json-value.ts";
import { idIn, nameIn } from "./matrix-ids.ts";
import { download } from "./media/download.ts";
import { Uploads } from "./media/uploads.ts";
import { isUnfit, MessageRelations, type Related } from "./message-relations.ts";
import { type Profile, toProfile } from "./outbound/persona.ts";
import {
  NOTICE_TAG,
  type Outgoing,
  type PlannedEvent,
  type PlannedSend,
  planEdit,
  planSend,
  toReplacement,
  type WriteBlock,
} from "./outbound.ts";
import { OwnTyping } from "./own-typing.ts";
import { privateRoomWith } from "./private-rooms.ts";
import { Reactions, type ReactionsDeps } from "./reactions.ts";
import { checkedId, errorText, refusing } from "./refusal.ts";
import type { Room } from "./state/room.ts";
import type { Rooms } from "./state/rooms.ts";
import { type SentMessage, SentMessages, toSentMessage } from "./state/sent-messages.ts";
import { parseThreadId, type Threads, threadChannelId } from "./state/threads.ts";

export interface MessageActionsDeps {
  readonly client: MatrixClient;
  readonly rooms: Rooms;
  readonly threads: Threads;
  readonly host: Pick<
    BackendHost,
    "channels" | "clock" | "log" | "openAttachment" | "capabilities" | "signal"
  >;
  /**
   * The room of a conversation, of a thread the room that it is in. A private one is made if there is
   * none. Throws Refused if the bot is in no such room, or may not send there, or it is encrypted.
   */
  readonly roomOf: (
    to: Target,
    request: RequestInfo,
    referrer?: string | undefined,
  ) => Promise<Room>;
}

/** A channel's id is a room's, or an alias of it; a thread's names its room. */
const write: WriteBlock = (block) =>
  writeBlock(block, { roomOf: (id) => parseThreadId(id)?.channelId ?? id });

/** Milliseconds without which nothing is begun: nobody would learn whether it was done. */
const NEEDED_MS = 1_500;
const NO_TIME = "not sent: the server took all the time for what was to be sent before";

export class MessageActions {
  readonly #deps: MessageActionsDeps;
  readonly #common: ReactionsDeps;
  readonly #queue: PerChannelQueue;
  readonly #uploads: Uploads;
  readonly #reactions: Reactions;
  readonly #relations: MessageRelations;
  readonly #sent = new SentMessages();
  readonly #typing: OwnTyping;

  constructor(deps: MessageActionsDeps) {
    this.#deps = deps;
    this.#queue = perChannelQueue({ clock: deps.host.clock });
    this.#uploads = new Uploads({ media: deps.client.media, host: deps.host });
    this.#relations = new MessageRelations(deps);
    this.#common = { client: deps.client, ownUserId: () => deps.rooms.ownUserId };
    this.#reactions = new Reactions(this.#common);
    this.#typing = new OwnTyping({ ...this.#common, clock: deps.host.clock });
  }

  /** The most bytes of a file; undefined: the server does not say. */
  maxAttachmentBytes(): Promise<number | undefined> {
    return this.#uploads.maxBytes();
  }

  send(to: Target, message: OutgoingMessage): Promise<Sent> {
    return this.#inTurn(to, message, async () => {
      const { referrer, replyTo } = message;
      // What was answered in private may have been in a thread.
      const place = parseThreadId(to.kind === "channel" ? to.id : (referrer ?? ""));
      const room = await (referrer === undefined
        ? this.#roomWith(to, replyTo?.messageId ?? "", message)
        : this.#deps.roomOf(to, message, place?.channelId ?? referrer));
      const related = this.#relations.relate(to, room, message, place);
      try {
        return await this.#sendRelated(to, room, message, related);
      } catch (reason) {
        if (place !== undefined || related.thread === undefined || !isUnfit(reason)) throw reason;
        const reply = this.#relations.relate(to, room, { ...message, startThread: false }, place);
        const degraded = [...reply.degraded, "thread" as const];
        return await this.#sendRelated(to, room, message, { ...reply, degraded });
      }
    });
  }

  edit(to: Target, messageIds: readonly string[], message: OutgoingEdit): Promise<Sent> {
    return this.#inTurn(to, message, async () => {
      const ids = messageIds.map(checkedId);
      const room = await this.#roomWith(to, ids[0] ?? "", message);
      const { roomId } = room;
      const { msgtype, profile } = await this.#original(room, ids[0] ?? "", message);
      const outgoing = await this.#outgoing(room, message, {
        kind: msgtype === "m.emote" ? "action" : "message",
        profile,
        tags: msgtype === "m.notice" ? { [NOTICE_TAG]: "1" } : {},
        relation: this.#relations.inThread(to, room),
      });
      const { events, degraded } = need(planEdit(outgoing, write));
      const kept = ids.slice(0, events.length);
      for (const [index, event] of events.entries()) {
        const old = ids[index];
        const before = old === undefined ? undefined : this.#sent.get(roomId, old);
        const sent = old === undefined ? event : toReplacement(event, old, before?.mentions ?? {});
        const eventId = await this.#sendOne(roomId, sent, index, message);
        if (old === undefined) kept.push(eventId);
        this.#sent.set(roomId, old ?? eventId, toSentMessage(event.content));
      }
      // The message has become shorter.
      for (const [index, eventId] of ids.slice(events.length).entries()) {
        const transactionId = `${message.requestId}.${events.length + index}`;
        await this.#deps.client.redact({ roomId, eventId, reason: "", transactionId }, message);
      }
      return { ids: kept, degraded };
    });
  }

  /** Resolves with what the server refused, and why. */
  delete(to: Target, messageIds: readonly string[], request: DeleteRequest) {
    const roomOf = (id: string) => this.#roomWith(to, id, request);
    const deps = { ...this.#common, roomOf };
    return this.#inTurn(to, request, () => deleteMessages(deps, messageIds, request));
  }

  react(
    to: Target,
    messageId: string,
    reaction: OutgoingReaction,
    request: RequestInfo,
  ): Promise<void> {
    return this.#inTurn(to, request, async () => {
      const { roomId } = await this.#roomWith(to, messageId, request);
      const at = { roomId, messageId: checkedId(messageId), request };
      await (reaction.removed
        ? this.#reactions.remove(at, reaction)
        : this.#reactions.add(at, reaction));
    });
  }

  /** Not in turn: it would come too late. */
  async setTyping(to: Target, isTyping: boolean, request: RequestInfo): Promise<void> {
    const { roomId } = await this.#deps.roomOf(to, request);
    await this.#typing.set(roomId, isTyping, request);
  }

  async members(channelId: string, request: RequestInfo): Promise<ChannelMembers> {
    const { roomId } = await this.#deps.roomOf({ kind: "channel", id: channelId }, request);
    const joined = await refusing(() => this.#deps.client.joinedMembers(roomId, request));
    const members = Object.entries(joined).flatMap(([key, profile]) => {
      const [id, displayName] = [idIn(key, "@"), nameIn(objectIn(profile)["display_name"])];
      if (id === undefined) return [];
      const isBot = id === this.#deps.rooms.ownUserId;
      return [{ id, ...(displayName !== undefined && { displayName }), ...(isBot && { isBot }) }];
    });
    return { members, isComplete: true };
  }

  fetchAttachment(
    id: string,
    upload: (source: FileSource) => Promise<void>,
    request: RequestInfo,
  ): Promise<void> {
    return refusing(() => download(this.#deps.client.media, id, upload, request));
  }

  /** In the order of requests to this conversation. */
  #inTurn<Result>(
    to: Target,
    { deadlineMs, signal }: RequestInfo,
    work: () => Promise<Result>,
  ): Promise<Result> {
    const begin = () => {
      if (deadlineMs - this.#deps.host.clock.now() < NEEDED_MS) throw new Refused(NO_TIME);
      return refusing(work);
    };
    return this.#queue.run(`${to.kind} ${to.id}`, begin, signal);
  }

  async #roomWith(to: Target, messageId: string, request: RequestInfo): Promise<Room> {
    if (to.kind === "channel") return await this.#deps.roomOf(to, request);
    const deps = { ...this.#deps, sent: this.#sent };
    const roomId = await privateRoomWith(deps, to.id, messageId, request);
    return await this.#deps.roomOf(to, request, roomId);
  }

  async #sendRelated(
    to: Target,
    room: Room,
    message: OutgoingMessage,
    { relation, thread, degraded }: Related,
  ): Promise<Sent> {
    const profile = await this.#profileOf(message);
    const { kind, startThread } = message;
    const outgoing = await this.#outgoing(room, message, { kind, profile, relation });
    const plan = need(planSend(outgoing, write));
    const ids = await this.#sendAll(room, plan, message);
    this.#typing.said(room.roomId);
    if (thread !== undefined) this.#relations.used(room, thread, ids);
    const isStarted = startThread && thread !== undefined && to.kind === "channel";
    return {
      ...{ ids, degraded: [...degraded, ...plan.degraded] },
      ...(isStarted && { channel: threadChannelId(thread) }),
    };
  }

  async #outgoing(
    room: Room,
    message: OutgoingEdit,
    more: Pick<Outgoing, "kind" | "profile" | "relation"> & Partial<Outgoing>,
  ): Promise<Outgoing> {
    const { block, tags } = message;
    const files = await this.#uploads.files(block, message);
    const mayNotifyRoom = room.may(this.#deps.rooms.ownUserId, "notifyRoom");
    return { block, tags, files, mayNotifyRoom, ...more };
  }

  /** Ids in order. What was sent stays, if a later part is refused. */
  async #sendAll(
    { roomId }: Room,
    { events }: PlannedSend,
    request: RequestInfo,
  ): Promise<readonly string[]> {
    const ids: string[] = [];
    for (const [index, event] of events.entries()) {
      try {
        ids.push(await this.#sendOne(roomId, event, index, request));
      } catch (reason) {
        const parts = `${index} of ${events.length} parts were sent`;
        throw index === 0 ? reason : new Refused(`${parts}: ${errorText(reason)}`);
      }
      this.#sent.set(roomId, ids[index] ?? "", toSentMessage(event.content));
    }
    return ids;
  }

  /** The request's id makes it safe to send again: the server does it once. */
  #sendOne(roomId: string, event: PlannedEvent, index: number, request: RequestInfo) {
    const transactionId = `${request.requestId}.${index}`;
    return this.#deps.client.send({ roomId, ...event, transactionId }, request);
  }

  async #profileOf(message: OutgoingMessage): Promise<Profile | undefined> {
    const { persona } = message;
    if (persona === undefined) return undefined;
    return toProfile(persona, await this.#uploads.avatar(persona.avatarUrl, message));
  }

  /** A message of the bot's own, as the server has it if it is not remembered. */
  async #original(room: Room, eventId: string, request: RequestInfo): Promise<SentMessage> {
    const known = this.#sent.get(room.roomId, eventId);
    if (known !== undefined) return known;
    const { sender, content } = await this.#deps.client.event(room.roomId, eventId, request);
    if (sender !== this.#deps.rooms.ownUserId) {
      throw new Refused("the bot can edit its own messages only");
    }
    const original = toSentMessage(objectIn(content));
    this.#sent.set(room.roomId, eventId, original);
    return original;
  }
}

function need(plan: ReturnType<typeof planSend>): PlannedSend {
  if ("refused" in plan) throw new Refused(plan.refused);
  return plan;
}
