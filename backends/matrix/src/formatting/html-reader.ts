/** Builds blocks from elements of HTML as they begin and end. */
import {
  type Content,
  emoji,
  fencedCode,
  link,
  list,
  type MentionTarget,
  mention,
  spoiler,
} from "@seabird-chat/protocol";
import { mediaIdIn, shortTextIn } from "../matrix-ids.ts";
import { Flow } from "./flow.ts";
import { allowedUrl } from "./links.ts";
import { type Pill, parsePill } from "./pills.ts";

/** Elements within each other that become blocks, each of one or two; core takes 48 blocks. */
const MAX_DEPTH = 16;
/** Bytes of an emoji's text (protocol). */
const MAX_EMOJI_BYTES = 512;

export interface HtmlContext {
  /** Whom a pill names; undefined: it is a link. */
  mentionOf(pill: Pill): MentionTarget | undefined;
  /** Whether `@room` notifies everyone. */
  readonly notifiesRoom: boolean;
  /** Whether the name of a persona stands in front, for clients that do not know personas (MSC4144). */
  readonly hasPersonaFallback: boolean;
}

export type Attributes = Readonly<Record<string, string>>;
/** What to do when the element ends. */
export type Close = () => void;

export const NOTHING: Close = () => undefined;

/** What an element does when it begins. */
export type Open = (reader: HtmlReader, attributes: Attributes) => Close;

export class HtmlReader {
  readonly flow = new Flow();
  readonly #context: HtmlContext;
  readonly #elements: ReadonlyMap<string, Open>;
  /** One for each open element. */
  readonly #closes: Close[] = [];
  /** Formatting in effect; twice the same is once. */
  readonly #styles = new Set<string>();
  /** Items of the open lists, undefined for an open item: what is directly in a list is an item too. */
  readonly #lists: (Content[] | undefined)[] = [];
  #depth = 0;
  #ignored = 0;
  #pre: { text: string; info: string } | undefined;
  #mayNotifyRoom: boolean;

  /** `elements`: by name; of one that is missing the content is kept. */
  constructor(context: HtmlContext, elements: ReadonlyMap<string, Open>) {
    this.#context = context;
    this.#elements = elements;
    this.#mayNotifyRoom = context.notifiesRoom;
  }

  open(name: string, attributes: Attributes): void {
    this.#closes.push(this.#ignored > 0 ? NOTHING : this.#open(name, attributes));
  }

  close(): void {
    this.#closes.pop()?.();
  }

  text(text: string): void {
    if (this.#ignored > 0) return;
    if (this.#pre !== undefined) this.#pre.text += text;
    else if (this.#mayNotifyRoom && !this.#isVerbatim) this.#textWithRoom(text);
    else this.flow.text(text);
  }

  content(): readonly Content[] {
    return this.flow.close();
  }

  #open(name: string, attributes: Attributes): Close {
    const isFallback = this.#context.hasPersonaFallback && has(attributes, PERSONA_FALLBACK);
    if (IGNORED.has(name) || isFallback) return this.#ignore();
    if (this.#pre !== undefined) return this.#openInPre(name, attributes, this.#pre);
    if (this.#styles.has("code") && !IN_CODE.has(name)) return NOTHING;
    return this.#elements.get(name)?.(this, attributes) ?? NOTHING;
  }

  #ignore(): Close {
    this.#ignored += 1;
    return () => {
      this.#ignored -= 1;
    };
  }

  #openInPre(name: string, attributes: Attributes, pre: { text: string; info: string }): Close {
    if (name === "br") pre.text += "\n";
    if (name === "code") pre.info ||= languageOf(attributes);
    return NOTHING;
  }

  get #isVerbatim(): boolean {
    return this.#styles.has("code") || this.#styles.has("link");
  }

  /** The first `@room` is the one that notifies: more would do no more. */
  #textWithRoom(text: string): void {
    const found = ROOM.exec(text);
    if (found === null) {
      this.flow.text(text);
      return;
    }
    this.#mayNotifyRoom = false;
    this.flow.text(text.slice(0, found.index));
    this.flow.append(mention("everyone", "@room"));
    this.flow.text(text.slice(found.index + "@room".length));
  }

