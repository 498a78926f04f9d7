/** What plugins have sent and changed, by conversation, until a test has checked it. */
import { type AttachmentBlock, type Block, walkBlocks } from "@seabird-chat/protocol";
import type { BackendUser, OutgoingMessage, Persona } from "@seabird-chat/sdk/backend";
import { showBlock } from "./show-block.ts";
import { TestMessage, type TestMessageDeps } from "./test-message.ts";

/** What all of it has. */
interface Did<Kind extends string> {
  /** Where it went: `#games`, `private ann`; on another backend than the first `irc/b #games`. */
  readonly to: string;
  readonly kind: Kind;
  /** Without formatting; of a deletion its reason. */
  readonly text: string;
  /** With its formatting as signs: `**bold**`, `_italics_`, `` `code` ``. */
  readonly shown: string;
}

/** A person, a channel or everyone, as a message names them. Ids are the network's own. */
export type SentMention =
  | { readonly userId: string; readonly text: string }
  | { readonly channelId: string; readonly text: string }
  | { readonly everyone: true; readonly text: string };

/** The message that another one answers. */
export interface SentReplyTo {
  readonly id: string;
  /** The network's own id; empty if it was not given. */
  readonly authorId: string;
  readonly text: string;
}

/** Something that a plugin sent: a message, or an action such as `/me waves`. */
export class SentMessage extends TestMessage implements Did<"message" | "action"> {
  readonly to: string;
  readonly kind: "message" | "action";
  readonly shown: string;
  readonly block: Block;
  readonly tags: Readonly<Record<string, string>>;
  /** Undefined if it answers none. */
  readonly replyTo: SentReplyTo | undefined;
  /** Another name and picture to send under. */
  readonly persona: Persona | undefined;
  /** Its files, in order. */
  readonly attachments: readonly AttachmentBlock[];
  /** Whom it notifies, in order. */
  readonly mentions: readonly SentMention[];

  /** @internal */
  constructor(to: string, sent: OutgoingMessage, deps: Omit<TestMessageDeps, "text">) {
    const { kind, text, block, tags, replyTo, persona } = sent;
    super({ ...deps, text });
    this.to = to;
    this.kind = kind;
    this.block = block;
    this.shown = showBlock(block);
    this.tags = tags;
    this.replyTo = replyTo && {
      id: replyTo.messageId,
      authorId: idOf(replyTo.author),
      text: replyTo.text ?? "",
    };
    this.persona = persona;
    const blocks = [...walkBlocks(block)];
    this.attachments = blocks.flatMap(({ inner }) =>
      inner.case === "attachment" ? [inner.value] : [],
    );
    this.mentions = blocks.flatMap(mentionIn);
  }
}

function idOf(user: string | BackendUser | undefined): string {
  return typeof user === "string" ? user : (user?.id ?? "");
}

function mentionIn({ inner, plain: text }: Block): SentMention[] {
  if (inner.case !== "mention") return [];
  const { case: kind, value } = inner.value.target;
  if (kind === "userId") return [{ userId: value, text }];
  if (kind === "channelId") return [{ channelId: value, text }];
  return kind === "everyone" && value ? [{ everyone: true, text }] : [];
}

/** A message that a plugin gave another content. */
export interface SentEdit extends Did<"edit"> {
  readonly ids: readonly string[];
  readonly block: Block;
  readonly tags: Readonly<Record<string, string>>;
}

/** A reaction of a plugin, or one that it took back; `text` is the emoji. */
export interface SentReaction extends Did<"reaction" | "removedReaction"> {
  readonly ids: readonly [string];
  readonly emoji: { readonly text: string; readonly id: string; readonly url: string };
}

/** Messages that a plugin deleted; `text` is the reason. */
export interface SentDeletion extends Did<"deletion"> {
  readonly ids: readonly string[];
}

/** What a plugin did in a conversation. */
export type SentItem = SentMessage | SentEdit | SentReaction | SentDeletion;
export type SentKind = SentItem["kind"];

/** Kinds that have one order, so that the oldest of them is what a test expects. */
const FAMILIES: readonly (readonly SentKind[])[] = [
  ["message", "action"],
  ["edit"],
  ["reaction", "removedReaction"],
  ["deletion"],
];

export class SentMessages {
  readonly #items: SentItem[] = [];
  readonly #messages: SentMessage[] = [];
  readonly #unchecked = new Set<SentItem>();

  add(item: SentItem): void {
    this.#items.push(item);
    if (item instanceof SentMessage) this.#messages.push(item);
    this.#unchecked.add(item);
  }

  /** Everything, which thereby counts as checked and is let go. */
  takeAll(): readonly SentItem[] {
    this.#unchecked.clear();
    this.#messages.length = 0;
    return this.#items.splice(0);
  }

  /** The oldest unchecked item of the kind's family, which thereby counts as checked. */
  take(to: string, kind: SentKind): SentItem | undefined {
    const family = FAMILIES.find((kinds) => kinds.includes(kind)) ?? [];
    for (const item of this.#unchecked) {
      if (item.to !== to || !family.includes(item.kind)) continue;
      this.#unchecked.delete(item);
      return item;
    }
    return undefined;
  }

  /** What no test has checked: of one conversation, or of all. */
  unchecked(to?: string): readonly SentItem[] {
    return [...this.#unchecked].filter((item) => to === undefined || item.to === to);
  }

  /** All messages and actions that were sent, oldest first. */
  get all(): readonly SentMessage[] {
    return this.#messages;
  }
}

const VERBS: Readonly<Record<SentKind, string>> = {
  message: "",
  action: "does ",
  edit: "edits to ",
  reaction: "reacts with ",
  removedReaction: "takes back ",
  deletion: "deletes for ",
};

/** What stands in front of the text in messages: `does `. */
export function verbOf(kind: SentKind): string {
  return VERBS[kind];
}

/** `"ann: 7"`, `does "waves"`, or `edits to "7" (m1)`. */
export function describe(item: SentItem): string {
  const text = `${verbOf(item.kind)}${JSON.stringify(item.shown)}`;
  return item instanceof SentMessage ? text : `${text} (${item.ids.join(", ")})`;
}

export function describeAll(items: readonly SentItem[]): string {
  return items.map((item) => `\n  ${item.to}: ${describe(item)}`).join("");
}
