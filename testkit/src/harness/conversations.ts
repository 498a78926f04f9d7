/** Where a test talks to the plugins: a channel, or a private chat. */
import type { Content } from "@seabird-chat/sdk";
import type { Target } from "@seabird-chat/sdk/backend";
import { checkNames, checkText } from "./check-given.ts";
import type { Expectations, Expected, Wanted } from "./expectations.ts";
import { REQUEST_KINDS, type RequestKind } from "./scripted-connection.ts";
import type { SayVerb, ScriptedNetwork } from "./scripted-network.ts";
import type {
  SentDeletion,
  SentEdit,
  SentItem,
  SentMessage,
  SentReaction,
} from "./sent-messages.ts";
import { type SaidMessage, TestMessage } from "./test-message.ts";
import type { TestUser } from "./users.ts";

export interface SayOptions {
  /** Tags of the event. */
  readonly tags?: Readonly<Record<string, string>> | undefined;
  /** The message that it answers: one that `say` or `expect` returned. */
  readonly replyTo?: TestMessage | undefined;
}

export interface TypingOptions {
  /** False: has stopped. Default: true. */
  readonly isActive?: boolean | undefined;
}

export interface LeaveOptions {
  readonly reason?: string;
  /** Who removed them. Default: they left by themselves. */
  readonly by?: string;
}

export interface ReactionOptions {
  /** That it is taken back. Default: false. */
  readonly removed?: boolean | undefined;
}

export interface ConversationOptions {
  readonly network: ScriptedNetwork;
  readonly expectations: Pick<Expectations, "idle" | "expect" | "expectNothing" | "failure">;
  readonly user: (name: string) => TestUser;
  readonly where: Target;
  /** How the conversation is called in messages. */
  readonly label: string;
  /** Absolute, as plugins see it. */
  readonly id: string;
}

/** The functions of a channel by which people say something. */
const SAY: Readonly<Record<SayVerb, string>> = {
  message: "say",
  mention: "mention",
  action: "act",
};

abstract class TestConversation {
  /** Absolute: a channel's id; in a private chat the user's. */
  readonly id: string;
  readonly #options: ConversationOptions;

  /** @internal */
  constructor(options: ConversationOptions) {
    this.#options = options;
    this.id = options.id;
  }

  /**
   * Waits until nothing is going on, takes the next message that was sent here, and returns it.
   * Fails if there is none or if it differs: the text is compared with and without its
   * formatting (`**bold**`).
   */
  expect(expected: Expected): Promise<SentMessage> {
    return this.#expect({ kind: "message", expected });
  }

  /** The same for an action, such as `/me waves`. */
  expectAction(expected: Expected): Promise<SentMessage> {
    return this.#expect({ kind: "action", expected });
  }

  /** The same for the next edit here; `message`: the one that `expect` returned. Default: any. */
  expectEdit(expected: Expected, message?: TestMessage): Promise<SentEdit> {
    TestMessage.check("the edited message", message);
    return this.#expect({ kind: "edit", expected, message });
  }

  /** The same for the next reaction of a plugin here, given by its emoji. */
  expectReaction(
    emoji: Expected,
    message?: TestMessage,
    settings: ReactionOptions = {},
  ): Promise<SentReaction> {
    if (!(emoji instanceof RegExp)) checkText("the emoji", emoji, 'expectReaction("👍", said)');
    TestMessage.check("the message that is reacted to", message);
    checkNames("expectReaction", settings, ["removed"]);
    const { removed = false } = settings;
    const kind = removed ? "removedReaction" : "reaction";
    return this.#expect({ kind, expected: emoji, message });
  }

  /** The same for the next deletion here; `reason` is compared only if it is given. */
  expectDeletion(message?: TestMessage, reason?: Expected): Promise<SentDeletion> {
    TestMessage.check("the deleted message", message);
    return this.#expect({ kind: "deletion", expected: reason, message });
  }

  /** Waits until nothing is going on; fails if something was sent or changed here. */
  expectNothing(): Promise<void> {
    return this.#options.expectations.expectNothing(this.#options.label);
  }

  /** The same; fails unless the bot was shown typing here since the last `expectTyping`. */
  async expectTyping(): Promise<void> {
    const { expectations, network, where, label } = this.#options;
    await expectations.idle();
    if (network.takeTyping(where)) return;
    throw expectations.failure(`${label}: the bot was not shown typing`, {
      ...{ actual: false, expected: true, operator: "expectTyping" },
    });
  }

  /** Whether the bot is shown typing here. */
  get isTyping(): boolean {
    return this.#options.network.isTyping(this.#options.where);
  }

