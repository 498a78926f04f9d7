/** The calls about messages that exist, and about people: the messages extension (docs/protocol.md). */
import { inspect } from "node:util";
import { type Client, createClient, type Transport } from "@connectrpc/connect";
import { Messages, type User } from "@seabird-chat/protocol";
import {
  ACTION_OPTIONS,
  type ActionOptions,
  CALL_OPTIONS,
  type CallOptions,
  tagsOf,
} from "./call-options.ts";
import { argumentError } from "./call-site.ts";
import {
  type Capabilities,
  type CapabilityCache,
  checkFeature,
  type Feature,
} from "./capabilities.ts";
import { type Content, messageToWire } from "./content.ts";
import type { Call, CoreCalls } from "./core-calls.ts";
import type { CoreIdentity } from "./core-headers.ts";
import { markImpossible, SeabirdError } from "./errors.ts";
import { type Conversation, checkConversation, conversationToWire } from "./message-reference.ts";
import { backendIdOf, withNormalId } from "./normal-id.ts";
import { checkOptionNames } from "./option-names.ts";
import {
  type EditResult,
  type EmojiGiven,
  type FailedDeletions,
  type MessageCalls,
  noExtension,
  type ReactOptions,
} from "./sent-message.ts";

/** The people in a channel. */
export interface MemberList {
  readonly members: readonly User[];
  /** False: there are more. */
  readonly isComplete: boolean;
}

const DELETE_OPTIONS = [...ACTION_OPTIONS, "reason"];
const REACT_OPTIONS = [...ACTION_OPTIONS, "removed"];

export interface MessageActionsDeps {
  readonly transport: Transport;
  readonly core: CoreIdentity;
  readonly calls: CoreCalls;
  readonly capabilities: CapabilityCache;
  /** Called with the channel's or user's id for each edit, deletion and reaction. */
  readonly onSend?: ((to: string, sent: Promise<unknown>) => void) | undefined;
}

/**
 * What a backend cannot do is `failed_precondition`, `irc://libera cannot edit messages`; a core
 * without the extension is `unimplemented`.
 */
export class MessageActions implements MessageCalls {
  readonly #messages: Client<typeof Messages>;
  readonly #core: CoreIdentity;
  readonly #calls: CoreCalls;
  readonly #capabilities: CapabilityCache;
  readonly #onSend: MessageActionsDeps["onSend"];

  /** @internal */
  constructor({ transport, core, calls, capabilities, onSend }: MessageActionsDeps) {
    this.#onSend = onSend;
    this.#core = core;
    this.#messages = createClient(Messages, transport);
    this.#calls = calls;
    this.#capabilities = capabilities;
  }

