/** The bot's reactions: events of their own, which are redacted to take them back. */
import { type OutgoingReaction, Refused, type RequestInfo } from "@seabird-chat/sdk/backend";
import type { MatrixClient } from "./connection/matrix-client.ts";
import { MatrixError } from "./connection/matrix-error.ts";
import { objectIn, textIn } from "./json-value.ts";
import { planReaction, reactionKey } from "./outbound.ts";
import { OwnReactions } from "./state/own-reactions.ts";

/** Pages of a hundred reactions that are looked through for the bot's own. */
const MAX_PAGES = 20;

export interface ReactionsDeps {
  readonly client: MatrixClient;
  readonly ownUserId: () => string;
}

/** A message, and the request that concerns it. */
interface At {
  readonly roomId: string;
  readonly messageId: string;
  readonly request: RequestInfo;
}

/** An event by which the bot reacted. */
interface OwnReaction {
  readonly key: string;
  readonly eventId: string;
}

/** Methods reject as `MatrixClient` does. */
export class Reactions {
  readonly #deps: ReactionsDeps;
  readonly #own = new OwnReactions();

  constructor(deps: ReactionsDeps) {
    this.#deps = deps;
  }

  async add({ roomId, messageId, request }: At, { emoji }: OutgoingReaction): Promise<void> {
    const key = emoji && reactionKey(emoji);
    if (key === undefined) throw new Refused(NO_KEY);
    const event = planReaction(messageId, key, emoji?.text ?? "");
    const transactionId = request.requestId;
    try {
      const eventId = await this.#deps.client.send({ roomId, ...event, transactionId }, request);
      this.#own.added(roomId, messageId, key, eventId);
    } catch (reason) {
      // It is there already.
      if (!(reason instanceof MatrixError && reason.errcode === "M_DUPLICATE_ANNOTATION")) {
        throw reason;
      }
    }
  }

  /** Without an emoji all of the bot's. */
  async remove(at: At, { emoji }: OutgoingReaction): Promise<void> {
    const key = emoji && reactionKey(emoji);
    if (emoji !== undefined && key === undefined) throw new Refused(NO_KEY);
    const { roomId, messageId, request } = at;
    const known = key === undefined ? undefined : this.#own.get(roomId, messageId, key);
    const reactions =
      known === undefined || key === undefined
        ? (await this.#find(at)).filter((each) => key === undefined || each.key === key)
        : [{ key, eventId: known }];
    if (reactions.length === 0) throw new Refused("the bot has no such reaction to this message");
    for (const [index, { key, eventId }] of reactions.entries()) {
      const transactionId = `${request.requestId}.${index}`;
      await this.#deps.client.redact({ roomId, eventId, reason: "", transactionId }, request);
      this.#own.removed(roomId, messageId, key);
    }
  }

  /** Those that the server has, as after a restart of the bot. */
  async #find({ roomId, messageId: eventId, request }: At): Promise<readonly OwnReaction[]> {
    const relation = { roomId, eventId, relType: "m.annotation", eventType: "m.reaction" };
    const found: OwnReaction[] = [];
    let from: string | undefined;
    for (let page = 0; page < MAX_PAGES; page++) {
      const { events, next } = await this.#deps.client.relations({ ...relation, from }, request);
      found.push(...events.flatMap((event) => this.#ownOf(event)));
      if (next === undefined || next === from) break;
      from = next;
    }
    return found;
  }

  #ownOf(event: unknown): readonly OwnReaction[] {
    const { sender, event_id: id, content } = objectIn(event);
    const key = textIn(objectIn(objectIn(content)["m.relates_to"])["key"]);
    const eventId = textIn(id);
    const isOwn = sender === this.#deps.ownUserId();
    return isOwn && key !== undefined && eventId !== undefined ? [{ key, eventId }] : [];
  }
}

const NO_KEY = "this emoji has no text, and no picture on Matrix";