  /** The network refuses the next request of this kind here, with this text. */
  failNext(kind: RequestKind, reason: string): void {
    if (!REQUEST_KINDS.includes(kind)) {
      throw new TypeError(`no request is called "${kind}"; there are ${REQUEST_KINDS.join(", ")}`);
    }
    this.#options.network.failNext(kind, this.#options.where.id, reason);
  }

  /** @internal */
  protected async saying(
    verb: SayVerb,
    who: string,
    content: Content,
    settings: SayOptions = {},
  ): Promise<SaidMessage> {
    checkText("who says something", who, `${SAY[verb]}("ann", "hi")`);
    if (content === undefined)
      throw new TypeError(`${who} says nothing; write ${SAY[verb]}("ann", "hi")`);
    checkNames(SAY[verb], settings, ["tags", "replyTo"]);
    const { tags, replyTo } = settings;
    TestMessage.check("replyTo", replyTo);
    const { network, where, user } = this.#options;
    const by = user(who);
    const said = { user: by, content, tags: { ...by.tags, ...tags }, replyTo };
    const message = network.say(verb, where, said);
    await this.idle();
    return message;
  }

  /** @internal */
  protected async typed(who: string, settings: TypingOptions = {}): Promise<void> {
    checkText("who types", who, 'typing("ann")');
    checkNames("typing", settings, ["isActive"]);
    const { isActive = true } = settings;
    const { network, where, user } = this.#options;
    network.typing(where, user(who), isActive);
    await this.idle();
  }

  /** @internal */
  protected idle(): Promise<void> {
    return this.#options.expectations.idle();
  }

  async #expect<Item extends SentItem>(wanted: Wanted): Promise<Item> {
    const { expectations, label } = this.#options;
    return (await expectations.expect(label, wanted)) as Item;
  }
}

/** A channel that the bot is in. Each verb resolves when everything that it set off is done. */
export class TestChannel extends TestConversation {
  readonly #options: ConversationOptions;

  /** @internal Use `bed.channel`. */
  constructor(options: ConversationOptions) {
    super(options);
    this.#options = options;
  }

  /**
   * A user says something: with the prefix a command, to the bot by name a mention. Ids in it, such
   * as those of mentions, are the network's own.
   */
  say(who: string, content: Content, settings?: SayOptions): Promise<SaidMessage> {
    return this.saying("message", who, content, settings);
  }

  /** A user mentions the bot, by whatever means the network has for that. */
  mention(who: string, content: Content, settings?: SayOptions): Promise<SaidMessage> {
    return this.saying("mention", who, content, settings);
  }

  /** A user performs an action, as in `/me waves`. */
  act(who: string, content: Content, settings?: SayOptions): Promise<SaidMessage> {
    return this.saying("action", who, content, settings);
  }

  /** A user types, or has stopped. */
  typing(who: string, settings?: TypingOptions): Promise<void> {
    return this.typed(who, settings);
  }

  /** A user comes into the channel. Who says something is in it already. */
  async join(who: string): Promise<void> {
    checkText("who joins", who, 'join("ann")');
    const { network, where, user } = this.#options;
    network.memberJoined(where.id, user(who));
    await this.idle();
  }

  /** A user goes from the channel, or is removed. */
  async leave(who: string, settings: LeaveOptions = {}): Promise<void> {
    checkText("who leaves", who, 'leave("ann")');
    checkNames("leave", settings, ["reason", "by"]);
    const { by, ...more } = settings;
    const { network, where, user } = this.#options;
    const remover = by === undefined ? {} : { by: user(by) };
    network.memberLeft(where.id, user(who), { ...more, ...remover });
    await this.idle();
  }
}

export interface PrivateChatOptions extends ConversationOptions {
  readonly who: string;
}

/** A user's private chat with the bot. */
export class TestPrivateChat extends TestConversation {
  readonly #who: string;

  /** @internal Use `bed.private`. */
  constructor(options: PrivateChatOptions) {
    super(options);
    this.#who = options.who;
  }

  /** The user says something. */
  say(content: Content, settings?: SayOptions): Promise<SaidMessage> {
    return this.saying("message", this.#who, content, settings);
  }

  /** The user performs an action, as in `/me waves`. */
  act(content: Content, settings?: SayOptions): Promise<SaidMessage> {
    return this.saying("action", this.#who, content, settings);
  }

  /** The user types, or has stopped. */
  typing(settings?: TypingOptions): Promise<void> {
    return this.typed(this.#who, settings);
  }
}
