/** The channels that a backend is in: announced again after each reconnect, left if not joined again. */
import type { MessageInitShape } from "@bufbuild/protobuf";
import { type ChatEventSchema, MAX_MESSAGE_ID_BYTES } from "@seabird-chat/protocol";
import { didYouMean } from "../command/nearest.ts";
import { SeabirdError } from "../link/errors.ts";
import { optionalText } from "./to-wire.ts";

/** A channel as its backend names it. */
export interface BackendChannel {
  /** Relative: the network's own, such as `#seabird`. */
  readonly id: string;
  /** Default: the id. */
  readonly displayName?: string | undefined;
  /** Default: empty. */
  readonly topic?: string | undefined;
  /** The channel that this thread is in. Default: none. */
  readonly parentId?: string | undefined;
  /** Whether only those who were invited read it, such as a group conversation. Default: false. */
  readonly isPrivate?: boolean | undefined;
  /** The message that this thread hangs on. Default: none. */
  readonly rootMessageId?: string | undefined;
}

export type TrackedChannel = {
  readonly [Name in keyof BackendChannel]-?: NonNullable<BackendChannel[Name]>;
};

export type ChatEventBody = NonNullable<MessageInitShape<typeof ChatEventSchema>["inner"]>;

/** The body of JoinChannel and ChangeChannel. */
export function channelBody({ id, ...channel }: TrackedChannel) {
  return { channelId: id, ...channel };
}

export interface ChannelsDeps {
  readonly maxChannels: number;
  /** Of each text: one that is too long would end every later session. */
  readonly maxCharacters: number;
  /** Reports a change to core, if the channels were announced in this session. */
  readonly announce: (body: ChatEventBody) => void;
}

const FIELDS = ["id", "displayName", "topic", "parentId", "isPrivate", "rootMessageId"];

/** For what plugins call `parent`; a channel may have fields of the network's own. */
function checkFields(channel: object): void {
  for (const name of Object.keys(Object(channel))) {
    const meant = FIELDS.includes(name) ? "" : didYouMean(name, FIELDS);
    const isGiven = FIELDS.some((field) => meant.includes(` ${field}?`) && field in channel);
    if (meant !== "" && !isGiven) throw new TypeError(`a channel has no ${name}${meant}`);
  }
}

export class Channels {
  readonly #deps: ChannelsDeps;
  readonly #byId = new Map<string, TrackedChannel>();
  /** From before the network's reconnect, not joined again so far. */
  readonly #missing = new Set<string>();

  constructor(deps: ChannelsDeps) {
    this.#deps = deps;
  }

  /**
   * Adds or replaces; a long name or topic is cut. Throws `invalid_argument` without proper
   * ids, `resource_exhausted` beyond the limit.
   */
  set({
    id,
    displayName,
    topic,
    parentId,
    isPrivate,
    rootMessageId,
  }: BackendChannel): TrackedChannel {
    const { maxChannels, maxCharacters } = this.#deps;
    if (typeof id !== "string" || id === "" || id.length > maxCharacters) {
      const allowed = `a channel needs an id of 1 to ${maxCharacters} characters`;
      throw new SeabirdError("invalid_argument", allowed);
    }
    if (isPrivate !== undefined && isPrivate !== null && typeof isPrivate !== "boolean") {
      throw new TypeError(`a channel's isPrivate is ${typeof isPrivate}, not true or false`);
    }
    if (!this.#byId.has(id) && this.#byId.size >= maxChannels) {
      throw new SeabirdError("resource_exhausted", `more than ${maxChannels} channels`);
    }
    const channel = {
      id,
      displayName: cut(checkText(displayName ?? id, "displayName"), maxCharacters),
      topic: cut(checkText(topic ?? "", "topic"), maxCharacters),
      parentId: checkParentId(parentId ?? "", maxCharacters),
      isPrivate: isPrivate === true,
      rootMessageId: optionalText(rootMessageId, "a channel's rootMessageId", MAX_MESSAGE_ID_BYTES),
    };
    this.#byId.set(id, channel);
    return channel;
  }

  /** The same for a channel that the bot has joined, perhaps again. */
  join(channel: BackendChannel): TrackedChannel {
    checkFields(channel);
    const tracked = this.set(channel);
    this.#missing.delete(tracked.id);
    return tracked;
  }

  /** What is not given stays. Undefined, and nothing changed, for an unknown channel. */
  change(change: BackendChannel): TrackedChannel | undefined {
    const known = this.#byId.get(change.id);
    if (known === undefined) return undefined;
    const given = Object.entries(change).filter(
      ([, value]) => value !== undefined && value !== null,
    );
    return this.set({ ...known, ...Object.fromEntries(given) });
  }

  readonly get = (id: string): TrackedChannel | undefined => this.#byId.get(id);

  remove(id: string): void {
    this.#byId.delete(id);
    this.#missing.delete(id);
  }

  all(): readonly TrackedChannel[] {
    return [...this.#byId.values()];
  }

  /** The bot is in this channel, by its own doing. */
  joined(channel: BackendChannel): void {
    this.#deps.announce({ case: "joinChannel", value: channelBody(this.join(channel)) });
  }

  left(channelId: string): void {
    this.remove(channelId);
    this.#deps.announce({ case: "leaveChannel", value: { channelId } });
  }

  changed(change: BackendChannel): void {
    const channel = this.change(change);
    if (channel === undefined) return;
    this.#deps.announce({ case: "changeChannel", value: channelBody(channel) });
  }

  /** The network is gone, and with it whether the bot is still in any channel. */
  networkLost(): void {
    for (const id of this.#byId.keys()) this.#missing.add(id);
  }

  /** Leaves those that were not joined again. */
  settled(): void {
    for (const id of this.#missing) this.left(id);
  }
}

/** Null, as networks give it, is taken for "not given". */
function checkText(given: unknown, name: string): string {
  if (typeof given === "string") return given.toWellFormed();
  throw new SeabirdError("invalid_argument", `a channel's ${name} is ${typeof given}, not text`);
}

/** An id that is cut would be another one. */
function checkParentId(given: unknown, maxCharacters: number): string {
  const id = checkText(given, "parentId");
  if (id.length <= maxCharacters) return id;
  const what = `a channel's parentId has ${id.length} characters; allowed: ${maxCharacters}`;
  throw new SeabirdError("invalid_argument", what);
}

/** At most so many characters, without half of one at the end. */
function cut(text: string, maxCharacters: number): string {
  return text.slice(0, maxCharacters).replace(/[\ud800-\udbff]$/, "");
}
