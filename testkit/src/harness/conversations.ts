/** Where a test talks to the plugins: a channel, or a private chat. */
import type { Content } from "@seabird-chat/sdk";
import type { Expected } from "./expectations.ts";
import type { RequestKind } from "./scripted-network.ts";
import type { SentMessage } from "./sent-messages.ts";
import type { TestUser } from "./users.ts";

export interface SayOptions {
  /** Tags of the event. */
  readonly tags?: Readonly<Record<string, string>> | undefined;
}

/** What all conversations of a testbed share. */
export interface ConversationDeps {
  /** Resolves when everything that an event set off is done. */
  idle(): Promise<void>;
  user(name: string): TestUser;
  expect(to: string, kind: SentMessage["kind"], expected: Expected): Promise<SentMessage>;
  expectNothing(to: string): Promise<void>;
}

export interface ConversationOptions {
  readonly deps: ConversationDeps;
  /** How the conversation is called in messages. */
  readonly label: string;
  /** Absolute, as plugins see it. */
  readonly id: string;
  readonly failNext: (kind: RequestKind, reason: string) => void;
}

abstract class TestConversation {
  /** Absolute: a channel's id; in a private chat the user's. */
  readonly id: string;
  protected readonly deps: ConversationDeps;
  readonly #options: ConversationOptions;

  /** @internal */
  constructor(options: ConversationOptions) {
    this.#options = options;
    this.deps = options.deps;
    this.id = options.id;
  }

  /**
   * Waits until nothing is going on, takes the next message that was sent here, and returns it.
   * Fails if there is none or if it differs: the text is compared with and without its
   * formatting (`**bold**`).
   */
  expect(expected: Expected): Promise<SentMessage> {
    return this.deps.expect(this.#options.label, "message", expected);
  }

  /** The same for an action, such as `/me waves`. */
  expectAction(expected: Expected): Promise<SentMessage> {
    return this.deps.expect(this.#options.label, "action", expected);
  }

  /** Waits until nothing is going on; fails if a message or an action was sent here. */
  expectNothing(): Promise<void> {
    return this.deps.expectNothing(this.#options.label);
  }

  /** The network refuses the next request of this kind here, with this text. */
  failNext(kind: RequestKind, reason: string): void {
    this.#options.failNext(kind, reason);
  }

  /** @internal */
  protected do(verb: SayIn, who: string, content: Content, settings?: SayOptions): Promise<void> {
    const user = this.deps.user(who);
    verb(user, content, { ...user.tags, ...settings?.tags });
    return this.deps.idle();
  }
}

type SayIn = (user: TestUser, content: Content, tags: TestUser["tags"]) => void;

export interface ChannelOptions extends ConversationOptions {
  readonly say: SayIn;
  readonly mention: SayIn;
  readonly act: SayIn;
}

/** A channel that the bot is in. Each verb resolves when everything that it set off is done. */
export class TestChannel extends TestConversation {
  readonly #options: ChannelOptions;

  /** @internal Use `bed.channel`. */
  constructor(options: ChannelOptions) {
    super(options);
    this.#options = options;
  }

  /** A user says something: with the prefix a command, to the bot by name a mention. */
  say(who: string, content: Content, settings?: SayOptions): Promise<void> {
    return this.do(this.#options.say, who, content, settings);
  }

  /** A user mentions the bot, by whatever means the network has for that. */
  mention(who: string, content: Content, settings?: SayOptions): Promise<void> {
    return this.do(this.#options.mention, who, content, settings);
  }

  /** A user performs an action, as in `/me waves`. */
  act(who: string, content: Content, settings?: SayOptions): Promise<void> {
    return this.do(this.#options.act, who, content, settings);
  }
}

export interface PrivateChatOptions extends ConversationOptions {
  readonly who: string;
  readonly say: SayIn;
  readonly act: SayIn;
}

/** A user's private chat with the bot. */
export class TestPrivateChat extends TestConversation {
  readonly #options: PrivateChatOptions;

  /** @internal Use `bed.private`. */
  constructor(options: PrivateChatOptions) {
    super(options);
    this.#options = options;
  }

  /** The user says something. */
  say(content: Content, settings?: SayOptions): Promise<void> {
    return this.do(this.#options.say, this.#options.who, content, settings);
  }

  /** The user performs an action, as in `/me waves`. */
  act(content: Content, settings?: SayOptions): Promise<void> {
    return this.do(this.#options.act, this.#options.who, content, settings);
  }
}
