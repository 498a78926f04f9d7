/** A chat network as the contract's test cases drive it: what the author of a backend provides. */
import type { Block } from "@seabird-chat/sdk";
import type { Backendbed, BackendbedOptions } from "../harness/backendbed.ts";

/** A person on the network, played by a client that is not the backend. */
export interface ContractPerson {
  /** The person's id, as the backend reports it. */
  readonly id: string;
  /** What a mention of the person reads as. Default: the id. */
  readonly name?: string;
  /** Says a line in a channel, exactly as given. */
  say(channel: string, text: string): void | Promise<void>;
  /** Performs an action, as in `/me waves`. Omit it if people on the network cannot. */
  act?(channel: string, text: string): void | Promise<void>;
  /** Says a line to the bot in private. Omit it if the network has no private messages. */
  whisper?(text: string): void | Promise<void>;
  /** Performs an action in private. */
  whisperAction?(text: string): void | Promise<void>;
  /** Says a line in answer to the message with this id. */
  reply?(channel: string, id: string, text: string): void | Promise<void>;
  /** Gives one's own message another text. */
  edit?(channel: string, id: string, text: string): void | Promise<void>;
  /** Deletes one's own message. */
  delete?(channel: string, id: string): void | Promise<void>;
  /** Reacts to a message, or takes that back. */
  react?(channel: string, id: string, emoji: string, removed: boolean): void | Promise<void>;
  /** Begins to type. */
  type?(channel: string): void | Promise<void>;
  /** Leaves the channel and joins it again. */
  comeAgain?(channel: string): void | Promise<void>;
  /**
   * Posts a file. Omit it if the backend reports no files, or ones that have no url and that it does
   * not hand over.
   */
  postFile?(channel: string, file: PostedFile): void | Promise<void>;
  /**
   * The bytes of the bot's files, oldest first. Required if the network gets the bytes; without it
   * the person has to see links.
   */
  seenFiles?(channel: string): readonly Uint8Array[];
  /** Edits of the bot's messages, oldest first. Omit it if people do not see them. */
  seenEdits?(channel: string): readonly { readonly id: string; readonly text: string }[];
  /** Ids of the bot's messages that were deleted. */
  seenDeletions?(channel: string): readonly string[];
  /** The bot's reactions that are there now. */
  seenReactions?(channel: string): readonly { readonly id: string; readonly emoji: string }[];
  /** All lines of the bot that the person has seen in a channel, oldest first, as they came. */
  seen(channel: string): readonly string[];
  /** All lines of the bot that the person has received in private. Required with `whisper`. */
  seenInPrivate?(): readonly string[];
}

export interface PostedFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** What a case starts the backend with, besides the definition and the settings. */
export type ContractStart = Pick<BackendbedOptions<unknown>, "timeoutMs" | "publicUrl">;

/**
 * A running network with one person on it. Each test case starts a new one. Optional members
 * describe what the network can do; the cases check that everything else is refused in words.
 */
export interface ContractNetwork {
  /** Starts the backend: `(options) => backendbed({ backend, config, ...options })`. */
  start(options: ContractStart): Promise<Backendbed>;
  /** The bot's name on the network, by which it can be mentioned. */
  readonly self: string;
  /** The channel that the backend is in after its start; the person is there too. */
  readonly channel: string;
  readonly person: ContractPerson;
  /**
   * A channel in which the bot is not: the network refuses messages to it, and leaving it. Omit it
   * if the network accepts any name.
   */
  readonly unknownChannel?: string;
  /** Another channel, which the backend can join. The person is there too. */
  readonly joinable?: string;
  /** The topic of a channel as the network has it. Omit it if topics cannot be set. */
  topic?(channel: string): string | undefined | Promise<string | undefined>;
  /** Blocks that come back unchanged when the person repeats what the bot said. Default: none. */
  readonly roundTrips?: readonly Block[];
  /** Stops the network and starts it again. Omit it if the network cannot be lost. */
  readonly outage?: {
    begin(): Promise<void>;
    /** Resolves when the person is back in the channel. */
    end(): Promise<void>;
  };
  /** Connections of the backend that are open. Omit it if the network does not know. */
  connections?(): number;
  /** Idempotent. */
  close(): void | Promise<void>;
}
