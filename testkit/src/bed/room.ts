/** A place where a test talks to the plugins: a channel, or a private conversation. */
import type { Content } from "@seabird-chat/sdk";
import type { Expected } from "./expectation.ts";
import type { Person } from "./people.ts";
import type { Failing } from "./scripted-network.ts";
import type { Said } from "./sends.ts";

export interface SaySettings {
  /** Protocol: tags in use. */
  readonly tags?: Readonly<Record<string, string>> | undefined;
}

/** What a room needs of its bed. */
export interface RoomBed {
  /** Resolves when everything that came of it is over. */
  still(): Promise<void>;
  person(name: string): Person;
  expect(room: string, kind: Said["kind"], expected: Expected): Promise<Said>;
  expectNothing(room: string): Promise<void>;
}

export interface RoomParts {
  readonly bed: RoomBed;
  /** How the room is called in messages. */
  readonly label: string;
  /** Absolute, as plugins see it. */
  readonly id: string;
  readonly failNext: (kind: Failing, reason: string) => void;
}

abstract class Room {
  /** Absolute: a channel's id, in private the person's. */
  readonly id: string;
  protected readonly bed: RoomBed;
  readonly #parts: RoomParts;

  /** @internal */
  constructor(parts: RoomParts) {
    this.#parts = parts;
    this.bed = parts.bed;
    this.id = parts.id;
  }

  /**
   * Waits until nothing is going on, takes the next thing that was said here, and returns it.
   * Fails if nothing was, or something else: what was said is compared with and without its
   * formatting (`**bold**`).
   */
  expect(expected: Expected): Promise<Said> {
    return this.bed.expect(this.#parts.label, "message", expected);
  }

  /** The same for something done, such as `/me waves`. */
  expectAction(expected: Expected): Promise<Said> {
    return this.bed.expect(this.#parts.label, "action", expected);
  }

  /** Waits until nothing is going on; fails if something was said or done here meanwhile. */
  expectNothing(): Promise<void> {
    return this.bed.expectNothing(this.#parts.label);
  }

  /** The network refuses the next request of this kind here, with these words. */
  failNext(kind: Failing, reason: string): void {
    this.#parts.failNext(kind, reason);
  }
}

export interface ChannelParts extends RoomParts {
  readonly say: SayIn;
  readonly mention: SayIn;
  readonly act: SayIn;
}

type SayIn = (user: Person, content: Content, tags: Person["tags"]) => void;

/** A channel with the bot in it. Each verb resolves when everything that came of it is over. */
export class ChannelRoom extends Room {
  readonly #parts: ChannelParts;

  /** @internal Use `bed.channel`. */
  constructor(parts: ChannelParts) {
    super(parts);
    this.#parts = parts;
  }

  /** Somebody says something; with the prefix a command, to the bot by name a mention. */
  say(who: string, content: Content, settings?: SaySettings): Promise<void> {
    return this.#do(this.#parts.say, who, content, settings);
  }

  /** Somebody says something to the bot, by whatever means their network has for that. */
  mention(who: string, content: Content, settings?: SaySettings): Promise<void> {
    return this.#do(this.#parts.mention, who, content, settings);
  }

  /** Somebody does something, as in `/me waves`. */
  act(who: string, content: Content, settings?: SaySettings): Promise<void> {
    return this.#do(this.#parts.act, who, content, settings);
  }

  #do(verb: SayIn, who: string, content: Content, settings?: SaySettings): Promise<void> {
    const person = this.bed.person(who);
    verb(person, content, { ...person.tags, ...settings?.tags });
    return this.bed.still();
  }
}

export interface PrivateParts extends RoomParts {
  readonly who: string;
  readonly say: SayIn;
  readonly act: SayIn;
}

/** A private conversation of one person with the bot. */
export class PrivateRoom extends Room {
  readonly #parts: PrivateParts;

  /** @internal Use `bed.private`. */
  constructor(parts: PrivateParts) {
    super(parts);
    this.#parts = parts;
  }

  /** The person says something. */
  say(content: Content, settings?: SaySettings): Promise<void> {
    return this.#do(this.#parts.say, content, settings);
  }

  /** The person does something, as in `/me waves`. */
  act(content: Content, settings?: SaySettings): Promise<void> {
    return this.#do(this.#parts.act, content, settings);
  }

  #do(verb: SayIn, content: Content, settings?: SaySettings): Promise<void> {
    const person = this.bed.person(this.#parts.who);
    verb(person, content, { ...person.tags, ...settings?.tags });
    return this.bed.still();
  }
}
