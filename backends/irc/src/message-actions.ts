/** What the bot does to messages besides sending them: replies, reactions, deletions, typing. */
import {
  type OutgoingMessage,
  type OutgoingReaction,
  Refused,
  type RequestInfo,
  type Sent,
  type Target,
} from "@seabird-chat/sdk/backend";
import type { Clock } from "./clock.ts";
import { opaque } from "./inbound.ts";
import { passes } from "./network-capabilities.ts";
import {
  degradedOf,
  nameOfTarget,
  type Plan,
  planChannelSend,
  planPrivateSend,
  planRedact,
  planTags,
  toNick,
} from "./outbound.ts";
import type { IrcRequest, RequestDemand } from "./requests/irc-request.ts";
import { OwnReactions } from "./requests/own-reactions.ts";
import { TypingThrottle } from "./requests/typing-throttle.ts";
import { CLIENT_TAGS } from "./state/client-tags.ts";
import type { IrcState } from "./state/irc-state.ts";

export interface MessageActionsDeps {
  /** The state of the moment. */
  readonly state: () => IrcState;
  /** Whether lines wait for the flood limit, or soon would. */
  readonly isBusy: () => boolean;
  /** Throws Refused with the network's reason. */
  readonly request: (
    plan: Plan,
    request: RequestInfo,
    more?: Pick<IrcRequest, "onId">,
  ) => Promise<void>;
  /** Why a request would be refused now; undefined: it would not. */
  readonly refusal: (demand: RequestDemand) => string | undefined;
  readonly clock: Pick<Clock, "now">;
}

export class MessageActions {
  readonly #deps: MessageActionsDeps;
  readonly #reactions = new OwnReactions();
  readonly #typing: TypingThrottle;

  constructor(deps: MessageActionsDeps) {
    this.#deps = deps;
    this.#typing = new TypingThrottle(deps.clock);
  }

  async send(to: Target, message: OutgoingMessage): Promise<Sent> {
    const state = this.#deps.state();
    const { replyTo, ...content } = message;
    const isReply = replyTo !== undefined && this.#canReply(to, replyTo.conversation);
    const target = nameOfTarget(to);
    const { receivedAtMs: arrivedAtMs, signal } = message;
    const refusalOf = (lineCount: number) =>
      this.#deps.refusal({ target, lineCount, success: { kind: "sent" }, arrivedAtMs, signal });
    const answer = { ...content, refusalOf, ...(isReply && { replyTo }) };
    const plan =
      to.kind === "channel"
        ? planChannelSend(to.id, answer, message.kind, state)
        : planPrivateSend(toNick(to.id), answer, message.kind, state);
    const ids: (string | undefined)[] = [];
    const onId = (index: number, msgid: string) => {
      ids[index] = opaque(msgid);
    };
    await this.#deps.request(plan, message, { onId });
    this.#typing.ended(this.#keyOf(to));
    const isReplyLost = replyTo !== undefined && !isReply;
    return {
      // A line without an id leaves a gap.
      ids: ids.filter((id) => id !== undefined),
      degraded: [...(isReplyLost ? ["reply" as const] : []), ...degradedOf(message.block)],
    };
  }

  async react(
    to: Target,
    messageId: string,
    { emoji, removed }: OutgoingReaction,
    request: RequestInfo,
  ): Promise<void> {
    const conversation = this.#keyOf(to);
    const emojis = emoji ? [emoji.text] : this.#reactions.to(conversation, messageId);
    if (emojis.length === 0) throw new Refused(NO_REACTION);
    if (emojis.includes("")) throw new Refused(NO_TEXT);
    for (const each of emojis) {
      const tag = removed ? CLIENT_TAGS.unreact : CLIENT_TAGS.react;
      const tags = { [CLIENT_TAGS.reply]: messageId, [tag]: each };
      await this.#deps.request(planTags(to, tags, this.#deps.state()), request);
      if (removed) this.#reactions.removed(conversation, messageId, each);
      else this.#reactions.added(conversation, messageId, each);
    }
  }

  /** Resolves with what the network refused, and why. */
  async delete(
    to: Target,
    messageIds: readonly string[],
    request: RequestInfo & { readonly reason: string },
  ): Promise<Record<string, string>> {
    const failed: Record<string, string> = Object.create(null);
    const redact = async (id: string) => {
      const plan = planRedact(to, id, request.reason, this.#deps.state());
      try {
        await this.#deps.request(plan, request);
      } catch (reason) {
        if (!(reason instanceof Refused)) throw reason;
        failed[id] = reason.message;
      }
    };
    await Promise.all(messageIds.map(redact));
    return failed;
  }

  /** Nothing is sent while messages wait: it would come too late, and delay them. */
  async setTyping(to: Target, isActive: boolean, request: RequestInfo): Promise<void> {
    if (this.#deps.isBusy()) return;
    const typing = this.#typing.next(this.#keyOf(to), isActive);
    if (typing === undefined) return;
    const tags = { [CLIENT_TAGS.typing]: typing };
    await this.#deps.request(planTags(to, tags, this.#deps.state()), request);
  }

  /** A tag refers to a message in the same conversation. */
  #canReply(to: Target, where: Target = to): boolean {
    const isSame = to.kind === where.kind && this.#keyOf(to) === this.#keyOf(where);
    return isSame && passes(this.#deps.state(), "reply");
  }

  #keyOf(to: Target): string {
    return this.#deps.state().fold(nameOfTarget(to));
  }
}

const NO_TEXT = "this emoji has no text, and IRC has no other emoji";
const NO_REACTION = "the bot remembers no reaction of its own to this message";
