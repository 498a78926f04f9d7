/**
 * Builders for rich text, one for each kind of block, and `text` as a tagged template:
 *
 * ```ts
 * text`good morning, ${bold(name)}! See ${link("https://example.org", "the plan")}.`
 * container(["Today: ", list(["tea", text`more ${italics("tea")}`])])
 * ```
 *
 * No markup is parsed, so what a person typed never becomes formatting. Every block built here
 * has its `plain`. A tree deeper than 48 blocks throws BlockError where it is built.
 */
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { type Attachment, attachmentFields } from "./attachment.ts";
import { BlockError } from "./block-error.ts";
import { type Block, BlockSchema } from "./gen/common_pb.js";
import { type MentionTarget, readTarget } from "./mention-target.ts";
import { plainText } from "./plain.ts";

/**
 * What may stand inside a block: words, a number, a block, or several of these one after the
 * other.
 */
export type Content = string | number | bigint | Block | readonly Content[];

/** Of the literal before a wrong value, in an error. */
const MAX_SHOWN_CHARACTERS = 20;

type Inner = NonNullable<MessageInitShape<typeof BlockSchema>["inner"]>;

/**
 * Unformatted text; as a tagged template, text with blocks in it. Throws BlockError that names the
 * place of a value that is no content, such as undefined.
 */
export function text(content: string): Block;
export function text(strings: TemplateStringsArray, ...values: readonly Content[]): Block;
export function text(content: string | TemplateStringsArray, ...values: readonly Content[]): Block {
  if (typeof content === "string") return textBlock(content);
  if (!isTemplate(content)) throw new BlockError(`text: ${problemOf(content) ?? "not a text"}`);
  // A cooked string is missing where its escapes mean nothing, such as `\u` in a path.
  const literal = (index: number) => content[index] ?? content.raw[index] ?? "";
  values.forEach((value, index) => {
    const problem = problemOf(value);
    if (problem === undefined) return;
    const before = literal(index).slice(-MAX_SHOWN_CHARACTERS);
    throw new BlockError(`text: value ${index + 1}, after ${JSON.stringify(before)}: ${problem}`);
  });
  return contentBlock([literal(0), ...values.flatMap((value, i) => [value, literal(i + 1)])]);
}

/** Italic text. */
export function italics(content: Content): Block {
  return block({ case: "italics", value: { inner: contentBlock(content) } });
}

/** Bold text. */
export function bold(content: Content): Block {
  return block({ case: "bold", value: { inner: contentBlock(content) } });
}

/** Underlined text. */
export function underline(content: Content): Block {
  return block({ case: "underline", value: { inner: contentBlock(content) } });
}

/** Struck out text. */
export function strikethrough(content: Content): Block {
  return block({ case: "strikethrough", value: { inner: contentBlock(content) } });
}

/** Text that readers uncover themselves. */
export function spoiler(content: Content): Block {
  return block({ case: "spoiler", value: { inner: contentBlock(content) } });
}

/** Words of somebody else. */
export function blockquote(content: Content): Block {
  return block({ case: "blockquote", value: { inner: contentBlock(content) } });
}

/** Code within a line. */
export function inlineCode(code: string): Block {
  return block({ case: "inlineCode", value: { text: code.toWellFormed() } });
}

/** Lines of code; `info` names the language, by default none. */
export function fencedCode(code: string, info = ""): Block {
  const value = { text: code.toWellFormed(), info: info.toWellFormed() };
  return block({ case: "fencedCode", value });
}

/** A link that reads as `content`, by default as its url. */
export function link(url: string, content: Content = url): Block {
  return block({
    case: "link",
    value: { url: url.toWellFormed(), inner: contentBlock(content) },
  });
}

/** A heading; level 1, the default, is the largest. Levels are whole numbers. */
export function heading(content: Content, level = 1): Block {
  return block({ case: "heading", value: { level, inner: contentBlock(content) } });
}

/**
 * A list, one item for each element; numbered from 1 if `ordered`, by default not. One without items
 * reads as nothing.
 */
export function list(
  items: readonly Content[],
  options: { readonly ordered?: boolean } = {},
): Block {
  if (!Array.isArray(items)) throw new BlockError(`list: ${problemOf(items) ?? "not an array"}`);
  const isOrdered = options.ordered ?? false;
  return block({ case: "list", value: { inner: items.map(contentBlock), isOrdered } });
}

