/**
 * What a send becomes for a backend that lacks features (the messages extension in
 * docs/protocol.md: "Degrading"). Only the request changes; what is announced stays as it was said.
 */
import {
  type Block,
  blockDepth,
  type Conversation,
  cutUtf8,
  MAX_BLOCK_DEPTH,
  MAX_QUOTE_NAME_BYTES,
  type MessageReference,
  readConversation,
  type SendOptions,
} from "@seabird-chat/protocol";
import { BrokerError } from "../errors.ts";
import {
  type BlockFeature,
  type BlockTarget,
  degradeBlock,
  ownId,
  textBlock,
} from "./degrade-block.ts";

/** What a send loses where the backend did not declare it. */
export type DegradableFeature = "reply" | "thread" | "persona" | BlockFeature;

/** The backend that is asked. */
export interface DegradeTarget extends BlockTarget {
  has(feature: DegradableFeature): boolean;
}

/** A send or an edit, normalised. */
export interface DegradableSend {
  readonly text: string;
  readonly rootBlock: Block;
  /** As `announcedOptions` leaves them; none in an edit. */
  readonly options?: SendOptions | undefined;
  /** Whether it is an action, which is not quoted into. */
  readonly isAction: boolean;
}

/** The same for the backend. */
export interface DegradedSend {
  readonly text: string;
  readonly rootBlock: Block;
  /** Those that the backend understands; absent if there are none. */
  readonly options?: SendOptions;
  /** Features that got lost, each once, in the order of the specification's table. */
  readonly degraded: readonly DegradableFeature[];
}

const NOTHING_LOST: readonly DegradableFeature[] = [];

/**
 * Degrades a send. The result's block is the given one if nothing in it differs, and otherwise a
 * copy: the given one never changes. Neither does its plain text, but for what is put in front.
 *
 * Throws `bad_block` where a text in front of the block makes its tree too deep.
 */
export function degradeSend(send: DegradableSend, target: DegradeTarget): DegradedSend {
  const { text, rootBlock, options } = send;
  if (options === undefined && rootBlock.inner.case === "text") {
    return { text, rootBlock, degraded: NOTHING_LOST };
  }
  const lostBlocks = new Set<BlockFeature>();
  const message = degradeBlock(rootBlock, target, lostBlocks);
  if (options === undefined && message === rootBlock) {
    return { text, rootBlock, degraded: NOTHING_LOST };
  }
  const asked = options === undefined ? undefined : degradeOptions(options, send.isAction, target);
  const block = inFrontOf(message, asked?.prefixes ?? []);
  const blocks = BLOCK_FEATURES.filter((feature) => lostBlocks.has(feature));
  return {
    text: block.plain,
    rootBlock: block,
    ...(asked?.options && { options: asked.options }),
    degraded: [...(asked?.degraded ?? NOTHING_LOST), ...blocks],
  };
}

/** In the order of the specification's table. */
const BLOCK_FEATURES: readonly BlockFeature[] = ["attachment", "mention", "emoji"];

/** An option that only backends with a feature understand. */
interface OptionRow {
  readonly feature: DegradableFeature;
  /** The fields for the backend; undefined: the option is not used. */
  ask(options: SendOptions, target: DegradeTarget): Partial<SendOptions> | "impossible" | undefined;
  /** What stands in front of the message instead. */
  instead(options: SendOptions, isAction: boolean): string;
}

/** In the order of the specification's table, which is also that of the texts in front. */
const OPTION_ROWS: readonly OptionRow[] = [
  {
    feature: "reply",
    ask: ({ replyTo }, target) => replyTo && askReply(replyTo, target),
    instead: ({ replyTo }, isAction) => (isAction ? "" : quote(replyTo)),
  },
  {
    feature: "thread",
    ask: ({ startThread }) => (startThread ? { startThread } : undefined),
    instead: () => "",
  },
  {
    feature: "persona",
    ask: ({ persona }) => persona && { persona },
    instead: ({ persona }) => personaPrefix(persona?.displayName ?? ""),
  },
];

interface DegradedOptions {
  readonly options: SendOptions | undefined;
  readonly degraded: readonly DegradableFeature[];
  readonly prefixes: readonly string[];
}

