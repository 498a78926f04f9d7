/** What a message says: its body without fallbacks, styled, with mentions and files. Pure. */
import {
  attachment,
  type Block,
  type Content,
  contentBlock,
  plainText,
  spoiler,
} from "@seabird-chat/protocol";
import { type BodyMention, bodyToBlock } from "../format.ts";
import type { Range } from "../formatting/styling.ts";
import { NS, type Stanza } from "../stanza.ts";
import { readAttachments } from "./attachments.ts";
import type { InboundView } from "./network-event.ts";
import { type Origin, toUser } from "./origin.ts";
import {
  attributeOf,
  childOf,
  childrenOf,
  numberOf,
  ownChildOf,
  parseAddress,
  printable,
  textOf,
} from "./read-stanza.ts";

export interface MessageContent {
  readonly text?: string | undefined;
  readonly block?: Block | undefined;
  /** Without formatting. */
  readonly plain: string;
  /** XEP-0245. */
  readonly isAction: boolean;
}

const ACTION = "/me ";

/** Undefined: it says nothing. */
export function readContent(
  stanza: Stanza,
  origin: Origin,
  view: InboundView,
): MessageContent | undefined {
  const files = readAttachments(stanza);
  const said = withoutFallbacks(stanza, readBody(stanza, origin, view));
  const isAction = said.text.startsWith(ACTION);
  const body = isAction ? slice(said, { start: ACTION.length, end: said.text.length }) : said;
  // A file alone has its url as the body, for clients that do not know of files.
  const words = body.text.trim();
  const text = words === "" || files.some(({ url }) => url === words) ? "" : body.text;
  const isStyled = childOf(stanza, "unstyled", NS.styling) === undefined;
  const block = text === "" ? undefined : bodyToBlock(text, { mentions: body.mentions, isStyled });
  const hint = childOf(stanza, "spoiler", NS.spoiler);
  if (files.length === 0 && block === undefined && hint === undefined) {
    return text === "" ? undefined : { text, plain: text, isAction };
  }
  const whole = contentBlock([block ?? text, ...filesBehind(files, text, hint !== undefined)]);
  const plain = plainText(whole);
  if (plain.trim() === "") return undefined;
  return { block: hint === undefined ? whole : hidden(whole, hint), plain, isAction };
}

function filesBehind(
  files: ReturnType<typeof readAttachments>,
  text: string,
  isSpoiler: boolean,
): Content[] {
  return files.flatMap((file, index) => {
    const separator = index > 0 || text !== "" ? ["\n"] : [];
    return [...separator, attachment(isSpoiler ? { ...file, isSpoiler } : file)];
  });
}

/** XEP-0382: the hint is to be seen. */
function hidden(block: Block, element: Stanza): Block {
  const hint = printable(textOf(element));
  return contentBlock(hint === "" ? spoiler(block) : [`${hint} `, spoiler(block)]);
}

interface Body {
  readonly text: string;
  readonly mentions: readonly BodyMention[];
}

function readBody(stanza: Stanza, origin: Origin, view: InboundView): Body {
  const text = (ownChildOf(stanza, "body")?.getText() ?? "").toWellFormed();
  const references = childrenOf(stanza, "reference", NS.reference).filter(
    (each) => attributeOf(each, "type") === "mention",
  );
  const toUnits = codePointRanges(text);
  const mentions = references.flatMap((each): BodyMention[] => {
    const range = toUnits(each, "begin", "end");
    const userId = mentionedBy(attributeOf(each, "uri"), origin, view);
    return range === undefined || userId === undefined ? [] : [{ ...range, userId }];
  });
  return { text, mentions: apart(mentions) };
}

/** Those that do not begin within an earlier one. */
function apart<Part extends Range>(parts: readonly Part[]): Part[] {
  const sorted = parts.toSorted((one, other) => one.start - other.start);
  const kept: Part[] = [];
  for (const part of sorted) if (part.start >= (kept.at(-1)?.end ?? 0)) kept.push(part);
  return kept;
}

