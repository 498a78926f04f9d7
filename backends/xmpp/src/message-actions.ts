/** What the bot does with messages: sends, corrections, retractions, reactions, typing. */
import { randomUUID } from "node:crypto";
import {
  type BackendHost,
  type Clock,
  type DeleteRequest,
  type Feature,
  type Log,
  type OutgoingEdit,
  type OutgoingMessage,
  type OutgoingReaction,
  Refused,
  type RequestInfo,
  type Sent,
  type Target,
} from "@seabird-chat/sdk/backend";
import { StanzaError, type StanzaSender } from "./connection/hooks.ts";
import { stanzaIdOf } from "./inbound/origin.ts";
import { attributeOf, opaque } from "./inbound/read-stanza.ts";
import {
  type Address,
  addressOf,
  moderationQuery,
  reactionsStanza,
  retractionStanza,
  typingStanza,
} from "./outbound.ts";
import {
  contentOf,
  degradedOf,
  type LocatedFile,
  type OutgoingAttachment,
  type Part,
  partsOf,
  replyOf,
} from "./outgoing-content.ts";
import { Deliveries, sendNow } from "./requests/deliveries.ts";
import { partRefused, refusalOfError } from "./requests/refusal.ts";
import { RequestQueue } from "./requests/request-queue.ts";
import { TypingStates } from "./requests/typing-states.ts";
import { NS, type Stanza, xml } from "./stanza.ts";
import type { OwnReactions } from "./state/own-reactions.ts";
import type { RecentMessages } from "./state/recent-messages.ts";
import type { RoomsView, RoomView } from "./state/rooms.ts";
import { SentMessages } from "./state/sent-messages.ts";
import { HttpUpload } from "./upload/http-upload.ts";

export interface MessageActionsDeps {
  readonly sender: StanzaSender;
  readonly rooms: RoomsView;
  readonly recent: RecentMessages;
  readonly reactions: OwnReactions;
  readonly clock: Clock;
  readonly log: Log;
  /** Opens a file that a plugin or another network gave. */
  readonly openAttachment: BackendHost["openAttachment"];
  /** Addresses that are no public ones where the server may have its upload service. */
  readonly uploadAddresses: () => readonly string[];
}

/** Milliseconds that a server has to say where files go. */
const FILES_WITHIN_MS = 20_000;

export class MessageActions {
  /** Whether the bot's server has a service for files. */
  takesFiles = true;
  readonly #deps: MessageActionsDeps;
  readonly #deliveries: Deliveries;
  readonly #upload: HttpUpload;
  readonly #sent = new SentMessages();
  readonly #reactions: OwnReactions;
  readonly #typing: TypingStates;
  readonly #queue: RequestQueue;

  constructor(deps: MessageActionsDeps) {
    const { sender, clock, log, openAttachment, uploadAddresses } = deps;
    this.#deps = deps;
    this.#reactions = deps.reactions;
    this.#deliveries = new Deliveries(sender, clock);
    this.#typing = new TypingStates(clock);
    this.#queue = new RequestQueue(clock);
    const allowAddresses = uploadAddresses;
    this.#upload = new HttpUpload({ sender, clock, log, openAttachment, allowAddresses });
  }

  /** A stanza from the network, before anybody else reads it: reflections and errors of own ones. */
  receive(stanza: Stanza): void {
    if (stanza.name === "message") this.#deliveries.receive(stanza);
  }

  /** The session is over: nothing that waits for its answer will get it. */
  lost(reason: string): void {
    this.#deliveries.lost(reason);
    this.#upload.forget();
  }

  /** Asks a new session's server whether it takes files; true as long as it does not say. Never rejects. */
  async learnFiles(changed: () => void): Promise<void> {
    const service = this.#upload.service(AbortSignal.timeout(FILES_WITHIN_MS));
    const takesFiles = await service.then(
      (found) => found !== undefined,
      () => true,
    );
    if (takesFiles === this.takesFiles) return;
    this.takesFiles = takesFiles;
    changed();
  }