function degradeOptions(
  options: SendOptions,
  isAction: boolean,
  target: DegradeTarget,
): DegradedOptions {
  const asked: SendOptions = {
    $typeName: "common.SendOptions",
    startThread: false,
    referrer: target.isDeclared ? options.referrer : "",
    idempotencyKey: "",
  };
  const degraded: DegradableFeature[] = [];
  const prefixes: string[] = [];
  let isEmpty = asked.referrer === "";
  for (const { feature, ask, instead } of OPTION_ROWS) {
    const fields = ask(options, target);
    if (fields === undefined) continue;
    if (fields === "impossible" || !target.has(feature)) {
      degraded.push(feature);
      const prefix = instead(options, isAction);
      if (prefix !== "") prefixes.push(prefix);
    } else {
      Object.assign(asked, fields);
      isEmpty = false;
    }
  }
  return { options: isEmpty ? undefined : asked, degraded, prefixes };
}

/** A reference with the backend's own ids; impossible if the message is another backend's. */
function askReply(
  replyTo: MessageReference,
  target: DegradeTarget,
): { replyTo: MessageReference } | "impossible" {
  const { author, conversation, ...reference } = replyTo;
  const where = conversation && ownConversation(conversation, target);
  if (where === "elsewhere") return "impossible";
  return {
    replyTo: {
      ...reference,
      ...(author && { author: { ...author, id: ownId(author.id, target.backend) } }),
      ...(where && { conversation: where }),
    },
  };
}

function ownConversation(
  conversation: Conversation,
  { backend }: DegradeTarget,
): Conversation | "elsewhere" {
  const value = ownId(readConversation(conversation)?.id ?? "", backend);
  if (value === "" || conversation.where.case === undefined) return "elsewhere";
  return { ...conversation, where: { case: conversation.where.case, value } };
}

const LINE_BREAKS = /\r\n|[\n\v\f\r\u0085\u2028\u2029]/g;
/**
 * What nobody sees in a name, or what changes how the text around it is shown. Joiners stay: names
 * in some scripts need them, and emoji of several characters.
 */
const INVISIBLE = /[\p{Cc}\p{Cs}\p{Bidi_Control}\u00ad\u200b\u2060\ufeff]/gu;
/** So that a name in a text notifies nobody of that name. */
const ZERO_WIDTH_SPACE = "\u200b";
/** Characters that are looked at for each byte that is kept: the others may be invisible. */
const LOOK_AHEAD = 4;

/** `> NAME: TEXT` and a line break, without what is not known. */
function quote(replyTo: MessageReference | undefined): string {
  const name = nameIn(replyTo?.author?.displayName ?? "");
  const text = replyTo?.text.replace(LINE_BREAKS, " ") ?? "";
  const said = name !== "" && text !== "" ? `${name}: ${text}` : name + text;
  return said === "" ? "" : `> ${said}\n`;
}

function personaPrefix(displayName: string): string {
  const name = nameIn(displayName);
  if (name === "") return "";
  const [first = "", ...others] = name;
  return `<${first}${others.length === 0 ? "" : ZERO_WIDTH_SPACE}${others.join("")}> `;
}

function nameIn(displayName: string): string {
  const beginning = cutUtf8(displayName, LOOK_AHEAD * MAX_QUOTE_NAME_BYTES);
  const name = beginning.replace(LINE_BREAKS, " ").replace(INVISIBLE, "").trim();
  return cutUtf8(name, MAX_QUOTE_NAME_BYTES);
}

/** A container of the texts and the message; the message alone if there are none. */
function inFrontOf(message: Block, prefixes: readonly string[]): Block {
  if (prefixes.length === 0) return message;
  if (blockDepth(message) >= MAX_BLOCK_DEPTH) {
    throw new BrokerError("bad_block", `blocks nested deeper than ${MAX_BLOCK_DEPTH}`);
  }
  return {
    $typeName: "common.Block",
    plain: prefixes.join("") + message.plain,
    inner: {
      case: "container",
      value: { $typeName: "common.ContainerBlock", inner: [...prefixes.map(textBlock), message] },
    },
  };
}
