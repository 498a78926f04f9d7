/** Messages of a scripted network, and what people can do with them. */
import { inspect } from "node:util";
import type { Content } from "@seabird-chat/sdk";
import type { BackendEmoji, MessageReference, Target } from "@seabird-chat/sdk/backend";
import { checkNames, checkText } from "./check-given.ts";
import type { TestUser } from "./users.ts";

/** How a message's network reports what people do with it. Throws for what it cannot report. */
export interface MessageReports {
  /** `type/id`. */
  readonly name: string;
  edited(message: PlacedMessage, by: TestUser, content: Content): void;
  deleted(message: PlacedMessage, by: TestUser, reason: string): void;
  reaction(message: PlacedMessage, by: TestUser, reaction: PersonReaction): void;
  /** Of a message without ids. */
  noIds(): Error;
}

export interface PersonReaction {
  readonly emoji: string | BackendEmoji;
  readonly removed: boolean;
}

export interface PlacedMessage {
  readonly where: Target;
  readonly ids: readonly string[];
}

export interface TestMessageDeps extends PlacedMessage {
  readonly network: MessageReports;
  readonly user: (name: string) => TestUser;
  /** Resolves when everything that an event set off is done. */
  readonly idle: () => Promise<void>;
  readonly author: TestUser;
  /** Without formatting. */
  readonly text: string;
}

export interface PersonReactionOptions {
  /** Taken back. Default: false. */
  readonly removed?: boolean | undefined;
}

const REACT = 'react("ann", "👍")';

/** A message in a testbed. Each verb resolves when everything that it set off is done. */
export class TestMessage {
  /** Without formatting. */
  readonly text: string;
  /** The network's ids: several if a plugin's message became several; none without `message_ids`. */
  readonly ids: readonly string[];
  readonly #deps: TestMessageDeps;

  /** @internal */
  constructor(deps: TestMessageDeps) {
    this.#deps = deps;
    this.text = deps.text;
    this.ids = deps.ids;
  }

  /** The first of `ids`; empty if there are none. */
  get id(): string {
    return this.ids[0] ?? "";
  }

  /**
   * A person reacts to it, or takes a reaction back. The emoji is a character such as `👍`, or
   * `{ text: ":parrot:", id }` for one of the network's own.
   */
  react(
    who: string,
    emoji: string | BackendEmoji,
    settings: PersonReactionOptions = {},
  ): Promise<void> {
    checkText("who reacts", who, REACT);
    checkText("the emoji", Object(emoji).text ?? emoji, REACT);
    checkNames("react", settings, ["removed"]);
    const { removed = false } = settings;
    return this.#do(who, (user) => this.#deps.network.reaction(this, user, { emoji, removed }));
  }

  /** A person deletes it. Default: its author; give who moderates otherwise. */
  delete(who?: string, reason = ""): Promise<void> {
    return this.#do(who, (user) => this.#deps.network.deleted(this, user, reason));
  }

  /** @internal Its author gives it another content. */
  protected edited(content: Content): Promise<void> {
    return this.#do(undefined, (user) => this.#deps.network.edited(this, user, content));
  }

  /** @internal */
  get where(): Target {
    return this.#deps.where;
  }

  /** @internal The name of its network. */
  get networkName(): string {
    return this.#deps.network.name;
  }

  /** @internal Throws a TypeError for an id, or a message that was not awaited. */
  static check(what: string, given: unknown): void {
    if (given === undefined || given instanceof TestMessage) return;
    const found = given instanceof Promise ? "a promise" : inspect(given, { depth: 0 });
    throw new TypeError(`${what} is ${found}; give a message that say or expect resolved with`);
  }

  /** @internal As an answer refers to it; `to`: where the answer is. Throws without ids. */
  static referenceTo(message: TestMessage, to: Target): MessageReference {
    const { where, author, text, network } = message.#deps;
    if (message.id === "") throw network.noIds();
    const isElsewhere = where.kind !== to.kind || where.id !== to.id;
    const conversation = isElsewhere ? where : undefined;
    return { messageId: message.id, author, text, conversation };
  }

  #do(who: string | undefined, verb: (user: TestUser) => void): Promise<void> {
    const { author, user, idle } = this.#deps;
    verb(who === undefined ? author : user(who));
    return idle();
  }
}

/** What a person has said. */
export class SaidMessage extends TestMessage {
  /** Its author gives it another content. */
  edit(content: Content): Promise<void> {
    return this.edited(content);
  }
}