  /** Replaces the content of a message, given by the ids of all of its parts. */
  async editMessage(
    where: Conversation,
    ids: string | readonly string[],
    content: Content,
    options?: ActionOptions,
  ): Promise<EditResult> {
    const messageIds = idList(ids);
    const conversation = conversationToWire(where);
    const request = { conversation, messageIds, ...messageToWire(content), ...tagsOf(options) };
    const { result } = await this.#act(where, {
      name: "editMessage",
      options,
      allowed: ACTION_OPTIONS,
      send: (more) => this.#messages.editMessage(request, more),
    });
    return { ids: result?.messageIds ?? [], degraded: result?.degraded ?? [] };
  }

  /** Resolves with the ids that could not be deleted, and why. */
  async deleteMessages(
    where: Conversation,
    ids: string | readonly string[],
    options?: ActionOptions & { readonly reason?: string | undefined },
  ): Promise<FailedDeletions> {
    const conversation = conversationToWire(where);
    const { reason = "" } = options ?? {};
    const request = { conversation, messageIds: idList(ids), reason, ...tagsOf(options) };
    const answer = await this.#act(where, {
      name: "deleteMessages",
      options,
      allowed: DELETE_OPTIONS,
      send: (more) => this.#messages.deleteMessages(request, more),
    });
    return answer.failed;
  }

  /** Reacts to a message. */
  async react(
    where: Conversation,
    id: string,
    emoji: EmojiGiven,
    options?: ReactOptions,
  ): Promise<void> {
    const { removed = false } = options ?? {};
    const request = {
      conversation: conversationToWire(where),
      messageId: id,
      emoji: emojiToWire(emoji),
      removed,
      ...tagsOf(options),
    };
    await this.#act(where, {
      name: "react",
      options,
      allowed: REACT_OPTIONS,
      send: (more) => this.#messages.react(request, more),
    });
  }

  /** Shows that the bot is typing, for as long as the network shows it (some 5 to 10 s), or no more. */
  async setTyping(where: Conversation, isActive: boolean, options?: CallOptions): Promise<void> {
    const request = { conversation: conversationToWire(where), isActive };
    await this.#run(where, {
      name: "setTyping",
      options,
      allowed: CALL_OPTIONS,
      send: (more) => this.#messages.setTyping(request, more),
    });
  }

  /** Who is in a channel: 10,000 people at most. */
  async listMembers(channelId: string, options?: CallOptions): Promise<MemberList> {
    const { members, isComplete } = await this.#run(
      { channelId },
      {
        name: "listMembers",
        options,
        allowed: CALL_OPTIONS,
        send: (more) => this.#messages.listMembers({ channelId }, more),
      },
    );
    const people = members.flatMap(({ user }) => (user === undefined ? [] : withNormalId(user)));
    return { members: people, isComplete };
  }

  /**
   * What can be done in a conversation, as its backend declared it; without the messages extension
   * nothing. An answer is remembered for a minute, or until another core answers.
   */
  async capabilities(where: Conversation): Promise<Capabilities> {
    checkConversation(where);
    return this.#capabilities.of(where, backendIdOf(where));
  }

  /** Whether something can be done in a conversation, if only partly: `can("edit", { channelId })`. */
  async can(feature: Feature, where: Conversation): Promise<boolean> {
    checkConversation(where);
    checkFeature(feature);
    const { features } = await this.#capabilities.usable(where, backendIdOf(where));
    return Object.hasOwn(features, feature);
  }

  /** As `#run`, of what others notice. */
  #act<T>(where: Conversation, call: Call<T>): Promise<T> {
    const acted = this.#run(where, call);
    this.#onSend?.("channelId" in where ? where.channelId : where.userId, acted);
    return acted;
  }

  async #run<T>(where: Conversation, call: Call<T>): Promise<T> {
    checkOptionNames(call.name, call.options, call.allowed);
    // What is known is not waited for: calls that are not awaited go out in their order.
    const { hasMessages = await this.#calls.hasMessages(call.options) } = this.#core;
    if (!hasMessages) throw noExtension();
    try {
      return await this.#calls.run(call);
    } catch (reason) {
      const error = SeabirdError.from(reason);
      if (error.code !== "failed_precondition") throw reason;
      // It cannot do what it has declared, or no more.
      this.#capabilities.forget(where, backendIdOf(where));
      throw markImpossible(error);
    }
  }
}

function idList(given: string | readonly string[]): string[] {
  const ids = typeof given === "string" ? [given] : given;
  if (Array.isArray(ids) && ids.every((id) => typeof id === "string")) return [...ids];
  const what = `message ids are ${inspect(given)}; give one text or a list of them`;
  throw argumentError("invalid_argument", what);
}

function emojiToWire(emoji: EmojiGiven): { text: string; id: string; url: string } {
  const { text, id = "", url = "" } = typeof emoji === "string" ? { text: emoji } : Object(emoji);
  if (typeof text === "string") return { text, id, url };
  const what = `an emoji is ${inspect(emoji)}; give a text, or { text, id, url }`;
  throw argumentError("invalid_argument", what);
}