/** `xmpp:room@host/nick` of the same room, or the bare address of somebody (XEP-0372). */
function mentionedBy(uri: string, origin: Origin, view: InboundView): string | undefined {
  const [, encoded] = /^xmpp:([^?#]+)/.exec(uri) ?? [];
  const address = parseAddress(decoded(encoded ?? ""));
  if (address === undefined) return undefined;
  const { bare, resource } = address;
  const room = origin.room ?? view.room(bare);
  if (room !== undefined && bare === room.address) {
    return resource === "" ? undefined : toUser(room, { nick: resource }).id;
  }
  const occupant = room?.occupants().find(({ account }) => account?.toLowerCase() === bare);
  return room !== undefined && occupant !== undefined ? toUser(room, occupant).id : bare;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return "";
  }
}

/** Of the extensions that are read here. */
const FALLBACKS_FOR: readonly string[] = [NS.reply, NS.reactions, NS.fileSharing, NS.oob];
const FALLBACK_NAMESPACES = [NS.fallback, NS.featureFallback] as const;

/** The body without what only clients need that do not know an extension (XEP-0428). */
function withoutFallbacks(stanza: Stanza, body: Body): Body {
  const toUnits = codePointRanges(body.text);
  const whole = { start: 0, end: body.text.length };
  const ranges = FALLBACK_NAMESPACES.flatMap((ns) =>
    childrenOf(stanza, "fallback", ns)
      .filter((each) => isFallbackHere(stanza, attributeOf(each, "for")))
      .flatMap((each) => {
        const parts = childrenOf(each, "body", ns);
        if (parts.length === 0) return childrenOf(each, "subject", ns).length > 0 ? [] : [whole];
        return parts.flatMap((part) => {
          if (attributeOf(part, "start") + attributeOf(part, "end") === "") return [whole];
          return toUnits(part, "start", "end") ?? [];
        });
      }),
  );
  if (ranges.length === 0) return body;
  const kept: Body[] = [];
  let at = 0;
  for (const { start, end } of apart(ranges)) {
    kept.push(slice(body, { start: at, end: start }));
    at = end;
  }
  const rest = join([...kept, slice(body, { start: at, end: body.text.length })]);
  // Some count the line break behind a quote, some do not.
  return rest.text.startsWith("\n") ? slice(rest, { start: 1, end: rest.text.length }) : rest;
}

/** A reply that names no message is none, so that what it quotes has to stay. */
function isFallbackHere(stanza: Stanza, extension: string): boolean {
  if (!FALLBACKS_FOR.includes(extension)) return false;
  return extension !== NS.reply || attributeOf(childOf(stanza, "reply", NS.reply), "id") !== "";
}

function slice({ text, mentions }: Body, { start, end }: Range): Body {
  const inside = mentions.filter((each) => each.start >= start && each.end <= end);
  return {
    text: text.slice(start, end),
    mentions: inside.map((each) => ({
      ...each,
      start: each.start - start,
      end: each.end - start,
    })),
  };
}

function join(parts: readonly Body[]): Body {
  const mentions: BodyMention[] = [];
  let text = "";
  for (const part of parts) {
    for (const each of part.mentions) {
      mentions.push({ ...each, start: each.start + text.length, end: each.end + text.length });
    }
    text += part.text;
  }
  return { text, mentions };
}

/** Reads ranges that are counted in code points (XEP-0426); undefined: not within the text. */
function codePointRanges(text: string) {
  let units: number[] | undefined;
  return (element: Stanza, first: string, last: string): Range | undefined => {
    const [begin, end] = [numberOf(element, first), numberOf(element, last)];
    if (begin === undefined || end === undefined || begin >= end || begin >= text.length) {
      return undefined;
    }
    units ??= unitsOf(text);
    const [start, stop] = [units[begin], units[Math.min(end, units.length - 1)]];
    return start === undefined || stop === undefined || start >= stop
      ? undefined
      : { start, end: stop };
  };
}

/** Where each code point begins, and where the last one ends. */
function unitsOf(text: string): number[] {
  const units = [0];
  let at = 0;
  for (const char of text) {
    at += char.length;
    units.push(at);
  }
  return units;
}