  /** An element of the same line. */
  inline(style: string, wrap: (content: readonly Content[]) => Content): Close {
    if (this.#styles.has(style) || this.#depth >= MAX_DEPTH) return NOTHING;
    this.#styles.add(style);
    this.#depth += 1;
    this.flow.open();
    return () => {
      this.#styles.delete(style);
      this.#depth -= 1;
      const content = this.flow.close();
      if (content.length > 0) this.flow.put(wrap(content));
    };
  }

  /** An element with lines of its own. */
  lines(wrap: (content: readonly Content[]) => Content): Close {
    if (this.#depth >= MAX_DEPTH) return this.boundary();
    this.#depth += 1;
    this.#lists.push(undefined);
    this.flow.openLines();
    return () => {
      this.#depth -= 1;
      this.#lists.pop();
      const content = this.flow.closeLines();
      if (content.length > 0) this.flow.block(wrap(content));
    };
  }

  /** An element of which only its lines stand apart. */
  boundary(): Close {
    this.flow.boundary();
    return () => this.flow.boundary();
  }

  list(ordered: boolean): Close {
    if (this.#depth >= MAX_DEPTH) return this.boundary();
    this.#depth += 1;
    const items: Content[] = [];
    this.#lists.push(items);
    this.flow.openLines();
    return () => {
      this.#depth -= 1;
      this.#takeStray(items);
      this.#lists.pop();
      this.flow.closeLines();
      const hasContent = items.some((item) => !Array.isArray(item) || item.length > 0);
      if (hasContent) this.flow.block(list(items, { ordered }));
    };
  }

  item(): Close {
    const items = this.#lists.at(-1);
    if (items === undefined) return this.boundary();
    this.#takeStray(items);
    this.#lists.push(undefined);
    this.flow.openLines();
    return () => {
      this.#lists.pop();
      items.push(this.flow.closeLines());
    };
  }

  #takeStray(items: Content[]): void {
    const stray = this.flow.take();
    if (stray.length > 0) items.push(stray);
  }

  pre(): Close {
    const pre = { text: "", info: "" };
    this.#pre = pre;
    return () => {
      this.#pre = undefined;
      // The last break ends the last line; the first one is no line (HTML: "pre").
      const text = pre.text.replace(/^\r?\n/, "").replace(/\r?\n$/, "");
      if (text !== "") this.flow.block(fencedCode(text, pre.info));
    };
  }

  link({ href }: Attributes): Close {
    const url = allowedUrl(href);
    if (url === undefined) return NOTHING;
    const pill = parsePill(url);
    const target = pill && this.#context.mentionOf(pill);
    return this.inline("link", (content) =>
      target === undefined ? link(url, content) : mention(target, content),
    );
  }

  spoiler(reason: string): Close {
    if (reason !== "") this.flow.text(`(${reason}) `);
    return this.inline("spoiler", spoiler);
  }

  image(attributes: Attributes): void {
    const { alt = "", title = "", src } = attributes;
    const id = has(attributes, "data-mx-emoticon") ? mediaIdIn(src) : undefined;
    const text = shortTextIn(alt || title || ":emoji:", MAX_EMOJI_BYTES);
    const isEmoji = id !== undefined && text !== undefined && !this.#styles.has("code");
    if (isEmoji) this.flow.append(emoji(text, { id }));
    else this.flow.text(alt || title);
  }
}

const PERSONA_FALLBACK = "data-mx-profile-fallback";

const ROOM = /(?<![\p{L}\p{N}_@])@room(?![\p{L}\p{N}_])/u;

/** Elements that are dropped with all that is in them: quotes of answers, and what is no text. */
const IGNORED: ReadonlySet<string> = new Set([
  ...["mx-reply", "script", "style", "title", "head", "textarea", "select", "noscript", "template"],
  ...["iframe", "object", "svg", "math", "audio", "video"],
]);

/** Elements that mean something in inline code too. */
const IN_CODE: ReadonlySet<string> = new Set(["br", "img"]);

export function has(attributes: Attributes, name: string): boolean {
  return Object.hasOwn(attributes, name);
}

/** Specification: the class `language-NAME` of code. */
function languageOf({ class: names = "" }: Attributes): string {
  return /(?:^|\s)language-([\w+#.-]{1,64})(?:\s|$)/.exec(names)?.[1] ?? "";
}
