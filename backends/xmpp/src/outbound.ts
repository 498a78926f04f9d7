/** Requests of core as stanzas. Pure: ids, addresses and rendered texts are given. */
import {
  type BackendUser,
  type MessageReference,
  type OutgoingMessage,
  Refused,
  type Target,
} from "@seabird-chat/sdk/backend";
import type { RenderedBody } from "./format.ts";
import { xmlText } from "./formatting/xml-text.ts";
import { NS, type Stanza, xml } from "./stanza.ts";

/**
 * Bytes of a stanza as it is sent. Servers end the stream at a larger one: RFC 6120, 13.12 asks them to take
 * 10,000; ejabberd takes 65,536 by default where it was set up long ago, prosody and newer ones 262,144.
 */
export const MAX_STANZA_BYTES = 60_000;
/** RFC 7622, 3.1: of each part of an address. */
const MAX_ADDRESS_PART_BYTES = 1_023;

/** Where stanzas of a conversation go. */
export interface Address {
  readonly to: string;
  readonly type: "groupchat" | "chat";
  /** XEP-0045, 7.5: a private message through a room. */
  readonly isOccupant: boolean;
}

/** Throws Refused for what is no address, and for a room that the bot is not in. */
export function addressOf({ kind, id }: Target, isInRoom: (room: string) => boolean): Address {
  const { bare, resource } = splitAddress(id);
  if (kind === "channel") {
    if (resource !== undefined || !bare.includes("@")) {
      throw new Refused(`"${shown(id)}" is not the address of a room, such as room@rooms.example`);
    }
    if (!isInRoom(bare)) throw new Refused("the bot is not in this room");
    return { to: bare, type: "groupchat", isOccupant: false };
  }
  if (isInRoom(bare)) {
    if (resource === undefined) throw new Refused(`"${shown(id)}" is a room and not a person`);
    return { to: id, type: "chat", isOccupant: true };
  }
  if (!bare.includes("@") || resource !== undefined) {
    throw new Refused(
      `"${shown(id)}" is not the address of a person, such as ann@example.org or room@rooms.example/ann`,
    );
  }
  return { to: bare, type: "chat", isOccupant: false };
}