/** Blocks that follow each other with nothing in between, one for each element. */
export function container(parts: readonly Content[]): Block {
  return block({ case: "container", value: { inner: parts.map(contentBlock) } });
}

/**
 * A moment, which a backend may show in each reader's own time zone. Throws BlockError outside
 * the years 1 to 9999, and for an invalid date.
 */
export function timestamp(moment: Date): Block {
  const isValid = !Number.isNaN(moment.getTime());
  return block({ case: "timestamp", value: isValid ? { inner: timestampFromDate(moment) } : {} });
}

/**
 * Names a person, a channel or everyone in a conversation, and notifies them. Reads as `content`, by
 * default as `@` with the person's name, the channel's id within its backend, or `@everyone`.
 * `everyone` needs the scope `mention-everyone`. Throws BlockError for a target that is none, and for
 * empty content.
 */
export function mention(target: MentionTarget, content?: Content): Block {
  const { name, target: value } = readTarget(target);
  const inner = contentBlock(content ?? name);
  if (inner.plain === "")
    throw new BlockError("mention: its content is empty; give what it reads as");
  return block({ case: "mention", value: { inner, target: value } });
}

/**
 * An emoji: the character itself, or `:name:` for one of the network's own, which then has an `id`
 * there and may have the `url` of its picture. Throws BlockError for a text or id over 512 bytes, and
 * without both.
 */
export function emoji(
  text: string,
  options: { readonly id?: string; readonly url?: string } = {},
): Block {
  const { id = "", url = "" } = options;
  if (typeof text !== "string" || text + id === "") {
    const shown = typeof text === "string" ? JSON.stringify(text) : String(text);
    throw new BlockError(
      `emoji: the text is ${shown}; give the emoji itself, or its name: ":parrot:"`,
    );
  }
  const value = { text: text.toWellFormed(), id: id.toWellFormed(), url: url.toWellFormed() };
  return block({ case: "emoji", value });
}

/**
 * A file. Reads as `name: url`. Throws BlockError for one without url, name and id, for sizes that are
 * no whole numbers, and for a date that is invalid or outside the years 1 to 9999.
 */
export function attachment(file: Attachment): Block {
  return block({ case: "attachment", value: attachmentFields(file) });
}

/** One block of any content: the block itself, a text, or a container of several. */
export function contentBlock(content: Content): Block {
  const problem = problemOf(content);
  if (problem !== undefined) throw new BlockError(problem);
  const blocks = joinTexts(flatten(content));
  const [first, ...others] = blocks;
  if (first === undefined) return textBlock("");
  return others.length === 0 ? first : block({ case: "container", value: { inner: blocks } });
}

/** What is wrong with a value where types are not checked; undefined for content. */
function problemOf(content: unknown): string | undefined {
  if (Array.isArray(content)) {
    const problems = content.map(problemOf);
    const index = problems.findIndex((problem) => problem !== undefined);
    return index < 0 ? undefined : `part ${index + 1}: ${problems[index]}`;
  }
  if (content === undefined || content === null) return notContent(String(content));
  if (typeof content === "object") {
    return "$typeName" in content ? undefined : notContent("an object that is no block");
  }
  return ["function", "symbol"].includes(typeof content)
    ? notContent(`a ${typeof content}`)
    : undefined;
}

function notContent(what: string): string {
  return `it is ${what}; content is words, a number, a block, or a list of these`;
}

function flatten(content: Content): (string | Block)[] {
  if (isContents(content)) return content.flatMap(flatten);
  return [typeof content === "object" ? content : String(content)];
}

function isTemplate(content: TemplateStringsArray): boolean {
  return Array.isArray(content) && "raw" in content;
}

/** Array.isArray does not narrow readonly arrays. */
function isContents(content: Content): content is readonly Content[] {
  return Array.isArray(content);
}

/** Neighbouring texts become one block, empty ones none. */
function joinTexts(parts: readonly (string | Block)[]): Block[] {
  const blocks: Block[] = [];
  let pending = "";
  for (const part of parts) {
    if (typeof part === "string") {
      pending += part;
      continue;
    }
    if (pending !== "") blocks.push(textBlock(pending));
    pending = "";
    blocks.push(part);
  }
  if (pending !== "") blocks.push(textBlock(pending));
  return blocks;
}

function textBlock(content: string): Block {
  return block({ case: "text", value: { text: content.toWellFormed() } });
}

function block(inner: Inner): Block {
  const built = create(BlockSchema, { inner });
  built.plain = plainText(built);
  return built;
}
