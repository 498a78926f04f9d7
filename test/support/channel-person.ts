/** A person in a channel: what they do there, and everything that their client shows of it. */

/** One thing that the client shows. */
export interface Seen {
  /** Whether our bot did it. */
  readonly isBot: boolean;
  readonly does:
    | "says"
    | "acts"
    | "edits"
    | "deletes"
    | "reacts"
    | "takes back"
    | "sets the topic"
    | "types";
  /** Of a message: the network's, or the client's; empty if there is none. */
  readonly id: string;
  /** With the network's own formatting. */
  readonly text: string;
  /** The id of the message that it is about, or that it answers. */
  readonly target?: string | undefined;
  /** The name that the client shows in place of the bot's. */
  readonly persona?: string | undefined;
  /** The id of the message at which the thread hangs that it is in. */
  readonly thread?: string | undefined;
}

/** Methods that may be missing are what the network, or this client, has not. */
export interface ChannelPerson {
  /** Of the channel, oldest first; also what the person does. */
  seen(): readonly Seen[];
  say(text: string): Promise<unknown>;
  act(text: string): Promise<unknown>;
  /** Four words: bold, italics, struck out, code. */
  format?(words: FourWords): Promise<unknown>;
  reply?(id: string, text: string): Promise<unknown>;
  edit?(id: string, text: string): Promise<unknown>;
  remove?(id: string): Promise<unknown>;
  react?(id: string, emoji: string, removed: boolean): Promise<unknown>;
  /** In the thread of a message. */
  sayInThread?(id: string, text: string): Promise<unknown>;
  /** As the client mentions somebody; the person is `ann` everywhere. */
  mentionAnn(text: string): Promise<unknown>;
  type?(): Promise<unknown>;
  /** To the bot alone. */
  whisper(text: string): Promise<unknown>;
  setTopic(topic: string): Promise<unknown>;
  /** Lets the bot set the topic. */
  shareTopic(): Promise<unknown>;
  /** `bob` comes. */
  bringBob(): Promise<unknown>;
}

export type FourWords = readonly [bold: string, italics: string, struck: string, code: string];

/** In words, with the texts of the messages that it is about, and `·` for a sign without width. */
export function describe(one: Seen, all: readonly Seen[]): string {
  const name = one.persona === undefined ? "" : `[${one.persona}] `;
  const about = (id: string) =>
    `“${all.find((each) => each.id === id && each.does !== "edits")?.text ?? id}”`;
  const thread = one.thread === undefined ? "" : `in the thread of ${about(one.thread)} `;
  const target = one.target === undefined ? "" : about(one.target);
  const what = {
    says: target === "" ? `says: ${one.text}` : `answers ${target}: ${one.text}`,
    acts: `acts: ${one.text}`,
    edits: `edits ${target}: ${one.text}`,
    deletes: `deletes ${target}`,
    reacts: `reacts to ${target}: ${one.text}`,
    "takes back": `takes back of ${target}: ${one.text}`,
    "sets the topic": `sets the topic: ${one.text}`,
    types: "types",
  }[one.does];
  return `${thread}${name}${what}`.replaceAll("\u200b", "·");
}