/** Throws Refused for what is no address. */
function splitAddress(id: string) {
  const slash = id.indexOf("/");
  const bare = slash < 0 ? id : id.slice(0, slash);
  const resource = slash < 0 ? undefined : id.slice(slash + 1);
  const parts = [...bare.split("@"), ...(resource === undefined ? [] : [resource])];
  const isValid =
    bare.split("@").length <= 2 &&
    parts.every((part) => part !== "" && Buffer.byteLength(part) <= MAX_ADDRESS_PART_BYTES) &&
    !/[\s"&'/:<>]/.test(bare) &&
    xmlText(id) === id;
  if (!isValid) throw new Refused(`"${shown(id)}" is not an address on XMPP`);
  return { bare, resource };
}

/** A text of a send or an edit. */
export interface OutgoingText {
  readonly id: string;
  readonly kind: OutgoingMessage["kind"];
  readonly rendered: RenderedBody;
  /** In this conversation. */
  readonly replyTo?: MessageReference | undefined;
  /** In another conversation: it is only quoted. */
  readonly quotes?: MessageReference | undefined;
  /** XEP-0308: the id that the first version was sent with. */
  readonly replaces?: string | undefined;
}

/** Throws Refused for an empty or too long one. */
export function textStanza(address: Address, text: OutgoingText): Stanza {
  const { id, kind, rendered, replyTo, quotes, replaces } = text;
  if (rendered.body === "") throw new Refused("the message is empty");
  // XEP-0245: a body that begins with it is an action, quoted or not.
  const start = kind === "action" ? "/me " : rendered.body.startsWith("/me ") ? "\u200b" : "";
  const quoted = replyTo ?? quotes;
  const quote = kind === "action" || quoted === undefined ? "" : quoteOf(quoted);
  const before = codePoints(quote + start);
  return checked(
    message(address, id, [
      xml("body", {}, quote + start + rendered.body),
      ...(rendered.isSpoiler ? [xml("spoiler", { xmlns: NS.spoiler })] : []),
      ...(rendered.isUnstyled ? [xml("unstyled", { xmlns: NS.styling })] : []),
      ...rendered.mentions.map(({ begin, end, userId }) =>
        xml("reference", {
          xmlns: NS.reference,
          type: "mention",
          begin: String(before + begin),
          end: String(before + end),
          uri: `xmpp:${uriAddress(userId)}`,
        }),
      ),
      ...(replyTo === undefined ? [] : replyElements(replyTo, quote)),
      ...(replaces === undefined ? [] : [xml("replace", { xmlns: NS.correct, id: replaces })]),
      xml("active", { xmlns: NS.chatStates }),
      xml("origin-id", { xmlns: NS.ids, id }),
    ]),
  );
}

/** A file, which clients show if the body is its url alone (XEP-0066; XEP-0363, 7). */
export interface OutgoingFile {
  readonly id: string;
  readonly url: string;
  readonly description: string;
  readonly isSpoiler: boolean;
  readonly replyTo?: MessageReference | undefined;
  readonly replaces?: string | undefined;
}

export function fileStanza(address: Address, file: OutgoingFile): Stanza {
  const { id, description, isSpoiler, replyTo, replaces } = file;
  const url = xmlText(file.url);
  const words = xmlText(description);
  return checked(
    message(address, id, [
      xml("body", {}, url),
      xml(
        "x",
        { xmlns: NS.oob },
        xml("url", {}, url),
        ...(words === "" ? [] : [xml("desc", {}, words)]),
      ),
      ...(isSpoiler ? [xml("spoiler", { xmlns: NS.spoiler })] : []),
      ...(replyTo === undefined ? [] : replyElements(replyTo, "")),
      ...(replaces === undefined ? [] : [xml("replace", { xmlns: NS.correct, id: replaces })]),
      xml("active", { xmlns: NS.chatStates }),
      xml("origin-id", { xmlns: NS.ids, id }),
    ]),
  );
}

/** XEP-0461, and XEP-0428 for the part of the body that is there for older clients. */
function replyElements({ messageId, author }: MessageReference, quote: string): readonly Stanza[] {
  const to = xmlText((typeof author === "string" ? author : author?.id) ?? "");
  const id = xmlText(messageId);
  return [
    xml("reply", { xmlns: NS.reply, id, ...(to !== "" && { to }) }),
    ...(quote === ""
      ? []
      : [
          xml(
            "fallback",
            { xmlns: NS.fallback, for: NS.reply },
            xml("body", { start: "0", end: String(codePoints(quote)) }),
          ),
        ]),
  ];
}

/** Lines that begin with `>`, or nothing. A nick in a text notifies its owner: here it is broken. */
function quoteOf({ author, text = "" }: MessageReference): string {
  const known = typeof author === "string" ? { id: author } : author;
  const { id = "", displayName }: Partial<BackendUser> = known ?? {};
  // In a room the nick is behind the slash.
  const name = displayName ?? id.slice(id.indexOf("/") + 1);
  const shortName = quietName(xmlText(name).replace(/\s+/g, " ").trim());
  const lines = xmlText(text).split("\n");
  if (shortName !== "") lines.unshift(`${shortName}:`);
  if (lines.join("") === "") return "";
  return lines.map((line) => (line === "" ? ">\n" : `> ${line}\n`)).join("");
}

function quietName(name: string): string {
  const [first = "", ...rest] = name;
  return rest.length === 0 ? name : `${first}\u200b${rest.join("")}`;
}

/** XEP-0424. `messageId`: the room's, or the one that it was sent with. */
export function retractionStanza(address: Address, id: string, messageId: string): Stanza {
  return message(address, id, [
    xml("body", {}, "/me retracted a message, which your client does not show"),
    xml("retract", { xmlns: NS.retract, id: messageId }),
    xml("fallback", { xmlns: NS.fallback, for: NS.retract }),
    xml("store", { xmlns: NS.hints }),
  ]);
}

/** XEP-0425: the room takes back a message of somebody else. Both versions, of which a room knows one. */
export function moderationQuery(messageId: string, reason: string, version: "0" | "1"): Stanza {
  const why = xmlText(reason);
  const reasons = why === "" ? [] : [xml("reason", {}, why)];
  if (version === "1") {
    const retract = xml("retract", { xmlns: NS.retract });
    return xml("moderate", { xmlns: NS.moderate, id: xmlText(messageId) }, retract, ...reasons);
  }
  const retract = xml("retract", { xmlns: NS.retract0 });
  const moderate = xml("moderate", { xmlns: NS.moderate0 }, retract, ...reasons);
  return xml("apply-to", { xmlns: NS.fasten, id: xmlText(messageId) }, moderate);
}

/** XEP-0444: all reactions of the bot to this message. */
export function reactionsStanza(
  address: Address,
  id: string,
  messageId: string,
  emojis: readonly string[],
): Stanza {
  const each = emojis.map((emoji) => xml("reaction", {}, xmlText(emoji)));
  return checked(
    message(address, id, [
      xml("reactions", { xmlns: NS.reactions, id: xmlText(messageId) }, ...each),
      xml("store", { xmlns: NS.hints }),
    ]),
  );
}

/** XEP-0085. */
export function typingStanza(address: Address, id: string, isActive: boolean): Stanza {
  return message(address, id, [
    xml(isActive ? "composing" : "paused", { xmlns: NS.chatStates }),
    xml("no-store", { xmlns: NS.hints }),
  ]);
}

function message(address: Address, id: string, children: readonly Stanza[]): Stanza {
  const { to, type, isOccupant } = address;
  const user = isOccupant ? [xml("x", { xmlns: NS.mucUser })] : [];
  return xml("message", { to, type, id }, ...children, ...user);
}

function checked(stanza: Stanza): Stanza {
  const bytes = Buffer.byteLength(stanza.toString());
  if (bytes <= MAX_STANZA_BYTES) return stanza;
  throw new Refused(`the message is ${bytes} bytes; at most ${MAX_STANZA_BYTES} fit on XMPP`);
}

/** XEP-0426: positions in a body count code points. */
function codePoints(text: string): number {
  let count = 0;
  for (const _ of text) count++;
  return count;
}

/** RFC 5122: `@` and the first `/` stay, everything else that a URI gives a meaning is escaped. */
function uriAddress(address: string): string {
  return address
    .split(/([@/])/)
    .map((part) => (/^[@/]$/.test(part) ? part : encodeURIComponent(part)))
    .join("");
}

function shown(name: string): string {
  return name.length > 60 ? `${name.slice(0, 60)}…` : name;
}
