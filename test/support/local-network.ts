/** A chat network on this machine, with a person in one channel whose client is not ours. */
import type { ChannelPerson } from "./channel-person.ts";
import type { TcpProxy } from "./tcp-proxy.ts";

/** What the person's client shows of the bot. */
export interface HeardMessage {
  /** The network's; empty if it gives none. */
  readonly id: string;
  /** What edits name it by, where that is another id. */
  readonly sentId?: string;
  readonly text: string;
  /** Of an edit: the id of the message that it replaces. */
  readonly edits?: string;
  /** Urls of its files. */
  readonly files?: readonly string[];
}

export interface LocalNetwork {
  /** As in `TYPE/ID`. */
  readonly type: "irc" | "matrix" | "xmpp";
  /** As in `TYPE/ID`; default: `home`. */
  readonly id?: string;
  /** The backend's section of `seabird.yaml`, for a bot that is in the person's channel. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** The channel's own id, relative. */
  readonly channel: string;
  /** What lies between the bot and the server. */
  readonly link: TcpProxy;
  /** With everything that they can do, and that their client shows. */
  readonly person: ChannelPerson;
  /** Whether the server keeps for the bot what is said while it is away. */
  readonly keepsMessages: boolean;
  /** The person says it in the channel. */
  say(text: string): Promise<void>;
  /** The person gives what they said last another text, on a network that has edits. */
  edit?(text: string): Promise<void>;
  /** The person reacts to a message of the bot, or takes that back. */
  react(id: string, emoji: string, options?: { readonly removed: boolean }): Promise<void>;
  /** The person posts a picture (PNG), on a network that has files. */
  post?(name: string, bytes: Uint8Array<ArrayBuffer>): Promise<void>;
  /** The person opens the file of a message. */
  open(message: HeardMessage): Promise<Response>;
  /** Of the bot, from the number `from` on (from 0), oldest first. */
  heard(from: number): readonly HeardMessage[];
}