  send(to: Target, message: OutgoingMessage): Promise<Sent> {
    return this.#inTurn(to, message, async (address, signal) => {
      const content = contentOf(message.block, this.#roomOf(address));
      const reply = replyOf(to, message.replyTo, (id) => this.#deps.recent.get(to, id));
      const files = await this.#locate(content.files, signal);
      const parts = partsOf(address, { ...content, kind: message.kind, reply, files });
      const ids: string[] = [];
      for (const part of parts) {
        const sent = this.#sendPart(to, address, part, signal);
        ids.push(await sent.catch(partRefused(ids.length, parts.length)));
      }
      this.#typing.ended(to);
      const isReplyLost = message.replyTo !== undefined && reply.replyTo === undefined;
      const lost: readonly Feature[] = isReplyLost ? ["reply"] : [];
      return { ids, degraded: [...lost, ...degradedOf(content, files)] };
    });
  }

  /** The parts of the new content take the places of the old ones, as far as there are both. */
  edit(to: Target, messageIds: readonly string[], message: OutgoingEdit): Promise<Sent> {
    return this.#inTurn(to, message, async (address, signal) => {
      const old = messageIds.map((id) => ({ id, sentId: this.#sentId(to, id) }));
      const content = contentOf(message.block, this.#roomOf(address));
      const files = await this.#locate(content.files, signal);
      const parts = partsOf(address, { ...content, kind: "message", reply: {}, files, old });
      const ids: string[] = [];
      for (const [index, part] of parts.entries()) {
        const replaced = old[index]?.id;
        if (replaced === undefined) ids.push(await this.#sendPart(to, address, part, signal));
        else {
          await this.#deliver(address, part(randomUUID()), signal);
          ids.push(replaced);
        }
      }
      for (const { id } of old.slice(parts.length)) await this.#retract(to, address, id, signal);
      return { ids, degraded: degradedOf(content, files) };
    });
  }

  /** Resolves with what stays, and why. */
  delete(
    to: Target,
    messageIds: readonly string[],
    request: DeleteRequest,
  ): Promise<Record<string, string>> {
    return this.#inTurn(to, request, async (address, signal) => {
      const failed: Record<string, string> = Object.create(null);
      for (const id of messageIds) {
        try {
          const isOwn = this.#sent.sentIdOf(to, id) !== undefined;
          if (isOwn) await this.#retract(to, address, id, signal);
          else await this.#moderate(address, id, request.reason, signal);
        } catch (reason) {
          if (reason instanceof StanzaError) failed[id] = refusalOfError(reason);
          else if (reason instanceof Refused) failed[id] = reason.message;
          else throw reason;
        }
      }
      return failed;
    });
  }

  react(
    to: Target,
    messageId: string,
    { emoji, removed }: OutgoingReaction,
    request: RequestInfo,
  ): Promise<void> {
    return this.#inTurn(to, request, async (address, signal) => {
      const before = this.#reactions.to(to, messageId);
      if (emoji !== undefined && !IS_EMOJI.test(emoji.text)) throw new Refused(NO_EMOJI);
      const others = before.filter((each) => emoji !== undefined && each !== emoji.text);
      if (removed && others.length === before.length) throw new Refused(NO_REACTION);
      const after = removed || emoji === undefined ? others : [...others, emoji.text];
      const stanza = reactionsStanza(address, randomUUID(), messageId, after);
      await this.#deliver(address, stanza, signal);
      this.#reactions.set(to, messageId, after);
    });
  }

  async setTyping(to: Target, isActive: boolean): Promise<void> {
    const address = this.#addressOf(to);
    if (!this.#typing.isNews(to, isActive)) return;
    await sendNow(this.#deps.sender, typingStanza(address, randomUUID(), isActive));
  }

  /** Where people open them: at the server of the bot, else at core if it has a public url. */
  async #locate(
    files: readonly OutgoingAttachment[],
    signal: AbortSignal,
  ): Promise<readonly LocatedFile[]> {
    const located: LocatedFile[] = [];
    for (const file of files) {
      try {
        const url = file.corePath === "" ? file.url : await this.#upload.upload(file, signal);
        located.push({ ...file, url, isWhole: true });
      } catch (reason) {
        if (!(reason instanceof Refused || reason instanceof StanzaError)) throw reason;
        const what =
          file.url === "" ? "of a file only the name is sent" : "a file is sent as a link";
        this.#deps.log.warn({ reason: reason.message }, what);
        located.push({ ...file, isWhole: false });
      }
    }
    return located;
  }

  /** Resolves with the id by which the message is known. */
  async #sendPart(to: Target, address: Address, part: Part, signal: AbortSignal): Promise<string> {
    const sentId = randomUUID();
    const stanza = part(sentId);
    const answer = await this.#deliver(address, stanza, signal);
    const room = this.#roomOf(address);
    const id =
      (answer && room && stanzaIdOf(answer, room)) ?? opaque(attributeOf(answer, "id")) ?? sentId;
    this.#sent.remember(to, id, sentId);
    // A room sends it back, and it is remembered with everybody's.
    if (answer === undefined) {
      const text = stanza.getChildText("body") ?? "";
      const userId = this.#deps.sender.address.split("/", 1)[0] ?? "";
      this.#deps.recent.remember({ conversation: to, id, userId, isOwn: true, text });
    }
    return id;
  }

  async #retract(to: Target, address: Address, id: string, signal: AbortSignal): Promise<void> {
    const stanza = retractionStanza(address, randomUUID(), id);
    await this.#deliver(address, stanza, signal);
    this.#sent.forget(to, id);
  }

  async #moderate(
    address: Address,
    id: string,
    reason: string,
    signal: AbortSignal,
  ): Promise<void> {
    const room = this.#roomOf(address);
    const version = room?.features.has(NS.moderate) ? "1" : "0";
    if (room === undefined || !(version === "1" || room.features.has(NS.moderate0))) {
      throw new Refused(NOT_OWN);
    }
    const query = moderationQuery(id, reason, version);
    const iq = xml("iq", { type: "set", to: address.to }, query);
    await this.#deps.sender.request(iq, signal);
  }

  #sentId(to: Target, id: string): string {
    const sentId = this.#sent.sentIdOf(to, id);
    if (sentId === undefined)
      throw new Refused("the bot remembers no message of its own with this id");
    return sentId;
  }

  /** Resolves with the room's answer, if it goes to one. */
  async #deliver(
    address: Address,
    stanza: Stanza,
    signal: AbortSignal,
  ): Promise<Stanza | undefined> {
    await this.#queue.mayAnotherBeSent(signal);
    return await this.#deliveries.send(address, stanza, signal);
  }

  #addressOf(to: Target): Address {
    return addressOf(to, (room) => this.#deps.rooms.room(room)?.isJoined === true);
  }

  #roomOf({ to, type }: Address): RoomView | undefined {
    return type === "groupchat" ? this.#deps.rooms.room(to) : undefined;
  }

  #inTurn<Result>(
    to: Target,
    request: RequestInfo,
    work: (address: Address, signal: AbortSignal) => Promise<Result>,
  ): Promise<Result> {
    return this.#queue.run(to, request, (signal) => work(this.#addressOf(to), signal));
  }
}

/** XEP-0444, 4: what is displayed as one emoji. */
const IS_EMOJI =
  /^(?=.{1,40}$)[^\p{L}\s]*(?:\p{Extended_Pictographic}|\p{Regional_Indicator}|\u20e3)[^\p{L}\s]*$/u;

const NO_EMOJI = "XMPP has only the emoji of Unicode as reactions";
const NO_REACTION = "the bot remembers no reaction of its own to this message";
const NOT_OWN =
  "the bot remembers no message of its own with this id, and the room has no moderation (XEP-0425)";
